//! Les faits propres à chaque question.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Deserialize;

use crate::acquis::Origine;
use crate::agrement::Agrement;
use crate::decision::NatureDocument;
use crate::entreprise::{Contrat, PeriodeEntreprise};
use crate::epreuves::TypeSession;
use crate::jury::{CandidatSession, Jure};
use crate::livret::{Decision, Livret};
use crate::preparation::{DossierProfessionnel, Ecf};
use crate::reprise::SessionPassee;
use crate::vae::{DossierVae, Experience, Notification};

/// Aucun fait propre.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SansFait {}

/// Faits de `epreuves_dues`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    /// Type de session.
    pub session: TypeSession,
    /// Unités présentées, d'origine `origine`.
    #[serde(default)]
    pub unites: Vec<String>,
    /// Unités présentées et leur origine propre.
    #[serde(default)]
    pub origines: BTreeMap<String, Origine>,
}

/// Faits de `preparation`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preparation {
    /// Unités présentées, d'origine `origine`.
    #[serde(default)]
    pub unites: Vec<String>,
    /// Unités présentées et leur origine propre.
    #[serde(default)]
    pub origines: BTreeMap<String, Origine>,
    /// DP.
    #[serde(default)]
    pub dossier_professionnel: DossierProfessionnel,
    /// ECF.
    #[serde(default)]
    pub ecf: Vec<Ecf>,
    /// Périodes en entreprise.
    #[serde(default)]
    pub periodes: Vec<PeriodeEntreprise>,
    /// Ce que fixe le contrat.
    #[serde(default)]
    pub contrat: Option<Contrat>,
}

/// Faits de `acces_session`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccesSession {
    /// Type de session.
    pub session: TypeSession,
    /// Unités présentées, d'origine `origine`.
    #[serde(default)]
    pub unites: Vec<String>,
    /// Unités présentées et leur origine propre.
    #[serde(default)]
    pub origines: BTreeMap<String, Origine>,
    /// VAE : réception du dossier complet.
    #[serde(default)]
    pub complet_le: Option<NaiveDate>,
    /// VAE : notification.
    #[serde(default)]
    pub notification: Option<Notification>,
    /// Sessions passées.
    #[serde(default)]
    pub sessions_passees: Vec<SessionPassee>,
    /// Nouvelle formation.
    #[serde(default)]
    pub nouvelle_formation_le: Option<NaiveDate>,
    /// Expérience, pour un CCS.
    #[serde(default)]
    pub experiences: Vec<Experience>,
    /// Dates des autres sessions où le candidat est inscrit.
    #[serde(default)]
    pub autres_sessions: Vec<NaiveDate>,
}

/// Faits de `seconde_chance`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondeChance {
    /// Type de session.
    pub session: TypeSession,
    /// Unités présentées ; absent : on ne sait pas.
    #[serde(default)]
    pub unites: BTreeSet<String>,
    /// Sessions passées.
    #[serde(default)]
    pub sessions_passees: Vec<SessionPassee>,
    /// Départ de l'horloge.
    #[serde(default)]
    pub depart: Option<NaiveDate>,
    /// Nouvelle formation.
    #[serde(default)]
    pub nouvelle_formation_le: Option<NaiveDate>,
}

/// Faits de `vae_recevabilite`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaeRecevabilite {
    /// Réception du dossier complet.
    #[serde(default)]
    pub complet_le: Option<NaiveDate>,
    /// Notification.
    #[serde(default)]
    pub notification: Option<Notification>,
}

/// Faits de `vae_plafonds`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaePlafonds {
    /// Dossiers antérieurs.
    #[serde(default)]
    pub anterieurs: Vec<DossierVae>,
    /// Nouveau dossier ; absent : pour le titre visé, à la date du cas.
    #[serde(default)]
    pub nouveau: Option<DossierVae>,
}

/// Faits de `vae_experience`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaeExperience {
    /// Expériences.
    #[serde(default)]
    pub experiences: Vec<Experience>,
}

/// Faits de `jury`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jury {
    /// Jours de la session ; absent : la date du cas.
    #[serde(default)]
    pub jours: Vec<NaiveDate>,
    /// Membres.
    pub jures: Vec<Jure>,
    /// Candidats.
    #[serde(default)]
    pub candidats: Vec<CandidatSession>,
    /// Déclaration de la session.
    #[serde(default)]
    pub declaree_le: Option<NaiveDate>,
}

/// Faits de `agrement`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Centre {
    /// Type de session.
    #[serde(default = "titre")]
    pub session: TypeSession,
    /// CCS visé.
    #[serde(default)]
    pub ccs: Option<String>,
    /// Site.
    pub site: String,
    /// Jours ; absent : la date du cas.
    #[serde(default)]
    pub jours: Vec<NaiveDate>,
    /// Agréments du centre.
    #[serde(default)]
    pub agrements: Vec<Agrement>,
    /// Déclaration de la session.
    #[serde(default)]
    pub declaree_le: Option<NaiveDate>,
}

fn titre() -> TypeSession {
    TypeSession::Titre
}

/// Une transition d'automate, avec les faits que ses gardes regardent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition<E, A, F> {
    /// État de départ.
    pub etat: E,
    /// Action.
    pub action: A,
    /// Faits des gardes.
    #[serde(default = "Option::default", bound(deserialize = "F: Deserialize<'de>"))]
    pub gardes: Option<F>,
}

/// Une transition qui ne regarde qu'un motif écrit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Motivee<E, A> {
    /// État de départ.
    pub etat: E,
    /// Action.
    pub action: A,
    /// Motif écrit.
    #[serde(default)]
    pub motivation: Option<String>,
}

/// Faits de `delivrance`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivrance {
    /// Document.
    pub document: NatureDocument,
}

/// Faits de `entretien_final`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entretien {
    /// Type de session.
    pub session: TypeSession,
    /// Unités présentées.
    #[serde(default)]
    pub presentees: BTreeSet<String>,
    /// Unités accordées ; absent tant que le jury n'a pas délibéré.
    #[serde(default)]
    pub accordees: Option<BTreeSet<String>>,
    /// Livret produit ; absent : supposé produit.
    #[serde(default)]
    pub livret_produit: Option<bool>,
    /// Identifiant de la session : ses propres attributions ne comptent pas parmi les acquises.
    #[serde(default)]
    pub code_session: Option<String>,
}

/// Faits de `deliberation`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deliberation {
    /// Type de session.
    pub session: TypeSession,
    /// Unités présentées ; absent en session titre : tout ce qui manque.
    #[serde(default)]
    pub presentees: Option<BTreeSet<String>>,
    /// Unités accordées ; absent : toutes si le titre est proposé, sinon aucune.
    #[serde(default)]
    pub accordees: Option<BTreeSet<String>>,
    /// Le jury propose d'attribuer le titre ou le CCS.
    #[serde(default)]
    pub titre_propose: bool,
    /// Résultat de l'entretien final.
    #[serde(default)]
    pub entretien_favorable: Option<bool>,
    /// Livret produit ; absent : supposé produit.
    #[serde(default)]
    pub livret_produit: Option<bool>,
    /// Identifiant de la session : ses propres attributions ne comptent pas parmi les acquises.
    #[serde(default)]
    pub code_session: Option<String>,
}

/// Faits de `date_limite`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateLimite {
    /// Moments où la question est posée, pour l'histoire des réponses.
    #[serde(default)]
    pub connaissances: Vec<NaiveDate>,
}

/// Faits de `livret`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivretJournal {
    /// Journal des décisions.
    pub journal: Vec<Decision>,
    /// Livret conservé, à comparer.
    #[serde(default)]
    pub livret_conserve: Option<Livret>,
}

/// Faits de `retrait`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retrait {
    /// Décision ou attribution retirée (`id` ou `decision`).
    pub cible: String,
}

/// Faits de `ccs`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ccs {
    /// CCS visé.
    pub unite: String,
    /// Expériences.
    #[serde(default)]
    pub experiences: Vec<Experience>,
}

/// Faits de `periode_entreprise`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entreprise {
    /// Périodes.
    #[serde(default)]
    pub periodes: Vec<PeriodeEntreprise>,
    /// Ce que fixe le contrat.
    #[serde(default)]
    pub contrat: Option<Contrat>,
}

/// Faits de `difference`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparaison {
    /// Code de la seconde version.
    pub avec: String,
}
