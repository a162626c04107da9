//! Who may do what. The one table of rights; `docs/droits.md` is its readable copy, compared by a test.

use sea_orm::entity::prelude::*;

use crate::Nomenclature;

/// A user's role in a structure ([`Role::Administrateur`] has no structure: it keeps the instance).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Mediateur,
    Responsable,
    Coordinateur,
    /// Keeps the titles, candidates, sessions and documents of a training or certifying centre.
    Certification,
    /// Trains and evaluates candidates of the centre.
    Formateur,
    /// Sits in juries of the centre.
    Jure,
    /// Sits for a title: sees their own file alone.
    Candidat,
    Administrateur,
}

impl Nomenclature for Role {
    fn libelle(self) -> &'static str {
        match self {
            Self::Mediateur => "Médiateur ou médiatrice",
            Self::Responsable => "Responsable de structure",
            Self::Coordinateur => "Coordinateur ou coordinatrice",
            Self::Certification => "Responsable de la certification",
            Self::Formateur => "Formateur ou formatrice",
            Self::Jure => "Membre de jury",
            Self::Candidat => "Candidat ou candidate",
            Self::Administrateur => "Administration de l’instance",
        }
    }
}

/// What a use case needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter)]
pub enum Permission {
    /// Read people's files: identity, accueils, diagnostics, parcours, orientations.
    PersonnesLire,
    /// Write people's files.
    PersonnesEcrire,
    /// Read accompaniments with the names of those present.
    AccompagnementsLire,
    AccompagnementsEcrire,
    PartenairesLire,
    PartenairesEcrire,
    /// Read the figures of a structure.
    BilanLire,
    /// Show the figures of a structure to whoever holds a secret link.
    BilanPartager,
    /// Read the structure's journal.
    JournalLire,
    /// Read the structure's own page and lieux.
    StructureLire,
    /// Change the structure, its lieux.
    StructureGerer,
    /// Add, change, disable the accounts of the structure.
    EquipeGerer,
    /// Bring into the structure people and accompaniments recorded elsewhere, from a file.
    Reprendre,
    /// Read the candidates, enrolments and sessions of the centre.
    CertificationLire,
    /// Keep the centre: titles, candidates, sessions, juries, decisions, documents.
    CertificationGerer,
    /// Record what training gives: ECF, company periods, accommodations.
    FormationSuivre,
    /// Sit in the juries one is named in: grids, deliberation, signature.
    JurySieger,
    /// Read and prepare one's own file of candidate.
    CandidatSien,
    /// Create structures, see the state of the instance.
    InstanceGerer,
}

impl Permission {
    /// « Votre rôle ne permet pas de … ».
    pub fn verbe(self) -> &'static str {
        match self {
            Self::PersonnesLire => "lire les dossiers des personnes",
            Self::PersonnesEcrire => "modifier les dossiers des personnes",
            Self::AccompagnementsLire => "lire les accompagnements",
            Self::AccompagnementsEcrire => "enregistrer des accompagnements",
            Self::PartenairesLire => "lire l’annuaire des partenaires",
            Self::PartenairesEcrire => "modifier l’annuaire des partenaires",
            Self::BilanLire => "lire le bilan",
            Self::BilanPartager => "partager le bilan par un lien",
            Self::JournalLire => "lire le journal",
            Self::StructureLire => "lire les informations de la structure",
            Self::StructureGerer => "modifier la structure et ses lieux",
            Self::EquipeGerer => "gérer les comptes de l’équipe",
            Self::Reprendre => "reprendre des données d’un fichier",
            Self::CertificationLire => "lire les dossiers de certification",
            Self::CertificationGerer => "gérer la certification",
            Self::FormationSuivre => "suivre la formation des candidats",
            Self::JurySieger => "siéger dans un jury",
            Self::CandidatSien => "préparer un dossier de candidat",
            Self::InstanceGerer => "administrer l’instance",
        }
    }
}

impl Role {
    /// Whether this role gives this right, in the structure where it is held.
    pub fn permet(self, p: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Mediateur => matches!(
                p,
                P::PersonnesLire
                    | P::PersonnesEcrire
                    | P::AccompagnementsLire
                    | P::AccompagnementsEcrire
                    | P::PartenairesLire
                    | P::PartenairesEcrire
                    | P::BilanLire
                    | P::StructureLire
            ),
            Self::Responsable => !matches!(p, P::InstanceGerer | P::JurySieger | P::CandidatSien),
            Self::Coordinateur => matches!(p, P::PartenairesLire | P::BilanLire | P::StructureLire),
            Self::Certification => matches!(p, P::CertificationLire | P::CertificationGerer | P::FormationSuivre | P::StructureLire),
            Self::Formateur => matches!(p, P::CertificationLire | P::FormationSuivre | P::StructureLire),
            Self::Jure => p == P::JurySieger,
            Self::Candidat => p == P::CandidatSien,
            Self::Administrateur => matches!(p, P::StructureLire | P::StructureGerer | P::EquipeGerer | P::InstanceGerer),
        }
    }
}

/// What an API token may do, within its owner's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Portee {
    /// All that its owner may do.
    Tout,
    /// Read all that its owner may read.
    Lecture,
    /// Figures alone: bilan, structures and lieux.
    Bilan,
}

impl Nomenclature for Portee {
    fn libelle(self) -> &'static str {
        match self {
            Self::Tout => "Tout ce que le compte permet",
            Self::Lecture => "Lecture seule",
            Self::Bilan => "Chiffres seuls",
        }
    }
}

impl Portee {
    /// Whether a token of this scope may use this right.
    pub fn permet(self, p: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Tout => true,
            Self::Lecture => matches!(
                p,
                P::PersonnesLire
                    | P::AccompagnementsLire
                    | P::PartenairesLire
                    | P::BilanLire
                    | P::StructureLire
                    | P::JournalLire
                    | P::CertificationLire
            ),
            Self::Bilan => matches!(p, P::BilanLire | P::StructureLire),
        }
    }
}
