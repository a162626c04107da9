//! The page of the instance: its structures, its accounts, its state.

mod web;

pub use web::pages;

use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use socle::{Contexte, Permission, Resultat, coffre::Coffre, tache};

/// A job given up after too many tries; its load is not shown, it may name a person.
pub struct TacheAbandonnee {
    pub genre: String,
    pub abandonnee_le: DateTimeUtc,
    pub erreur: String,
}

/// The jobs given up, the latest first; at most 20.
pub async fn taches_abandonnees(cx: &Contexte) -> Resultat<Vec<TacheAbandonnee>> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let lignes: Vec<(String, DateTimeUtc, Option<String>)> = tache::Entity::find()
        .select_only()
        .columns([tache::Column::Genre, tache::Column::AbandonneeLe, tache::Column::Erreur])
        .filter(tache::Column::AbandonneeLe.is_not_null())
        .order_by_desc(tache::Column::AbandonneeLe)
        .limit(20)
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(lignes
        .into_iter()
        .map(|(genre, abandonnee_le, erreur)| TacheAbandonnee { genre, abandonnee_le, erreur: erreur.unwrap_or_default() })
        .collect())
}

/// The key of the notes in use, and where its file is, until somebody said to have put it in a safe place.
pub async fn cle_a_copier(cx: &Contexte) -> Resultat<Option<(String, String)>> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let connues = Coffre::cles_connues(&cx.db()).await?;
    let chemin = cx.coffre().chemin().display().to_string();
    Ok(connues.into_iter().find(|c| c.active && c.confirmee_le.is_none()).map(|c| (c.id, chemin)))
}
