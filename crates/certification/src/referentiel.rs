//! The référentiels, shipped with the program or brought by a centre: what a title is, how it is obtained, what changed between
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
use socle::{Acteur, Contexte, Erreur, Etat, Resultat};

/// The versions shipped with the program.
pub fn lister() -> &'static [Version] {
    referentiels_embarques()
}

/// Every version anybody may read here: those shipped, then those that centres brought.
pub async fn toutes(etat: &Etat) -> Resultat<&'static [Version]> {
    crate::titre::toutes(&Contexte::lecture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid())).await
}

/// One of them, by its code, the code of its title or its RNCP number.
///
/// # Errors
/// `Introuvable` when none has this code.
pub async fn chercher(etat: &Etat, code: &str) -> Resultat<&'static Version> {
    let v = toutes(etat).await?;
    let deux = || v.iter().find(|x| x.code == code).or_else(|| v.iter().rfind(|x| x.titre == code));
    titre_embarque(code).or_else(deux).ok_or(Erreur::Introuvable("Ce titre"))
}

/// A shipped version, by its code, the code of its title or its RNCP number.
///
/// # Errors
/// `Introuvable` when none has this code.
pub fn trouver(code: &str) -> Resultat<&'static Version> {
    titre_embarque(code).ok_or(Erreur::Introuvable("Ce titre"))
}
