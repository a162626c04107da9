//! What is sealed of a person’s file: the one place that seals and opens it.

use sea_orm::{ActiveModelTrait, IntoActiveModel};
use socle::{Contexte, Resultat, coffre::Champ};

use super::{Personne, table::ActiveModel};

const AMENAGEMENTS: Champ = Champ::texte("personne", "amenagements");
const NOTES: Champ = Champ::texte("personne", "notes");

/// The sealed columns.
pub const CHAMPS: [Champ; 2] = [AMENAGEMENTS, NOTES];

/// What is written of a file.
pub fn sceller(cx: &Contexte, p: &Personne) -> Resultat<ActiveModel> {
    let coffre = cx.coffre();
    let p = Personne {
        amenagements: coffre.sceller_si(&AMENAGEMENTS, p.id, p.amenagements.as_deref())?,
        notes: coffre.sceller_si(&NOTES, p.id, p.notes.as_deref())?,
        ..p.clone()
    };
    Ok(p.into_active_model().reset_all())
}

/// A file as it is read.
pub fn ouvrir(cx: &Contexte, mut p: Personne) -> Resultat<Personne> {
    let coffre = cx.coffre();
    p.amenagements = coffre.ouvrir_si(&AMENAGEMENTS, p.id, p.amenagements)?;
    p.notes = coffre.ouvrir_si(&NOTES, p.id, p.notes)?;
    Ok(p)
}
