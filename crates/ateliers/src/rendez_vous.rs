//! Appointments: a reason, the hours of the mediators, free slots, and who takes them; without an account.
//!
//! A slot is what the hours of a mediator leave once all that takes them is taken away. Two people on one slot meet
//! the constraint of `occupation`, the one that séances and times of one's own meet.

mod api;
mod api_jours;
mod avertir;
mod contact;
mod creneaux;
mod exception;
pub(crate) mod migration;
mod motif;
mod plage;
mod prendre;
pub(crate) mod regles;
mod suite;
pub(crate) mod table;
pub(crate) mod web;

pub use api::api;
pub use avertir::{GENRE_AVERTIR, avertir_tache};
pub(crate) use contact::{a_corriger, corriger_par_lien};
pub use contact::{corriger, noter_retour};
pub use creneaux::{Creneau, creneaux};
pub use exception::{
    DeplacerPlage, Detail, EtatPlage, JourPlage, deplacer as deplacer_plage, detail, fermer as fermer_plage, jours,
    retablir as retablir_plage, un_jour,
};
pub(crate) use migration::{ContactsRefuses, Exceptions, RendezVousPris};
pub use motif::{EcrireMotif, ecrire, libelles, lister as motifs, modifier, publies};
pub use plage::{EcrirePlage, ajouter as ajouter_plage, lister as plages, reprendre_horaires, retirer as retirer_plage};
pub use prendre::{Prendre, prendre};
pub use suite::{GENRE_PURGE, Issue, annuler, conclure, deplacer, lire, purger};
pub(crate) use suite::{ouvrir, par_code};
pub use table::{Model as RendezVous, motif::Model as Motif, plage::Model as Plage};
pub use web::pages;

use serde::{Deserialize, Serialize};
use socle::{Nomenclature, coffre::Champ};

use crate::seance::nomenclature;
use sea_orm::entity::prelude::*;

pub(crate) const BESOINS: Champ = Champ::texte("rendez_vous", "besoins");

/// The sealed columns.
pub const CHAMPS: [Champ; 1] = [BESOINS];

nomenclature! {
    /// How one meets.
    Maniere {
        SurPlace => "Sur place",
        Telephone => "Par téléphone",
        Domicile => "À domicile",
    }
}
nomenclature! {
    /// Where an appointment stands.
    EtatRendezVous {
        Prevu => "Prévu",
        Honore => "Tenu",
        Absent => "Non venue",
        Excuse => "Excusée",
        Annule => "Annulé",
    }
}
