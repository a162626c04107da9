//! Figures in words, for the templates: they hand over values or references, both are taken.

use std::borrow::Borrow;

use interface::format;

/// A figure that is masked. The same word for the small ones and for those that would give them back: which is
/// which would say too much.
pub const MASQUE: &str = "masqué";

/// `1 234`.
pub fn entier(n: impl Borrow<i64>) -> String {
    format::entier(*n.borrow())
}

/// A figure that may be masked.
pub fn dire(n: impl Borrow<Option<i64>>) -> String {
    n.borrow().map_or_else(|| MASQUE.to_owned(), format::entier)
}

/// `1 h 30`, from minutes.
pub fn duree(minutes: impl Borrow<i64>) -> String {
    format::duree(*minutes.borrow())
}

/// The same, that may be masked.
pub fn dire_duree(minutes: impl Borrow<Option<i64>>) -> String {
    minutes.borrow().map_or_else(|| MASQUE.to_owned(), format::duree)
}

/// `3 personnes`.
pub fn compte(n: impl Borrow<i64>, singulier: &str, pluriel: &str) -> String {
    format::compte(*n.borrow(), singulier, pluriel)
}

/// What a figure counts, in the number it has.
pub fn accorder<'a>(n: impl Borrow<Option<i64>>, singulier: &'a str, pluriel: &'a str) -> &'a str {
    if n.borrow().is_some_and(|n| n < 2) { singulier } else { pluriel }
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
