//! What every request shares: databases, clock, configuration, ports.

use std::{ops::Deref, sync::Arc};

use crate::{base::Base, config::Config, horloge::Horloge, ports};

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
    ) -> Self {
        Self(Arc::new(Interieur { base, horloge, config, courrier, documents, reveil: tokio::sync::Notify::new(), journal: crate::journal::Guichet::default() }))
    }
}

impl Deref for Etat {
    type Target = Interieur;
    fn deref(&self) -> &Interieur {
        &self.0
    }
}
