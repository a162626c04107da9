//! Certification: the titles, from their référentiel to what their rules answer.
//!
//! The rules themselves, pure, are in `certification_regles`; this crate dresses them as pages, as an
//! API and as commands, and keeps what a centre does with them.

pub mod cli;
pub mod decision;
pub mod jure;
mod migrations;
pub mod pv;
pub mod referentiel;
pub mod session;
pub mod simulation;
pub mod traitement;

pub use migrations::migrations;

use interface::requete::Pages;
use socle::Etat;
use utoipa_axum::router::OpenApiRouter;

/// Pages of this crate.
pub fn pages() -> Pages {
    referentiel::pages().fusionner(jure::pages()).fusionner(session::pages()).fusionner(pv::pages()).fusionner(decision::pages())
}

/// API of this crate, under `/api/v1`.
pub fn api() -> OpenApiRouter<Etat> {
    referentiel::api().merge(simulation::api()).merge(jure::api()).merge(session::api()).merge(pv::api()).merge(decision::api())
}

/// Every sealed column of this crate, for the rotation of keys.
pub fn champs_scelles() -> Vec<socle::coffre::Champ> {
    session::CHAMPS.to_vec()
}
