//! Workshops: the catalogue of sheets, their programming, bookings, attendance.
//!
//! It knows mediation, where a séance that took place becomes one collective accompaniment; mediation does
//! not know it.

pub mod fiche;
mod migrations;
mod traitement;

pub use migrations::migrations;
pub use traitement::TRAITEMENTS;

use interface::requete::Pages;
use socle::Etat;
use utoipa_axum::router::OpenApiRouter;

/// Pages of this crate.
pub fn pages() -> Pages {
    fiche::pages()
}

/// API of this crate, under `/api/v1`.
pub fn api() -> OpenApiRouter<Etat> {
    fiche::api()
}
