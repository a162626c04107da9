//! The territory: structures, their lieux, communes, and the partners of the local network.
//!
//! What the trade stands in before anyone is received. Partners are a simple directory here; the
//! network (agreements, contacts, meetings) will grow from it.

// Templates call `interface::…`.
pub mod commune;
pub mod lieu;
pub mod migrations;
pub mod partenaire;
pub mod structure;
pub mod traitement;

use interface::requete::Pages;
use socle::Etat;
use utoipa_axum::router::OpenApiRouter;

/// Pages of this crate.
pub fn pages() -> Pages {
    structure::pages().fusionner(lieu::pages()).fusionner(partenaire::pages()).fusionner(commune::pages())
}

/// API of this crate, under `/api/v1`.
pub fn api() -> OpenApiRouter<Etat> {
    structure::api().merge(lieu::api()).merge(partenaire::api())
}
