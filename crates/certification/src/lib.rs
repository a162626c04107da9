//! Certification: the titles, from their référentiel to what their rules answer.
//!
//! The rules themselves, pure, are in `certification_regles`; this crate dresses them as pages, as an
//! API and as commands, and keeps what a centre does with them.

pub mod cli;
mod migrations;
pub mod referentiel;
pub mod simulation;
pub mod traitement;

pub use migrations::migrations;

use interface::requete::Pages;
use socle::Etat;
use utoipa_axum::router::OpenApiRouter;

/// Pages of this crate, all public.
pub fn pages() -> Pages {
    referentiel::pages()
}

/// API of this crate, under `/api/v1`.
pub fn api() -> OpenApiRouter<Etat> {
    referentiel::api().merge(simulation::api())
}
