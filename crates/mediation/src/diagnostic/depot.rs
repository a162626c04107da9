//! Queries of diagnostics. Only those of structures where the actor may read people's files come out.

use sea_orm::{ExprTrait, QueryOrder, QuerySelect, Select, entity::prelude::*, sea_query::Query};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{PersonneId, StructureId},
};

use super::{Diagnostic, scelle, table};

/// The structures where the actor may read people's files.
pub(crate) fn structures_lisibles(cx: &Contexte) -> Vec<StructureId> {
    cx.acteur.fonctions.iter().map(|f| f.structure).filter(|s| cx.acteur.peut_dans(Permission::PersonnesLire, *s)).collect()
}

/// The people a structure follows. The table is that of `personne`, which alone writes it.
///
/// Written as EXISTS on the key of `suivi`: as a list (`IN`), an engine may read all those of a large structure.
pub(crate) fn personne_suivie(structure: StructureId, table: &'static str) -> Expr {
    let mut suivi = Query::select();
    suivi
        .expr(Expr::val(1))
        .from("suivi")
        .and_where(Expr::col(("suivi", "structure_id")).eq(structure))
        .and_where(Expr::col(("suivi", "personne_id")).equals((table, "personne_id")));
    Expr::exists(suivi)
}

/// Refuses to record in the structure the actor works in what concerns a person it does not follow.
pub(crate) async fn exiger_suivi(cx: &Contexte, id: PersonneId) -> Resultat<()> {
    if crate::personne::plusieurs(cx, &[id]).await?.is_empty() {
        return Err(Erreur::Conflit(
            "Cette personne est suivie par une autre de vos structures : choisissez cette structure, puis recommencez.".into(),
        ));
    }
    Ok(())
}

fn lisibles(cx: &Contexte, id: PersonneId) -> Select<table::Entity> {
    let q = table::Entity::find().filter(table::Column::PersonneId.eq(id));
    if cx.acteur.est_systeme() { q } else { q.filter(table::Column::StructureId.is_in(structures_lisibles(cx))) }
}

/// The diagnostics of a person, newest first.
pub async fn de_personne(cx: &Contexte, id: PersonneId, max: u64) -> Resultat<Vec<Diagnostic>> {
    let lignes = lisibles(cx, id).order_by_desc(table::Column::Date).order_by_desc(table::Column::Id).limit(max).all(&cx.db()).await?;
    lignes.into_iter().map(|d| scelle::ouvrir(cx, d)).collect()
}

/// A page of the diagnostics of a person.
pub async fn page_de(cx: &Contexte, id: PersonneId, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Diagnostic>> {
    suite(lisibles(cx, id), cx, apres, combien).await
}

/// A page of the diagnostics of a structure, of the people it still follows.
pub async fn page(cx: &Contexte, structure: StructureId, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Diagnostic>> {
    let q = table::Entity::find().filter(table::Column::StructureId.eq(structure)).filter(personne_suivie(structure, "diagnostic"));
    suite(q, cx, apres, combien).await
}

async fn suite(mut q: Select<table::Entity>, cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Diagnostic>> {
    if let Some(a) = apres {
        q = q.filter(table::Column::Id.gt(a));
    }
    let lignes = q.order_by_asc(table::Column::Id).limit(combien + 1).all(&cx.db()).await?;
    lignes.into_iter().map(|d| scelle::ouvrir(cx, d)).collect()
}
