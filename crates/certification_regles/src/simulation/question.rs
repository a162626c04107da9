//! Les questions admises et la lecture de leurs faits.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::erreurs::{ErreurSimulation, en_francais};
use super::faits::{
    AccesSession, Ccs, Centre, Comparaison, DateLimite, Deliberation, Delivrance, Entreprise, Entretien, Jury, LivretJournal, Motivee,
    Preparation, Presentation, Retrait, SansFait, SecondeChance, Transition, VaeExperience, VaePlafonds, VaeRecevabilite,
};
use crate::decision::{ActionDecision, ActionDocument, EtatDecision, EtatDocument};
use crate::inscription::{ActionInscription, EtatInscription, FaitsInscription};
use crate::session::{ActionSession, EtatSession, FaitsSession};

/// Les questions admises, dans l'ordre du README.
pub const QUESTIONS: [&str; 26] = [
    "epreuves_dues",
    "preparation",
    "acces_session",
    "seconde_chance",
    "vae_recevabilite",
    "vae_plafonds",
    "vae_experience",
    "jury",
    "agrement",
    "session",
    "inscription",
    "decision",
    "document",
    "delivrance",
    "entretien_final",
    "deliberation",
    "date_limite",
    "revision",
    "validite_unites",
    "livret",
    "retrait",
    "ccs",
    "periode_entreprise",
    "horaires",
    "verification",
    "difference",
];

/// Une question et ses faits.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Question {
    EpreuvesDues(Presentation),
    Preparation(Preparation),
    AccesSession(AccesSession),
    SecondeChance(SecondeChance),
    VaeRecevabilite(VaeRecevabilite),
    VaePlafonds(VaePlafonds),
    VaeExperience(VaeExperience),
    Jury(Jury),
    Agrement(Centre),
    Session(Transition<EtatSession, ActionSession, FaitsSession>),
    Inscription(Transition<EtatInscription, ActionInscription, FaitsInscription>),
    Decision(Motivee<EtatDecision, ActionDecision>),
    Document(Motivee<EtatDocument, ActionDocument>),
    Delivrance(Delivrance),
    EntretienFinal(Entretien),
    Deliberation(Deliberation),
    DateLimite(DateLimite),
    Revision,
    ValiditeUnites,
    Livret(LivretJournal),
    Retrait(Retrait),
    Ccs(Ccs),
    PeriodeEntreprise(Entreprise),
    Horaires,
    Verification,
    Difference(Comparaison),
}

impl Question {
    /// Lit les faits d'une question.
    pub fn lire(question: &str, faits: Option<Value>) -> Result<Self, ErreurSimulation> {
        let faits = faits.unwrap_or_else(|| Value::Object(Map::new()));
        Ok(match question {
            "epreuves_dues" => Self::EpreuvesDues(lire(question, faits)?),
            "preparation" => Self::Preparation(lire(question, faits)?),
            "acces_session" => Self::AccesSession(lire(question, faits)?),
            "seconde_chance" => Self::SecondeChance(lire(question, faits)?),
            "vae_recevabilite" => Self::VaeRecevabilite(lire(question, faits)?),
            "vae_plafonds" => Self::VaePlafonds(lire(question, faits)?),
            "vae_experience" => Self::VaeExperience(lire(question, faits)?),
            "jury" => Self::Jury(lire(question, faits)?),
            "agrement" => Self::Agrement(lire(question, faits)?),
            "session" => Self::Session(lire(question, faits)?),
            "inscription" => Self::Inscription(lire(question, faits)?),
            "decision" => Self::Decision(lire(question, faits)?),
            "document" => Self::Document(lire(question, faits)?),
            "delivrance" => Self::Delivrance(lire(question, faits)?),
            "entretien_final" => Self::EntretienFinal(lire(question, faits)?),
            "deliberation" => Self::Deliberation(lire(question, faits)?),
            "date_limite" => Self::DateLimite(lire(question, faits)?),
            "revision" => lire::<SansFait>(question, faits).map(|_| Self::Revision)?,
            "validite_unites" => lire::<SansFait>(question, faits).map(|_| Self::ValiditeUnites)?,
            "livret" => Self::Livret(lire(question, faits)?),
            "retrait" => Self::Retrait(lire(question, faits)?),
            "ccs" => Self::Ccs(lire(question, faits)?),
            "periode_entreprise" => Self::PeriodeEntreprise(lire(question, faits)?),
            "horaires" => lire::<SansFait>(question, faits).map(|_| Self::Horaires)?,
            "verification" => lire::<SansFait>(question, faits).map(|_| Self::Verification)?,
            "difference" => Self::Difference(lire(question, faits)?),
            _ => return Err(ErreurSimulation::QuestionInconnue(question.to_owned())),
        })
    }
}

fn lire<T: DeserializeOwned>(question: &str, faits: Value) -> Result<T, ErreurSimulation> {
    let erreur = |message: String| ErreurSimulation::Faits { question: question.to_owned(), message };
    // Une liste se lirait comme les champs dans l'ordre.
    if !faits.is_object() {
        return Err(erreur("une liste ou une valeur est donnée à la place d’un objet.".to_owned()));
    }
    serde_json::from_value(faits).map_err(|e| erreur(en_francais(&e.to_string())))
}
