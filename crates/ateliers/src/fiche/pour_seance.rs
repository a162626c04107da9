//! What a séance reads of the sheet it was programmed from, whoever the sheet belongs to: the right to the séance is
//! enough. None when the sheet is no more.

use std::collections::HashMap;

use mediation::diagnostic::grille::Geste;
use sea_orm::entity::prelude::*;
use socle::Resultat;

use super::{Age, Contenu, Reference, gestes, livrees, table};

/// What a sheet says, as it is now.
pub(crate) async fn contenu_de(cx: &socle::Contexte, fiche: Option<&str>) -> Resultat<Option<Contenu>> {
    Ok(match fiche.map(Reference::from) {
        None => None,
        Some(Reference::Livree(code)) => livrees::par_code(&code).cloned(),
        Some(Reference::Structure(id)) => table::Entity::find_by_id(id).one(&cx.db()).await?.map(|m| m.contenu),
    })
}

/// The gestures of the diagnostic that a sheet works on.
pub(crate) async fn gestes_de(cx: &socle::Contexte, fiche: Option<&str>) -> Resultat<Vec<&'static Geste>> {
    let codes = contenu_de(cx, fiche).await?.map(|c| c.gestes).unwrap_or_default();
    Ok(gestes().iter().filter(|g| codes.contains(&g.code)).collect())
}

/// The ages that sheets are made for, by what séances call them.
pub(crate) async fn ages_de(cx: &socle::Contexte, fiches: impl Iterator<Item = &str>) -> Resultat<HashMap<String, Vec<Age>>> {
    let mut ages = HashMap::new();
    let mut ids = vec![];
    for f in fiches {
        match Reference::from(f) {
            Reference::Livree(code) => ages.extend(livrees::par_code(&code).map(|c| (code, c.ages.clone()))),
            Reference::Structure(id) => ids.push(id),
        }
    }
    let lignes = table::Entity::find().filter(table::Column::Id.is_in(ids)).all(&cx.db()).await?;
    ages.extend(lignes.into_iter().map(|m| (m.id.to_string(), m.contenu.ages)));
    Ok(ages)
}
