//! The figures made from the practice: the bilan of a period, the lists behind its numbers, the report.
//!
//! Reads the tables of `mediation` by queries of its own, and keeps segments of them, from which any bilan
//! is read quickly ([`segments`]).
//! Definitions: `domain/mediation.md` § 5.

mod api;
mod ateliers;
mod calcul;
mod comparaison;
mod courbes;
pub mod differe;
mod export;
mod filtre;
pub mod garde;
mod liste;
mod masque;
mod migrations;
mod mots;
mod ouverture;
pub mod partage;
mod periode;
mod rapport;
mod regles;
mod requetes;
mod satisfaction;
pub mod segments;
mod suites;
mod traitement;
mod vue;
mod web;

pub use calcul::{calculer, calculer_des_lignes};
pub use comparaison::{Comparaison, comparer};
pub use export::Format;
pub use filtre::{Demande, Filtre};
pub use periode::{Periode, precedente};
pub use rapport::rapport;
pub use traitement::TRAITEMENTS;
pub use vue::*;

use interface::requete::Pages;
use socle::Etat;
use utoipa_axum::router::OpenApiRouter;

/// Pages of this crate.
pub fn pages() -> Pages {
    web::pages().fusionner(comparaison::pages()).fusionner(differe::pages()).fusionner(garde::pages()).fusionner(partage::pages())
}

/// API of this crate, under `/api/v1`.
pub fn api() -> OpenApiRouter<Etat> {
    api::api().merge(differe::api()).merge(garde::api()).merge(partage::api())
}

/// Migrations of this crate, in order.
pub fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> {
    [migrations::migrations(), differe::migrations(), garde::migrations(), partage::migrations()].into_iter().flatten().collect()
}
