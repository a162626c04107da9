//! The kernel: what every slice of the trade stands on.
//!
//! Identifiers, clock, errors, database, rights, journal, jobs, periodic work, and the ports (mail, documents)
//! that the binary wires. It knows no thing of the trade and draws no page.

pub mod api;
pub mod base;
pub mod coffre;
pub mod config;
pub mod contexte;
pub mod controle;
pub mod creation;
pub mod droits;
pub mod equipe;
pub mod erreur;
pub mod etat;
pub mod fichiers;
pub mod horloge;
pub mod ical;
pub mod identifiant;
pub mod journal;
pub mod migrations;
pub mod nomenclature;
pub mod planification;
pub mod ports;
pub mod preparation;
pub mod requete;
pub mod retour;
pub mod secret;
pub mod tache;
pub mod texte;
pub mod traitement;

pub use contexte::{Acteur, Contexte};
pub use droits::{Permission, Role};
pub use erreur::{Erreur, ErreurChamp, Resultat};
pub use etat::Etat;
pub use nomenclature::Nomenclature;
