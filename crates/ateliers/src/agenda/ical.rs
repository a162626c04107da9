//! iCalendar: written by `socle::ical`, read by [`super::lecture`].

pub use socle::ical::{Composant, Invitation, invitation};
pub(crate) use socle::ical::{calendrier, etiquette};

#[cfg(test)]
#[path = "ical_tests.rs"]
mod tests;
