//! Queries of orientations.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, Order, QueryOrder, QuerySelect, Select,
    entity::prelude::*,
    sea_query::{Expr, Query},
};
use socle::{
    Contexte, Resultat,
    identifiant::{PartenaireId, PersonneId, StructureId},
};

use super::{Filtre, Orientation, StatutOrientation, scelle, table};

fn ouvrir(cx: &Contexte, lignes: Vec<Orientation>) -> Resultat<Vec<Orientation>> {
    lignes.into_iter().map(|o| scelle::ouvrir(cx, o)).collect()
}

/// The orientations of a structure about people it still follows: neither erased, nor unshared.
fn suivies(structure: StructureId) -> Select<table::Entity> {
    table::Entity::find()
        .filter(table::Column::StructureId.eq(structure))
        .filter(crate::diagnostic::personne_suivie(structure, "orientation"))
}

pub async fn page(cx: &Contexte, structure: StructureId, f: &Filtre, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Orientation>> {
    let mut q = suivies(structure).order_by_asc(table::Column::Id).limit(combien + 1);
    if let Some(p) = f.personne {
        q = q.filter(table::Column::PersonneId.eq(p));
    }
    if let Some(s) = f.statut {
        q = q.filter(table::Column::Statut.eq(s));
    }
    if let Some(a) = apres {
        q = q.filter(table::Column::Id.gt(a));
    }
    ouvrir(cx, q.all(&cx.db()).await?)
}

/// Without an answer, oldest first.
pub async fn en_attente(cx: &Contexte, structure: StructureId, avant: Option<NaiveDate>, max: u64) -> Resultat<Vec<Orientation>> {
    let mut q = suivies(structure)
        .filter(table::Column::Statut.eq(StatutOrientation::Envoyee))
        .order_by_asc(table::Column::Date)
        .order_by_asc(table::Column::Id)
        .limit(max);
    if let Some(a) = avant {
        q = q.filter(table::Column::Date.lt(a));
    }
    ouvrir(cx, q.all(&cx.db()).await?)
}

/// With an answer or closed, newest first: one numbered page, and how many there are in all.
pub async fn closes(cx: &Contexte, structure: StructureId, saut: u64, combien: u64) -> Resultat<(Vec<Orientation>, u64)> {
    let q = suivies(structure).filter(table::Column::Statut.ne(StatutOrientation::Envoyee));
    let total = q.clone().count(&cx.db()).await?;
    let lignes = q
        .order_by(table::Column::Date, Order::Desc)
        .order_by(table::Column::Id, Order::Desc)
        .offset(saut)
        .limit(combien)
        .all(&cx.db())
        .await?;
    Ok((ouvrir(cx, lignes)?, total))
}

/// Of one person, newest first.
pub async fn de_personne(cx: &Contexte, id: PersonneId, structures: &[StructureId], max: u64) -> Resultat<Vec<Orientation>> {
    let mut q = table::Entity::find()
        .filter(table::Column::PersonneId.eq(id))
        .order_by_desc(table::Column::Date)
        .order_by_desc(table::Column::Id)
        .limit(max);
    if !cx.acteur.est_systeme() {
        q = q.filter(table::Column::StructureId.is_in(structures.iter().copied()));
    }
    ouvrir(cx, q.all(&cx.db()).await?)
}

#[derive(FromQueryResult)]
struct Nomme {
    id: PartenaireId,
    nom: String,
}

/// The names of the partners of these orientations, in one query.
pub async fn partenaires(cx: &Contexte, orientations: &[Orientation]) -> Resultat<HashMap<PartenaireId, String>> {
    if orientations.is_empty() {
        return Ok(HashMap::new());
    }
    let mut q = Query::select();
    q.columns(["id", "nom"]).from("partenaire").and_where(Expr::col("id").is_in(orientations.iter().map(|o| o.partenaire_id)));
    let db = cx.db();
    let noms = Nomme::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?;
    Ok(noms.into_iter().map(|n| (n.id, n.nom)).collect())
}
