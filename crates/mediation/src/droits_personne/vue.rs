//! The shape of what is handed over to a person: words beside codes.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use socle::{
    Nomenclature,
    identifiant::{AccompagnementId, AccueilId, DiagnosticId, OrientationId, ParcoursId, PersonneId, StructureId},
};
use utoipa::ToSchema;

/// A value of a nomenclature: its stable code, and what people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mot {
    pub code: String,
    pub libelle: String,
}

impl<N: Nomenclature> From<N> for Mot {
    fn from(n: N) -> Self {
        Self { code: n.code(), libelle: n.libelle().to_owned() }
    }
}

/// Values of a nomenclature.
pub fn mots<N: Nomenclature>(v: &[N]) -> Vec<Mot> {
    v.iter().map(|n| Mot::from(*n)).collect()
}

/// All that a structure holds about one person.
#[derive(Debug, Serialize, ToSchema)]
pub struct DonneesPersonne {
    /// Which structure answers.
    pub structure: StructureNommee,
    pub extrait_le: DateTime<Utc>,
    /// False when one kind has more records than come out at once.
    pub complet: bool,
    pub identite: Identite,
    /// The structures that may open the file.
    pub suivi_par: Vec<SuiviPar>,
    pub consentements: Vec<Accord>,
    pub rendez_vous: Vec<crate::rendez_vous::RendezVousRecu>,
    pub accueils: Vec<AccueilRecu>,
    pub diagnostics: Vec<DiagnosticRecu>,
    pub parcours: Vec<ParcoursRecu>,
    pub accompagnements: Vec<AccompagnementRecu>,
    pub orientations: Vec<OrientationRecue>,
    /// Bookings of workshops, with whether the person came and the gestures seen.
    pub reservations: Vec<crate::ateliers::ReservationVue>,
    /// What was done on the file in this structure, newest first.
    pub journal: Vec<LigneJournal>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StructureNommee {
    pub id: StructureId,
    pub nom: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesIdentite)]
pub struct Identite {
    pub id: PersonneId,
    /// How the person is called.
    pub nom_affiche: String,
    pub prenom: Option<String>,
    pub nom: Option<String>,
    pub surnom: Option<String>,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub date_naissance: Option<NaiveDate>,
    pub annee_naissance: Option<i32>,
    pub tranche_age: Option<Mot>,
    pub genre: Option<Mot>,
    pub statut: Option<Mot>,
    /// INSEE code.
    pub commune: Option<String>,
    pub langue: Option<String>,
    pub besoins: Vec<Mot>,
    pub amenagements: Option<String>,
    pub notes: Option<String>,
    pub cree_le: DateTime<Utc>,
    pub modifie_le: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SuiviPar {
    pub structure: String,
    pub depuis: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesConsentement)]
pub struct Accord {
    pub finalite: Mot,
    pub donne_le: NaiveDate,
    pub retire_le: Option<NaiveDate>,
    pub maniere: Option<String>,
    pub structure: String,
    /// The structure the file is shared with.
    pub destinataire: Option<String>,
    pub recueilli_par: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesAccueil)]
pub struct AccueilRecu {
    pub id: AccueilId,
    pub arrive_le: DateTime<Utc>,
    pub lieu: Option<String>,
    pub canal: Mot,
    pub motif: Option<String>,
    pub suite: Mot,
    pub accueilli_par: Option<String>,
    pub pris_en_charge_le: Option<DateTime<Utc>>,
    pub pris_en_charge_par: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesDiagnostic)]
pub struct DiagnosticRecu {
    pub id: DiagnosticId,
    pub date: NaiveDate,
    pub mediateur: Option<String>,
    /// The level kept with the person.
    pub niveau: Mot,
    /// The level the rule proposed.
    pub niveau_propose: Mot,
    /// Agreed aloud with the person.
    pub convenu: bool,
    pub objectif: Option<String>,
    pub constats: Option<String>,
    pub etapes: Vec<String>,
    /// Questions and gestures, with the answers in words.
    pub reponses: Vec<ReponseEnMots>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReponseEnMots {
    pub question: String,
    pub reponse: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesParcours)]
pub struct ParcoursRecu {
    pub id: ParcoursId,
    pub ouvert_le: NaiveDate,
    pub clos_le: Option<NaiveDate>,
    pub mediateur: Option<String>,
    pub objectifs: Vec<ObjectifRecu>,
    pub etapes: Vec<EtapeRecue>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesObjectif)]
pub struct ObjectifRecu {
    pub libelle: String,
    pub statut: Mot,
    pub evalue_le: Option<NaiveDate>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesEtape)]
pub struct EtapeRecue {
    pub libelle: String,
    pub nature: Mot,
    pub statut: Mot,
    pub prevue_le: Option<NaiveDate>,
    pub heure: Option<String>,
    pub faite_le: Option<NaiveDate>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesAccompagnement)]
pub struct AccompagnementRecu {
    pub id: AccompagnementId,
    #[serde(rename = "type")]
    pub type_activite: Mot,
    pub date: NaiveDate,
    pub duree_minutes: i32,
    pub lieu_type: Mot,
    pub lieu: Option<String>,
    pub titre: Option<String>,
    pub niveau: Option<Mot>,
    pub thematiques: Vec<Mot>,
    pub demarches: Vec<Mot>,
    pub materiels: Vec<Mot>,
    pub autonomie: Option<Mot>,
    /// Those of an individual accompaniment; notes on a group are about others too.
    pub notes: Option<String>,
    pub mediateur: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesOrientation)]
pub struct OrientationRecue {
    pub id: OrientationId,
    pub date: NaiveDate,
    pub partenaire: Option<String>,
    pub motif: String,
    pub statut: Mot,
    pub repondu_le: Option<NaiveDate>,
    pub retour: Option<String>,
    pub mediateur: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesJournal)]
pub struct LigneJournal {
    pub quand: DateTime<Utc>,
    /// Name of the account; none for the program itself and for an account since forgotten.
    pub qui: Option<String>,
    pub action: Mot,
}
