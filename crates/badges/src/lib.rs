//! Attestations signées que le titulaire emporte et que chacun vérifie sans Passeur : Open Badges 3.0 sur les
//! attestations vérifiables du W3C (2.0), preuve `eddsa-rdfc-2022`, liste de retraits Bitstring.
//!
//! Caisse pure : ni base, ni web, ni réseau, l'heure en argument. L'appelant sert trois choses :
//! [`Cles::document`] à [`CHEMIN_IDENTITE`], [`liste`] à l'adresse qu'il a choisie, et le badge lui-même.
//! Voir `crates/badges/README.md`.

mod cles;
mod contextes;
mod erreur;
mod graphe;
mod identite;
mod multicle;
mod preuve;
mod reussite;
mod statut;
#[cfg(test)]
mod tests;
mod verification;

pub use cles::{Cle, Cles};
pub use contextes::{EMBARQUES, OB_3, VC_2};
pub use erreur::{Erreur, Raison};
pub use graphe::Defaut;
pub use identite::{CHEMIN_IDENTITE, did};
pub use reussite::{Nature, Reussite, Titulaire, Unite, emettre};
pub use statut::{Place, TAILLE_LISTE, VALIDITE_LISTE, liste, place};
pub use verification::{Etat, Verification, correspond, verifier};
