//! Import of people and of past accompaniments from a file: XLSX, ODS or CSV.
//!
//! The file arrives in pieces into the database (any node may go on), a background job reads it without
//! ever holding it whole, what would be written is shown, and nothing is written before it is confirmed:
//! then all of it, in one transaction. Ids are derived from the file's own numbers or contents, so that
//! the same file brought again adds nothing.

mod analyse;
mod api;
mod champ;
mod depot;
mod ecriture;
mod fichier;
mod import;
mod ligne;
pub mod migrations;
mod modele;
mod rapprochement;
mod table;
mod traitement;
mod valeurs;
mod web;

pub use analyse::lire as tache_lire;
pub use api::api;
pub use champ::Nature;
pub use ecriture::ecrire as tache_ecrire;
pub use import::*;
pub use table::{Comptes, Etat as EtatImport, Model as Import};
pub use web::pages;

/// What this crate does with data about people, for the register.
pub const TRAITEMENTS: &[&socle::traitement::Traitement] = &[&traitement::TRAITEMENT];

/// The jobs of this crate.
pub mod genre {
    /// Reads a file: `{"import": id}`.
    pub const LIRE: &str = "import_lire";
    /// Writes what was confirmed: `{"import": id}`.
    pub const ECRIRE: &str = "import_ecrire";
    /// Removes what has expired.
    pub const PURGER: &str = "import_purger";
}
