//! The program: composition of the crates, layers, commands, API description, demonstration.

pub mod apidoc;
pub mod application;
pub mod banc;
pub mod commandes;
mod corps;
pub mod courrier;
pub mod demo;
pub mod exploitation;
pub mod exports;
mod gardees;
pub mod menage;
pub mod metriques;
pub mod migrateur;
pub mod publiques;
pub mod registre;
pub mod rendu;
pub mod sante;
pub mod sauvegarde;
pub mod sms;
pub mod traces;

pub use application::{pages, routeur};
pub use migrateur::Migrateur;

/// Every column sealed at rest: for the rotation of keys and its checks.
pub fn champs_scelles() -> Vec<socle::coffre::Champ> {
    [mediation::champs_scelles(), certification::champs_scelles(), ateliers::champs_scelles()].concat()
}
