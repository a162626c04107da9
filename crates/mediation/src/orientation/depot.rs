//! Queries of orientations.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, JoinType, Order, QueryOrder, QuerySelect, Select,
    entity::prelude::*,
    sea_query::{Expr, Query},
};
use socle::{
    Contexte, Resultat,
    identifiant::{OrientationId, PartenaireId, PersonneId, StructureId},
};

use super::{Filtre, Orientation, SansReponse, StatutOrientation, scelle, table};

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
pub async fn en_attente(cx: &Contexte, structure: StructureId, max: u64) -> Resultat<Vec<Orientation>> {
    let q = suivies(structure)
        .filter(table::Column::Statut.eq(StatutOrientation::Envoyee))
        .order_by_asc(table::Column::Date)
        .order_by_asc(table::Column::Id)
        .limit(max);
    ouvrir(cx, q.all(&cx.db()).await?)
}

#[derive(FromQueryResult)]
struct Sans {
    id: OrientationId,
    date: NaiveDate,
    partenaire: String,
    prenom: Option<String>,
    nom: Option<String>,
    surnom: Option<String>,
}

/// Sent before `avant` and without an answer, oldest first, with the names of the partner and of the person.
pub async fn sans_reponse(cx: &Contexte, structure: StructureId, avant: NaiveDate, max: u64) -> Resultat<Vec<SansReponse>> {
    let mut q = Query::select();
    q.columns([("orientation", "id"), ("orientation", "date")])
        .expr_as(Expr::col(("t", "nom")), "partenaire")
        .columns([("p", "prenom"), ("p", "nom"), ("p", "surnom")])
        .from("orientation")
        .join_as(JoinType::InnerJoin, "partenaire", "t", Expr::col(("t", "id")).equals(("orientation", "partenaire_id")))
        .join_as(JoinType::InnerJoin, "personne", "p", Expr::col(("p", "id")).equals(("orientation", "personne_id")))
        .and_where(Expr::col(("orientation", "structure_id")).eq(structure))
        .and_where(crate::diagnostic::personne_suivie(structure, "orientation"))
        .and_where(Expr::col(("orientation", "statut")).eq(StatutOrientation::Envoyee))
        .and_where(Expr::col(("orientation", "date")).lt(avant))
        .order_by(("orientation", "date"), Order::Asc)
        .order_by(("orientation", "id"), Order::Asc)
        .limit(max);
    let db = cx.db();
    let lignes = Sans::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?;
    let nom = |s: &Sans| crate::personne::nommer(s.prenom.as_deref(), s.nom.as_deref(), s.surnom.as_deref());
    Ok(lignes.into_iter().map(|s| SansReponse { id: s.id, nom: nom(&s), partenaire: s.partenaire, date: s.date }).collect())
}

/// An orientation, for the timeline.
#[derive(FromQueryResult)]
pub struct Passee {
    pub id: OrientationId,
    pub date: NaiveDate,
    pub statut: StatutOrientation,
    pub partenaire: String,
}

/// Of one person, newest first, with the names of the partners.
pub async fn evenements(cx: &Contexte, id: PersonneId, structures: &[StructureId], max: u64) -> Resultat<Vec<Passee>> {
    let mut q = Query::select();
    q.columns([("o", "id"), ("o", "date"), ("o", "statut")])
        .expr_as(Expr::col(("t", "nom")), "partenaire")
        .from_as("orientation", "o")
        .join_as(JoinType::InnerJoin, "partenaire", "t", Expr::col(("t", "id")).equals(("o", "partenaire_id")))
        .and_where(Expr::col(("o", "personne_id")).eq(id))
        .order_by(("o", "date"), Order::Desc)
        .order_by(("o", "id"), Order::Desc)
        .limit(max);
    if !cx.acteur.est_systeme() {
        q.and_where(Expr::col(("o", "structure_id")).is_in(structures.iter().copied()));
    }
    let db = cx.db();
    Ok(Passee::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?)
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
