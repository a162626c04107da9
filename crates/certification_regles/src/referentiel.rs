//! Le référentiel d'un titre, en données : types du format documenté (TOML dans les
//! fichiers, JSON dans la simulation ; schéma dans `referentiels/schema.json`).
//!
//! Un fichier décrit **une version** d'un titre. Une modification est une nouvelle version.
//! Les nombres que les textes laissent changer (délais, plafonds, effectifs) ne sont jamais
//! dans le code : ils sont dans la table `regles`, datés, avec leur source et leur certitude.

pub mod catalogue;
pub mod difference;
pub mod embarques;
mod horaires;
mod parties;
pub mod regles;
pub mod verification;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use catalogue::{Catalogue, ErreurReferentiel};
pub use difference::{Difference, Ecart, difference};
pub use embarques::{charger_toml, referentiels_embarques, titre_embarque};
pub use horaires::{BlocHoraire, EtapeRuban, Horaires, Module, SyntheseHoraire};
pub use parties::*;
pub use regles::{Certitude, Regle};
pub use verification::{Constat, Gravite, verifier};

/// Qui certifie : le ministère ou un certificateur privé.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Titre professionnel du ministère du Travail.
    #[default]
    Ministere,
    /// Titre d'un certificateur privé.
    Prive,
}

/// Ce que le fichier transcrit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeDocument {
    /// La certification elle-même.
    #[default]
    Certification,
    /// Le plan de formation d'un organisme pour une certification.
    PlanDeFormation,
}

/// Le sort d'une version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// En vigueur.
    #[default]
    Ouverte,
    /// Prorogée par un arrêté.
    Prorogee,
    /// Remplacée par une version révisée.
    Revisee,
    /// Close, sans suite.
    Cloturee,
}

/// Durée pendant laquelle une unité acquise compte (politique de la version, piège n° 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "regle", rename_all = "snake_case", deny_unknown_fields)]
pub enum ValiditeUnites {
    /// Tant que le titre est valide.
    #[default]
    ValiditeTitre,
    /// Un nombre d'années à compter de l'attribution.
    Annees {
        /// Nombre d'années.
        annees: u32,
    },
    /// Sans limite.
    Vie,
}

/// CCP, bloc ou CCS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NatureUnite {
    /// Certificat de compétences professionnelles.
    #[default]
    Ccp,
    /// Bloc de compétences.
    Bloc,
    /// Certificat complémentaire de spécialisation : hors du titre, pour qui le détient déjà.
    Ccs,
}

/// Une version de titre.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Code unique de la version.
    pub code: String,
    /// Code du titre, commun à ses versions.
    pub titre: String,
    /// Intitulé imprimé.
    #[serde(default)]
    pub intitule: String,
    /// Libellé de la version (année, date de l'arrêté).
    #[serde(default)]
    pub version: String,
    /// Ministère ou privé.
    #[serde(default)]
    pub nature: Nature,
    /// Certification ou plan de formation.
    #[serde(default)]
    pub type_document: TypeDocument,
    /// Autorité responsable.
    #[serde(default)]
    pub certificateur: Option<String>,
    /// Qualité des signataires.
    #[serde(default)]
    pub signataire: Option<String>,
    /// Commission ou modalités d'élaboration.
    #[serde(default)]
    pub elaboration: Option<String>,
    /// Codes RNCP, TP, Formacode.
    #[serde(default)]
    pub codes: Codes,
    /// Spécialités NSF.
    #[serde(default)]
    pub nsf: Vec<Libelle>,
    /// Niveaux, dans chaque nomenclature imprimée.
    #[serde(default)]
    pub niveaux: Vec<Niveau>,
    /// Premier jour de validité.
    #[serde(default)]
    pub effet: Option<NaiveDate>,
    /// Dernier jour de validité, avant prorogation.
    #[serde(default)]
    pub fin: Option<NaiveDate>,
    /// Dernier jour de délivrance (titres privés).
    #[serde(default)]
    pub limite_delivrance: Option<NaiveDate>,
    /// Sort de la version.
    #[serde(default)]
    pub sort: Sort,
    /// Prorogations publiées.
    #[serde(default)]
    pub prorogations: Vec<Prorogation>,
    /// Code de la version que celle-ci remplace.
    #[serde(default)]
    pub succede_a: Option<String>,
    /// Intitulés antérieurs et repères historiques.
    #[serde(default)]
    pub historique: Vec<String>,
    /// Validité des unités acquises.
    #[serde(default)]
    pub validite_unites: ValiditeUnites,
    /// Une correspondance peut-elle partir d'une unité elle-même obtenue par correspondance ?
    #[serde(default)]
    pub chainage_correspondances: bool,
    /// Présentation, un paragraphe par entrée.
    #[serde(default)]
    pub description: Vec<String>,
    /// Conditions d'exercice.
    #[serde(default)]
    pub conditions_exercice: Vec<String>,
    /// Réglementation d'activités.
    #[serde(default)]
    pub reglementation: Option<String>,
    /// Lieux de certification, tels qu'imprimés.
    #[serde(default)]
    pub lieux_certification: Vec<String>,
    /// Liens imprimés.
    #[serde(default)]
    pub liens: Vec<String>,
    /// D'où vient ce fichier.
    #[serde(default)]
    pub source: Source,
    /// Unités.
    #[serde(default)]
    pub unites: Vec<Unite>,
    /// Savoirs de niveau titre.
    #[serde(default)]
    pub savoirs: Vec<String>,
    /// Savoir-faire de niveau titre.
    #[serde(default)]
    pub savoir_faire: Vec<String>,
    /// Savoirs associés.
    #[serde(default)]
    pub savoirs_associes: Vec<String>,
    /// Épreuves dues par voie ; vide : la table commune s'applique.
    #[serde(default)]
    pub epreuves: Vec<Epreuve>,
    /// Modalités d'obtention, mot pour mot.
    #[serde(default)]
    pub modalites: Vec<Modalite>,
    /// Règles de jury imprimées.
    #[serde(default)]
    pub jury: Vec<String>,
    /// Textes cités, avec leurs propres dates.
    #[serde(default)]
    pub references: Vec<ReferenceLegale>,
    /// Correspondances depuis des versions antérieures.
    #[serde(default)]
    pub correspondances: Vec<Correspondance>,
    /// Équivalences avec d'autres certifications.
    #[serde(default)]
    pub equivalences: Vec<Equivalence>,
    /// Horaires.
    #[serde(default)]
    pub horaires: Option<Horaires>,
    /// Ruban d'intervention, dans l'ordre imprimé.
    #[serde(default)]
    pub ruban: Vec<EtapeRuban>,
    /// Voies d'accès.
    #[serde(default)]
    pub acces: Vec<Acces>,
    /// Accessibilité outre-mer telle qu'imprimée.
    #[serde(default)]
    pub territoires: Vec<Territoire>,
    /// Public visé, prérequis, étapes d'admission.
    #[serde(default)]
    pub admission: Option<Admission>,
    /// Emplois accessibles, tels qu'imprimés.
    #[serde(default)]
    pub metiers: Vec<String>,
    /// Fiches ROME.
    #[serde(default)]
    pub rome: Vec<Libelle>,
    /// Secteurs d'activité.
    #[serde(default)]
    pub secteurs: Vec<Secteurs>,
    /// Période en entreprise, par voie.
    #[serde(default)]
    pub entreprise: Vec<RegleEntreprise>,
    /// Documents délivrés, mot pour mot.
    #[serde(default)]
    pub documents: Vec<String>,
    /// Table de règles : nombres datés et modifiables.
    #[serde(default)]
    pub regles: Vec<Regle>,
}

impl Version {
    /// L'unité de ce code.
    pub fn unite(&self, code: &str) -> Option<&Unite> {
        self.unites.iter().find(|u| u.code == code)
    }

    /// Les unités qui composent le titre (U du modèle) : toutes sauf les CCS.
    pub fn unites_du_titre(&self) -> impl Iterator<Item = &Unite> {
        self.unites.iter().filter(|u| u.nature != NatureUnite::Ccs)
    }

    /// Intitulé, ou code à défaut.
    pub fn nom(&self) -> &str {
        if self.intitule.is_empty() { &self.code } else { &self.intitule }
    }

    /// Entrée en vigueur d'une correspondance ou d'une équivalence de cette version.
    pub(crate) fn entree(&self, propre: Option<NaiveDate>) -> Option<NaiveDate> {
        propre.or(self.effet)
    }
}
