//! Figures in words, for the templates: they hand over values or references, both are taken.

use std::borrow::Borrow;

use interface::format;

use crate::vue::Public;

/// Masked, though not small.
pub const MASQUE: &str = "masqué";

/// `1 234`.
pub fn entier(n: impl Borrow<i64>) -> String {
    format::entier(*n.borrow())
}

/// A figure of people: masked, it says « < 5 ».
pub fn dire(n: impl Borrow<Option<i64>>) -> String {
    n.borrow().map_or_else(|| "<\u{a0}5".to_owned(), format::entier)
}

impl Public {
    /// The participations: « < 5 », or « masqué » when they would give a smaller figure away.
    pub fn dire_participations(&self) -> String {
        if self.par_deduction[0] { MASQUE.to_owned() } else { dire(self.participations) }
    }

    /// The people, in the same way.
    pub fn dire_personnes(&self) -> String {
        if self.par_deduction[1] { MASQUE.to_owned() } else { dire(self.personnes) }
    }
}

/// `1 h 30`, from minutes.
pub fn duree(minutes: impl Borrow<i64>) -> String {
    format::duree(*minutes.borrow())
}

/// `3 personnes`.
pub fn compte(n: impl Borrow<i64>, singulier: &str, pluriel: &str) -> String {
    format::compte(*n.borrow(), singulier, pluriel)
}

/// `62 %`.
pub fn pourcentage(part: impl Borrow<i64>, tout: impl Borrow<i64>) -> String {
    format::pourcentage(*part.borrow(), *tout.borrow())
}

/// A rate from 0 to 1: `62 %`; « – » without one.
pub fn taux(t: impl Borrow<Option<f64>>) -> String {
    t.borrow().map_or_else(|| "–".to_owned(), |t| format!("{}\u{a0}%", format::nombre(t * 100.0, 0)))
}

/// The same, « < 5 » when the count it comes from is masked.
pub fn taux_de(t: impl Borrow<Option<f64>>, sur: impl Borrow<Option<i64>>) -> String {
    if sur.borrow().is_none() { "<\u{a0}5".to_owned() } else { taux(t) }
}
