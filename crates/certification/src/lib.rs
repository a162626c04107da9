//! Certification: the titles, from their référentiel to what their rules answer.
//!
//! The rules themselves, pure, are in `certification_regles`; this crate dresses them as pages, as an
//! API and as commands. Nothing is stored yet: titles are those shipped with the program.

pub mod cli;
pub mod referentiel;
pub mod simulation;

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
