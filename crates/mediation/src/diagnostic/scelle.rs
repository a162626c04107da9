//! What is sealed of a diagnostic: the one place that seals and opens it.

use sea_orm::{ActiveModelTrait, IntoActiveModel};
use socle::{Contexte, Resultat, coffre::Champ};

use super::{Diagnostic, Etapes, table::ActiveModel};

const OBJECTIF: Champ = Champ::texte("diagnostic", "objectif");
const CONSTATS: Champ = Champ::texte("diagnostic", "constats");
const ETAPES: Champ = Champ::liste("diagnostic", "etapes");

/// The sealed columns.
pub const CHAMPS: [Champ; 3] = [OBJECTIF, CONSTATS, ETAPES];

/// What is written of a diagnostic.
pub fn sceller(cx: &Contexte, d: &Diagnostic) -> Resultat<ActiveModel> {
    let coffre = cx.coffre();
    let d = Diagnostic {
        objectif: coffre.sceller_si(&OBJECTIF, d.id, d.objectif.as_deref())?,
        constats: coffre.sceller_si(&CONSTATS, d.id, d.constats.as_deref())?,
        etapes: Etapes(coffre.sceller_liste(&ETAPES, d.id, &d.etapes.0)?),
        ..d.clone()
    };
    Ok(d.into_active_model().reset_all())
}

/// A diagnostic as it is read.
pub fn ouvrir(cx: &Contexte, mut d: Diagnostic) -> Resultat<Diagnostic> {
    let coffre = cx.coffre();
    d.objectif = coffre.ouvrir_si(&OBJECTIF, d.id, d.objectif)?;
    d.constats = coffre.ouvrir_si(&CONSTATS, d.id, d.constats)?;
    d.etapes = Etapes(coffre.ouvrir_liste(&ETAPES, d.id, d.etapes.0)?);
    Ok(d)
}
