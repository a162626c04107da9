//! Workshops: the catalogue of sheets, their programming, bookings, attendance.
//!
//! It knows mediation, where a séance that took place becomes one collective accompaniment; mediation does
//! not know it.

pub mod agenda;
pub mod contact;
pub mod equipement;
pub mod evaluation;
pub mod fiche;
mod migrations;
pub mod ouverture;
pub mod presence;
pub mod programme;
pub mod rendez_vous;
mod reseau;
pub mod reservation;
pub mod seance;
pub mod sms;
mod traitement;
pub mod webhook;

pub use migrations::migrations;
pub use traitement::TRAITEMENTS;

use interface::requete::Pages;
use socle::{Etat, tache::Executants};
use utoipa_axum::router::OpenApiRouter;

/// Pages of this crate.
pub fn pages() -> Pages {
    [
        seance::pages(),
        presence::pages(),
        reservation::pages(),
        programme::pages(),
        evaluation::pages(),
        agenda::pages(),
        equipement::pages(),
        ouverture::pages(),
        rendez_vous::pages(),
        webhook::pages(),
        contact::pages(),
    ]
    .into_iter()
    .fold(fiche::pages(), Pages::fusionner)
}

/// API of this crate, under `/api/v1`.
pub fn api() -> OpenApiRouter<Etat> {
    [
        seance::api(),
        presence::api(),
        reservation::api(),
        programme::api(),
        webhook::api(),
        evaluation::api(),
        agenda::api(),
        equipement::api(),
        ouverture::api(),
        rendez_vous::api(),
    ]
    .into_iter()
    .fold(fiche::api(), OpenApiRouter::merge)
}

/// The columns sealed at rest, for the rotation of keys and its checks.
pub fn champs_scelles() -> Vec<socle::coffre::Champ> {
    [&reservation::CHAMPS[..], &evaluation::CHAMPS, &presence::CHAMPS, &agenda::CHAMPS, &rendez_vous::CHAMPS, &[webhook::SECRET]].concat()
}

/// Adds what runs the jobs of this crate.
pub fn executants(e: Executants) -> Executants {
    e.avec(reservation::GENRE_AVERTIR, reservation::avertir_tache)
        .avec(reservation::GENRE_OFFRE, reservation::expirer)
        .avec(reservation::GENRE_PURGE, reservation::purger)
        .avec(socle::tache::genre::WEBHOOK, webhook::livrer)
        .avec(seance::GENRE_SEUIL, seance::annuler_sous_seuil)
        .avec(evaluation::GENRE_FROIDE, evaluation::lancer)
        .avec(evaluation::GENRE_INVITER, evaluation::inviter_tache)
        .avec(evaluation::GENRE_PURGE, evaluation::purger)
        .avec(agenda::GENRE_PROLONGER, agenda::prolonger)
        .avec(agenda::GENRE_LIRE, agenda::lire_tache)
        .avec(agenda::GENRE_LIRE_TOUS, agenda::relire_tous)
        .avec(rendez_vous::GENRE_AVERTIR, rendez_vous::avertir_tache)
        .avec(rendez_vous::GENRE_PURGE, rendez_vous::purger)
}
