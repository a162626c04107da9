//! The interface: base templates, components, page context, forms, charts, static files.
//!
//! Other crates use it through their `askama.toml`, `dirs = ["src", "../interface/templates"]`, then `{% extends "base.html" %}` and
//! `{% import "composants.html" as c %}`.

// Templates call `interface::…`: that name must exist here too.
extern crate self as interface;

pub mod composants;
pub mod erreur;
pub mod format;
pub mod formulaire;
pub mod graphique;
pub mod icone;
pub mod page;
pub mod qr;
pub mod requete;
pub mod statique;
pub mod style;

pub use composants::{Onglet, Pagination};
pub use erreur::PageErreur;
pub use formulaire::{Choix, ErreurChamp, Erreurs};
pub use page::{Accent, Entree, Genre, Message, Page, Theme, Utilisateur};

#[cfg(test)]
mod tests;
