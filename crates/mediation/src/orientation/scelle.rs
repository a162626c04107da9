//! What is sealed of an orientation: the one place that seals and opens it.

use sea_orm::{ActiveModelTrait, IntoActiveModel};
use socle::{Contexte, Resultat, coffre::Champ};

use super::{Orientation, table::ActiveModel};

const MOTIF: Champ = Champ::texte("orientation", "motif");
const RETOUR: Champ = Champ::texte("orientation", "retour");

/// The sealed columns.
pub const CHAMPS: [Champ; 2] = [MOTIF, RETOUR];

/// What is written of an orientation.
pub fn sceller(cx: &Contexte, o: &Orientation) -> Resultat<ActiveModel> {
    let coffre = cx.coffre();
    let motif = coffre.sceller(&MOTIF, o.id, &o.motif)?;
    let retour = coffre.sceller_si(&RETOUR, o.id, o.retour.as_deref())?;
    Ok(Orientation { motif, retour, ..o.clone() }.into_active_model().reset_all())
}

/// An orientation as it is read.
pub fn ouvrir(cx: &Contexte, mut o: Orientation) -> Resultat<Orientation> {
    let coffre = cx.coffre();
    o.motif = coffre.ouvrir(&MOTIF, o.id, o.motif)?;
    o.retour = coffre.ouvrir_si(&RETOUR, o.id, o.retour)?;
    Ok(o)
}
