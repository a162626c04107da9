//! Segments: the figures of each structure and month in one small blob, so that any bilan is read quickly
//! and exactly, whatever its filter. ADR 0012.
//!
//! - `bilan_segment`: one row a structure and month, all that a bilan counts, without names.
//! - `bilan_marque`: which of them no longer say what the rows say. Triggers of the database write it in
//!   the transaction of every change, whoever makes it; a bilan counts these months from the rows.
//! - `bilan_instance`: the figures of all structures in a past month or year.
//! - `personne_rang`: a small number for each person, to count people without their ids.

mod agregats;
mod charge;
mod codes;
mod consolidation;
mod cumul;
mod format;
mod gens;
mod instance;
mod lecture;
mod mois;
mod progres;
mod restituer;

pub use agregats::agreger;
pub use consolidation::{consolider, tout_marquer, veiller};
pub(crate) use lecture::calculer;
