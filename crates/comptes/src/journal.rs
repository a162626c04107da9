//! Reading the journal of a structure: who did what, on which record and when.

mod phrase;
mod web;

pub use phrase::OBJETS;
pub use web::pages;

use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use socle::{
    Contexte, Permission, Resultat,
    journal::{Action, Column, Entity, Model},
};

/// What of the journal is asked for.
#[derive(Clone, Debug, Default)]
pub struct Filtre {
    /// The kind of record.
    pub objet: Option<String>,
    pub action: Option<Action>,
    /// Lines before this one.
    pub apres: Option<Uuid>,
}

/// Lines of the journal of the structure worked in, newest first: `combien` and one more if there is.
pub async fn lister(cx: &Contexte, f: &Filtre, combien: u64) -> Resultat<Vec<Model>> {
    let s = cx.exiger(Permission::JournalLire)?;
    let mut q = Entity::find().filter(Column::StructureId.eq(s)).order_by_desc(Column::Id);
    if let Some(objet) = &f.objet {
        q = q.filter(Column::Objet.eq(objet));
    }
    if let Some(action) = f.action {
        q = q.filter(Column::Action.eq(action));
    }
    if let Some(apres) = f.apres {
        q = q.filter(Column::Id.lt(apres));
    }
    Ok(q.limit(combien + 1).all(&cx.db()).await?)
}
