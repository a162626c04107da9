//! Les règles de la certification, pures : ni base, ni horloge, ni réseau. Les dates sont passées
//! en argument, chaque réponse porte ses raisons ([`motif::Motif`]).
//!
//! - [`referentiel`] : les titres en données, leur vérification, leurs différences ;
//! - un module par famille de règles (épreuves, jury, sessions, entretien, limites, révisions…) ;
//! - [`simulation`] : toutes les règles derrière une demande et une réponse JSON stables.
//!
//! Sources : fiches des titres (`referentiels/*.toml`, qui citent leur document d'origine) et table
//! de règles datée (`referentiels/regles_communes.toml`).

pub mod acces_session;
pub mod acquis;
pub mod agrement;
pub mod ccs;
pub mod dates;
pub mod decision;
pub mod deliberation;
pub mod entreprise;
pub mod entretien;
pub mod epreuves;
pub mod inscription;
pub mod jury;
pub mod limite;
pub mod livret;
pub mod motif;
pub mod preparation;
pub mod referentiel;
pub mod reprise;
pub mod revision;
pub mod session;
pub mod simulation;
pub mod vae;
pub mod validite;

pub use motif::{Motif, Refus, Reponse};
pub use referentiel::{Catalogue, Version, difference, referentiels_embarques, verifier};
pub use simulation::{ErreurSimulation, simuler};
