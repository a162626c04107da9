//! The figures made from the practice: the bilan of a period, the lists behind its numbers, the report.
//!
//! Reads the tables of `mediation` by queries of its own, aggregated by the database; writes nothing.
//! Definitions: `domain/mediation.md` § 5.

mod api;
mod calcul;
mod courbes;
mod export;
mod filtre;
mod liste;
mod mots;
mod rapport;
mod regles;
mod requetes;
mod satisfaction;
mod suites;
mod vue;
mod web;

pub use api::api;
pub use calcul::calculer;
pub use filtre::{Demande, Filtre};
pub use rapport::rapport;
pub use vue::*;
pub use web::pages;
