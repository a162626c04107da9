//! What is sealed of a plan: the words of its objectives and steps. The one place that seals and opens them.

use sea_orm::{ActiveModelTrait, IntoActiveModel};
use socle::{Contexte, Resultat, coffre::Champ};

use super::{
    Etape, Objectif,
    table::{etape, objectif},
};

const OBJECTIF: Champ = Champ::texte("objectif", "libelle");
pub(super) const ETAPE: Champ = Champ::texte("etape", "libelle");

/// The sealed columns.
pub const CHAMPS: [Champ; 2] = [OBJECTIF, ETAPE];

/// What is written of an objective.
pub fn sceller_objectif(cx: &Contexte, o: &Objectif) -> Resultat<objectif::ActiveModel> {
    let libelle = cx.coffre().sceller(&OBJECTIF, o.id, &o.libelle)?;
    Ok(Objectif { libelle, ..o.clone() }.into_active_model().reset_all())
}

/// What is written of a step.
pub fn sceller_etape(cx: &Contexte, e: &Etape) -> Resultat<etape::ActiveModel> {
    let libelle = cx.coffre().sceller(&ETAPE, e.id, &e.libelle)?;
    Ok(Etape { libelle, ..e.clone() }.into_active_model().reset_all())
}

/// An objective as it is read.
pub fn ouvrir_objectif(cx: &Contexte, mut o: Objectif) -> Resultat<Objectif> {
    o.libelle = cx.coffre().ouvrir(&OBJECTIF, o.id, o.libelle)?;
    Ok(o)
}

/// A step as it is read.
pub fn ouvrir_etape(cx: &Contexte, mut e: Etape) -> Resultat<Etape> {
    e.libelle = cx.coffre().ouvrir(&ETAPE, e.id, e.libelle)?;
    Ok(e)
}
