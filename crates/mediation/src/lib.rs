//! Mediation: from welcoming a person to the evaluation of what was done with them.
//!
//! One module per thing of the trade. It knows the territory (structures, lieux, partners), never the
//! figures made from it (`bilan`) nor the titles (`certification`).

pub mod accompagnement;
pub mod accueil;
pub mod ateliers;
pub mod aujourdhui;
pub mod chronologie;
pub mod conservation;
pub mod diagnostic;
pub mod doublon;
pub mod droits_personne;
mod effacement;
pub mod migrations;
pub mod nomenclatures;
pub mod note_pratique;
pub mod orientation;
pub mod parcours;
pub mod personne;
mod rendez_vous;
pub mod satisfaction;

use interface::requete::Pages;
use socle::Etat;
use utoipa_axum::router::OpenApiRouter;

/// Pages of this crate.
pub fn pages() -> Pages {
    [
        accueil::pages(),
        personne::pages(),
        conservation::pages(),
        doublon::pages(),
        droits_personne::pages(),
        diagnostic::pages(),
        parcours::pages(),
        accompagnement::pages(),
        orientation::pages(),
        satisfaction::pages(),
        note_pratique::pages(),
    ]
    .into_iter()
    .fold(aujourdhui::pages(), Pages::fusionner)
}

/// API of this crate, under `/api/v1`.
pub fn api() -> OpenApiRouter<Etat> {
    [
        accueil::api(),
        conservation::api(),
        doublon::api(),
        droits_personne::api(),
        diagnostic::api(),
        parcours::api(),
        accompagnement::api(),
        orientation::api(),
        satisfaction::api(),
        note_pratique::api(),
    ]
    .into_iter()
    .fold(personne::api(), OpenApiRouter::merge)
}

/// The columns sealed at rest, for the rotation of keys and its checks.
pub fn champs_scelles() -> Vec<socle::coffre::Champ> {
    [
        &personne::CHAMPS[..],
        &accueil::CHAMPS,
        &diagnostic::CHAMPS,
        &parcours::CHAMPS,
        &accompagnement::CHAMPS,
        &orientation::CHAMPS,
        &doublon::CHAMPS,
        &satisfaction::CHAMPS,
        &note_pratique::CHAMPS,
    ]
    .concat()
}

/// What this crate does with data about people, for the register.
pub const TRAITEMENTS: &[&socle::traitement::Traitement] = &[
    &personne::TRAITEMENT,
    &accueil::TRAITEMENT,
    &diagnostic::TRAITEMENT,
    &parcours::TRAITEMENT,
    &accompagnement::TRAITEMENT,
    &orientation::TRAITEMENT,
    &satisfaction::TRAITEMENT,
    &note_pratique::TRAITEMENT,
    &conservation::TRAITEMENT,
    &doublon::TRAITEMENT,
];
