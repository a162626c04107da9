//! What is sealed of an accompaniment: the one place that seals and opens it.

use sea_orm::{ActiveModelTrait, IntoActiveModel};
use socle::{Contexte, Resultat, coffre::Champ};

use super::{Ligne, table::ActiveModel};

const NOTES: Champ = Champ::texte("accompagnement", "notes");

/// The sealed columns.
pub const CHAMPS: [Champ; 1] = [NOTES];

/// What is written of an accompaniment.
pub fn sceller(cx: &Contexte, l: &Ligne) -> Resultat<ActiveModel> {
    let notes = cx.coffre().sceller_si(&NOTES, l.id, l.notes.as_deref())?;
    Ok(Ligne { notes, ..l.clone() }.into_active_model().reset_all())
}

/// An accompaniment as it is read.
pub fn ouvrir(cx: &Contexte, mut l: Ligne) -> Resultat<Ligne> {
    l.notes = cx.coffre().ouvrir_si(&NOTES, l.id, l.notes)?;
    Ok(l)
}
