//! What is sealed of a reception: the one place that seals and opens it.

use sea_orm::{ActiveModelTrait, IntoActiveModel};
use socle::{Contexte, Resultat, coffre::Champ};

use super::{Accueil, table::ActiveModel};

pub(super) const MOTIF: Champ = Champ::texte("accueil", "motif");

/// The sealed columns.
pub const CHAMPS: [Champ; 1] = [MOTIF];

/// What is written of a reception.
pub fn sceller(cx: &Contexte, a: &Accueil) -> Resultat<ActiveModel> {
    let motif = cx.coffre().sceller_si(&MOTIF, a.id, a.motif.as_deref())?;
    Ok(Accueil { motif, ..a.clone() }.into_active_model().reset_all())
}

/// A reception as it is read.
pub fn ouvrir(cx: &Contexte, mut a: Accueil) -> Resultat<Accueil> {
    a.motif = cx.coffre().ouvrir_si(&MOTIF, a.id, a.motif)?;
    Ok(a)
}
