//! The page of the instance: its structures, its accounts, its state.

mod web;

pub use web::pages;

use sea_orm::entity::prelude::*;
use socle::{Contexte, Permission, Resultat, coffre::Coffre, tache};

/// How many jobs were given up after too many tries; the page of the state of the instance shows them.
pub async fn taches_abandonnees(cx: &Contexte) -> Resultat<u64> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    Ok(tache::Entity::find().filter(tache::Column::AbandonneeLe.is_not_null()).count(&cx.db()).await?)
}

/// The key of the notes in use, and where its file is, until somebody said to have put it in a safe place.
pub async fn cle_a_copier(cx: &Contexte) -> Resultat<Option<(String, String)>> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let connues = Coffre::cles_connues(&cx.db()).await?;
    let chemin = cx.coffre().chemin().display().to_string();
    Ok(connues.into_iter().find(|c| c.active && c.confirmee_le.is_none()).map(|c| (c.id, chemin)))
}
