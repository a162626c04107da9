//! What every request shares: databases, clock, configuration, ports.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use crate::{Erreur, Resultat, base::Base, coffre::Coffre, config::Config, fichiers::Depot, horloge::Horloge, ports};

/// Shared state, cheap to clone. Holds nothing that correctness depends on: that lives in the database.
#[derive(Clone)]
pub struct Etat(Arc<Interieur>);

/// The parts of [`Etat`].
pub struct Interieur {
    pub base: Base,
    pub horloge: Horloge,
    pub config: Config,
    pub courrier: Arc<dyn ports::Courrier>,
    pub documents: Arc<dyn ports::Documents>,
    /// Who carries text messages, when the binary set one; else they are written into a folder.
    pub sms: OnceLock<Arc<dyn ports::Sms>>,
    /// Seals and opens the free texts about people.
    pub coffre: Coffre,
    /// Where files are kept, opened at their first use; a test may set its own before.
    pub depot: OnceLock<Depot>,
    /// Wakes the job worker of this node when a job was just enqueued.
    pub reveil: tokio::sync::Notify,
    /// Lines of the journal of requests under way, written together.
    pub journal: crate::journal::Guichet,
}

impl Etat {
    pub fn new(
        base: Base,
        horloge: Horloge,
        config: Config,
        courrier: Arc<dyn ports::Courrier>,
        documents: Arc<dyn ports::Documents>,
        coffre: Coffre,
    ) -> Self {
        Self(Arc::new(Interieur {
            base,
            horloge,
            config,
            courrier,
            documents,
            sms: OnceLock::new(),
            coffre,
            depot: OnceLock::new(),
            reveil: tokio::sync::Notify::new(),
            journal: crate::journal::Guichet::default(),
        }))
    }

    /// Where files are kept.
    pub fn depot(&self) -> Resultat<&Depot> {
        if let Some(d) = self.depot.get() {
            return Ok(d);
        }
        let d = Depot::selon(&self.config).map_err(Erreur::Indisponible)?;
        Ok(self.depot.get_or_init(|| d))
    }
}

impl Deref for Etat {
    type Target = Interieur;
    fn deref(&self) -> &Interieur {
        &self.0
    }
}
