//! The program: composition of the crates, layers, commands, API description, demonstration.

pub mod apidoc;
pub mod application;
pub mod banc;
pub mod commandes;
pub mod courrier;
pub mod demo;
pub mod migrateur;
pub mod publiques;
pub mod registre;
pub mod rendu;
pub mod sante;

pub use application::{pages, routeur};
pub use migrateur::Migrateur;
