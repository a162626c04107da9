//! Certification: the titles, from their référentiel to what their rules answer.
//!
//! The rules themselves, pure, are in `certification_regles`; this crate dresses them as pages, as an
//! API and as commands, and keeps what a centre does with them.

pub mod candidat;
pub mod candidature;
pub mod centre;
pub mod cli;
pub mod decision;
pub mod document;
pub mod jure;
mod migrations;
pub mod pv;
pub mod referentiel;
pub mod session;
pub mod simulation;
pub mod titre;
pub mod traitement;

pub use migrations::migrations;

use interface::{Onglet, requete::Pages};
use socle::{Etat, tache::Executants};
use utoipa_axum::router::OpenApiRouter;

/// Pages of this crate.
pub fn pages() -> Pages {
    referentiel::pages()
        .fusionner(titre::pages())
        .fusionner(centre::pages())
        .fusionner(candidat::pages())
        .fusionner(candidature::pages())
        .fusionner(jure::pages())
        .fusionner(session::pages())
        .fusionner(pv::pages())
        .fusionner(decision::pages())
        .fusionner(document::pages())
}

/// The tabs of the certification of a centre, that of `ici` marked.
pub(crate) fn onglets(ici: &str) -> Vec<Onglet> {
    [
        ("/certification", "Candidatures"),
        ("/certification/candidats", "Candidats"),
        ("/certification/sessions", "Sessions"),
        ("/certification/jures", "Membres de jury"),
        ("/certification/agrements", "Agréments"),
        ("/certification/titres", "Titres"),
    ]
    .map(|(href, libelle)| Onglet::nouveau(href, libelle, href == ici))
    .into()
}

/// API of this crate, under `/api/v1`.
pub fn api() -> OpenApiRouter<Etat> {
    referentiel::api()
        .merge(simulation::api())
        .merge(titre::api())
        .merge(centre::api())
        .merge(candidat::api())
        .merge(candidature::api())
        .merge(jure::api())
        .merge(session::api())
        .merge(pv::api())
        .merge(decision::api())
        .merge(document::api())
}

/// Adds what runs the jobs of this crate.
pub fn executants(e: Executants) -> Executants {
    e.avec(document::courriel::GENRE, document::courriel::envoyer)
        .avec(document::lot::GENRE, document::lot::executer)
        .avec(document::lot::GENRE_BALAYAGE, document::lot::balayer)
}

/// Every sealed column of this crate, for the rotation of keys.
pub fn champs_scelles() -> Vec<socle::coffre::Champ> {
    session::CHAMPS.to_vec()
}
