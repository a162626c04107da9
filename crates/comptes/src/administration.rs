//! The page of the instance: its structures, its accounts, its state.

mod web;

pub use web::pages;

use sea_orm::entity::prelude::*;
use socle::{Contexte, Permission, Resultat, tache};

/// How many jobs were given up after too many tries; the page of the state of the instance shows them.
pub async fn taches_abandonnees(cx: &Contexte) -> Resultat<u64> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    Ok(tache::Entity::find().filter(tache::Column::AbandonneeLe.is_not_null()).count(&cx.db()).await?)
}
