//! La simulation : un cas en JSON, la réponse et ses raisons en JSON, rien n'est conservé.
//! Le format est décrit, un exemple par question, dans le `README.md` de la caisse.

pub mod demande;
pub mod erreurs;
pub mod faits;
pub mod question;
mod questions;

pub use demande::{Contexte, Demande, analyser};
pub use erreurs::ErreurSimulation;
pub use question::{QUESTIONS, Question};
pub use questions::{ReponseSimulation, repondre};

/// Répond à une demande JSON par une réponse JSON.
pub fn simuler(json: &str) -> Result<String, ErreurSimulation> {
    let demande = analyser(json)?;
    let reponse = repondre(&demande)?;
    serde_json::to_string(&reponse).map_err(|e| ErreurSimulation::Demande(e.to_string()))
}
