//! What the crate above (`ateliers`) recorded, read by the names of its tables alone: the rates of workshops, the
//! bookings and gestures of a person, the séances of a day, who is to be called. Nothing here writes: `ateliers` alone does.

mod comptes;
mod jour;
mod suivi;
pub mod taux;

pub use comptes::{Axe, Champ, compter};
pub use jour::{SeanceDuJour, a_appeler, du_jour};
pub use suivi::{GesteVu, PresenceVue, ReservationVue, evenements, gestes_depuis, note_vue, reservations};
pub use taux::{Comptes, Resultats, resultats};
