//! The figures made from the practice: the bilan of a period, the lists behind its numbers, the report.
//!
//! Reads the tables of `mediation` by queries of its own, aggregated by the database; writes nothing but the exports asked for.
//! Definitions: `domain/mediation.md` § 5.

mod api;
mod calcul;
mod courbes;
pub mod differe;
mod export;
mod filtre;
mod liste;
mod mots;
mod ouverture;
mod rapport;
mod regles;
mod requetes;
mod suites;
mod vue;
mod web;

pub use calcul::calculer;
pub use export::Format;
pub use filtre::{Demande, Filtre};
pub use rapport::rapport;
pub use vue::*;

use interface::requete::Pages;
use socle::Etat;
use utoipa_axum::router::OpenApiRouter;

/// Pages of this crate.
pub fn pages() -> Pages {
    web::pages().fusionner(differe::pages())
}

/// API of this crate, under `/api/v1`.
pub fn api() -> OpenApiRouter<Etat> {
    api::api().merge(differe::api())
}

/// Migrations of this crate, in order.
pub fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> {
    differe::migrations()
}

/// What this crate does with data about people, for the register.
pub const TRAITEMENTS: &[&socle::traitement::Traitement] = &[&differe::TRAITEMENT];
