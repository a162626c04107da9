//! The figures made from the practice: the bilan of a period, the lists behind its numbers, the report.
//!
//! Reads the tables of `mediation` by queries of its own, and keeps segments of them, from which any bilan
//! is read quickly ([`segments`]).
//! Definitions: `domain/mediation.md` § 5.

mod api;
mod calcul;
mod courbes;
mod export;
mod filtre;
mod liste;
pub mod migrations;
mod mots;
mod rapport;
mod regles;
mod requetes;
pub mod segments;
mod suites;
mod traitement;
mod vue;
mod web;

pub use api::api;
pub use calcul::{calculer, calculer_des_lignes};
pub use filtre::{Demande, Filtre};
pub use rapport::rapport;
pub use traitement::TRAITEMENTS;
pub use vue::*;
pub use web::pages;
