//! What the crate above (`ateliers`) recorded, read by the names of its tables alone: the rates of workshops, the
//! bookings and gestures of a person, the séances of a day. Nothing here writes: `ateliers` alone does.

mod comptes;
mod suivi;
pub mod taux;

pub use comptes::{Axe, Champ, compter};
pub use suivi::{GesteVu, PresenceVue, ReservationVue, SeanceDuJour, du_jour, evenements, gestes_depuis, note_vue, reservations};
pub use taux::{Comptes, Resultats, resultats};
