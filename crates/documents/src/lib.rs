//! The documents handed over on paper, as PDF made by typst behind the port `socle::ports::Documents`.
//!
//! One template per document in `modeles/`, one shape of data per template in [`donnees`] (described for
//! callers in this crate's `README.md`). Every PDF conforms to PDF/A-2a and PDF/UA-1 together: it can be
//! archived and it can be read aloud.
//!
//! Only this crate and the binary depend on typst, which takes minutes to build; the others name a document
//! and give its data as JSON.

mod composition;
pub mod donnees;
mod exemples;
mod texte;

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tokio::sync::Semaphore;

use crate::composition::Atelier;
use socle::ports::{Documents, ErreurDocument, Modele};

pub use crate::exemples::exemple;

/// Documents made at the same time. Each takes tens of megabytes and a whole core while it lasts; the
/// following ones wait their turn.
const SIMULTANES: usize = 2;

/// The port `Documents`, by typst.
///
/// Nothing is loaded before the first document (fonts and standard library stay out of the idle memory of
/// the server), then they are kept. Cloning is cheap and shares all of it.
#[derive(Clone)]
pub struct Typst {
    places: Arc<Semaphore>,
    atelier: Arc<OnceLock<Atelier>>,
}

impl Default for Typst {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(SIMULTANES)), atelier: Arc::new(OnceLock::new()) }
    }
}

impl Typst {
    /// Costs nothing: see the type.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait::async_trait]
impl Documents for Typst {
    /// Makes the PDF of `modele` from `donnees`, whose shape is the one of [`donnees`] for that template.
    ///
    /// # Errors
    /// The data do not have the expected shape (the message names the field), or the template fails, which
    /// is a defect of this crate.
    async fn pdf(&self, modele: Modele, donnees: Value) -> Result<Vec<u8>, ErreurDocument> {
        let place =
            Arc::clone(&self.places).acquire_owned().await.map_err(|_| ErreurDocument("le service des documents est arrêté".into()))?;
        let atelier = Arc::clone(&self.atelier);
        let composition = tokio::task::spawn_blocking(move || {
            // Held by the work itself: a request given up does not free the place of a document still being made.
            let _place = place;
            let composition = atelier.get_or_init(Atelier::new).composer(modele, donnees);
            // typst remembers the layouts it made, and with them what is written in them: nothing of one
            // person's document stays in memory once it is handed over.
            comemo::evict(0);
            composition
        })
        .await
        .map_err(|panne| ErreurDocument(format!("la composition s'est interrompue : {panne}")))??;
        for avertissement in &composition.avertissements {
            tracing::warn!(?modele, avertissement, "document template warning");
        }
        Ok(composition.pdf)
    }
}

#[cfg(test)]
mod tests;
