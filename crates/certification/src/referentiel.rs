//! The référentiels shipped with the program: what a title is, how it is obtained, what changed between
//! two versions. Public: a candidate reads them before knowing anybody.

mod api;
mod comparaison;
mod horaires;
mod obtention;
mod vue;
mod web;

pub use api::{TitreResume, api};
pub use web::pages;

use certification_regles::{
    Version,
    referentiel::{referentiels_embarques, titre_embarque},
};
use socle::{Erreur, Resultat};

/// The versions shipped with the program.
pub fn lister() -> &'static [Version] {
    referentiels_embarques()
}

/// A shipped version, by its code, the code of its title or its RNCP number.
///
/// # Errors
/// `Introuvable` when none has this code.
pub fn trouver(code: &str) -> Resultat<&'static Version> {
    titre_embarque(code).ok_or(Erreur::Introuvable("Ce titre"))
}
