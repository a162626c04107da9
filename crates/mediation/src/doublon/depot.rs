//! Queries of duplicates and merges.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, ExprTrait, FromQueryResult, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{Expr, OnConflict, Query},
};
use socle::{
    Contexte, Resultat,
    identifiant::{PersonneId, StructureId},
};
use uuid::Uuid;

use super::table::{self, ecarte};
use crate::personne::{
    Personne, depot,
    table::{cle, suivi},
};

/// What belongs to a person: the table, and the column that names its row.
pub const A_LA_PERSONNE: [(&str, &str); 9] = [
    ("accueil", "id"),
    // Before what may point to it.
    ("consentement", "id"),
    ("diagnostic", "id"),
    ("parcours", "id"),
    ("orientation", "id"),
    ("participation", "accompagnement_id"),
    // Of the crate above (`ateliers`), by its name alone.
    ("reservation", "id"),
    ("rendez_vous", "id"),
    // What another tool called this person: the same file imported again finds the one kept.
    ("import_source", "cle"),
];

#[derive(FromQueryResult)]
struct Groupe {
    cle: String,
}

/// The keys that several people of a structure share, in their order: mail, telephone, whole name. One
/// range of the index of keys each.
pub async fn cles_partagees(cx: &Contexte, structure: StructureId, sauter: u64, combien: u64) -> Resultat<Vec<String>> {
    let mut tous = Query::select();
    let plage = |debut: &'static str, fin: &'static str| {
        let mut q = Query::select();
        q.column("cle")
            .from("personne_cle")
            .and_where(Expr::col("structure_id").eq(structure))
            .and_where(Expr::col("cle").gte(debut))
            .and_where(Expr::col("cle").lt(fin))
            .group_by_col("cle")
            .and_having(Expr::cust("COUNT(*) > 1"));
        q
    };
    let mut plages = plage(":c", ":d");
    plages.union(sea_orm::sea_query::UnionType::All, plage(":t", ":u")).union(sea_orm::sea_query::UnionType::All, plage("=", ">"));
    tous.column("cle").from_subquery(plages, "g").order_by("cle", sea_orm::Order::Asc).limit(combien).offset(sauter);
    let db = cx.db();
    let q = db.get_database_backend().build(&tous);
    Ok(Groupe::find_by_statement(q).all(&db).await?.into_iter().map(|g| g.cle).collect())
}

/// The people under each of these keys, at most twelve a key.
pub async fn par_cle(cx: &Contexte, structure: StructureId, cles: &[String]) -> Resultat<Vec<Vec<Personne>>> {
    let lignes = cle::Entity::find()
        .filter(cle::Column::StructureId.eq(structure))
        .filter(cle::Column::Cle.is_in(cles.iter().map(String::as_str)))
        .order_by_asc(cle::Column::Cle)
        .order_by_asc(cle::Column::PersonneId)
        .limit(2_000)
        .all(&cx.db())
        .await?;
    let ids: Vec<PersonneId> = lignes.iter().map(|l| l.personne_id).collect();
    let personnes: HashMap<PersonneId, Personne> = depot::suivies(cx, structure, &ids).await?.into_iter().map(|p| (p.id, p)).collect();
    Ok(cles
        .iter()
        .map(|c| lignes.iter().filter(|l| l.cle == *c).filter_map(|l| personnes.get(&l.personne_id)).take(12).cloned().collect())
        .collect())
}

/// The pairs said to be two people.
pub async fn ecartes(cx: &Contexte, structure: StructureId, ids: &[PersonneId]) -> Resultat<Vec<(PersonneId, PersonneId)>> {
    Ok(ecarte::Entity::find()
        .filter(ecarte::Column::StructureId.eq(structure))
        .filter(ecarte::Column::UnId.is_in(ids.iter().copied()))
        .all(&cx.db())
        .await?
        .into_iter()
        .map(|e| (e.un_id, e.autre_id))
        .collect())
}

/// Writes that two files are two people.
pub async fn ecarter(cx: &Contexte, structure: StructureId, a: PersonneId, b: PersonneId) -> Resultat<()> {
    let (un, autre) = if a < b { (a, b) } else { (b, a) };
    ecarte::Entity::insert(ecarte::ActiveModel { structure_id: Set(structure), un_id: Set(un), autre_id: Set(autre) })
        .on_conflict(
            OnConflict::columns([ecarte::Column::StructureId, ecarte::Column::UnId, ecarte::Column::AutreId]).do_nothing().to_owned(),
        )
        .exec_without_returning(&cx.db())
        .await?;
    Ok(())
}

/// Reads two files and holds them until the end of the transaction, in one order whoever asks.
pub async fn tenir(cx: &Contexte, a: PersonneId, b: PersonneId) -> Resultat<()> {
    crate::personne::table::Entity::find()
        .filter(crate::personne::table::Column::Id.is_in([a, b]))
        .order_by_asc(crate::personne::table::Column::Id)
        .lock_exclusive()
        .all(&cx.db())
        .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Jour {
    date: chrono::NaiveDate,
}

/// The day of an activity where both are counted, if any.
pub async fn presents_ensemble(cx: &Contexte, a: PersonneId, b: PersonneId) -> Resultat<Option<chrono::NaiveDate>> {
    let mut autre = Query::select();
    autre.column("accompagnement_id").from("participation").and_where(Expr::col("personne_id").eq(b));
    let mut q = Query::select();
    q.expr_as(Expr::col(("a", "date")), "date")
        .from_as("participation", "p")
        .join_as(sea_orm::JoinType::InnerJoin, "accompagnement", "a", Expr::col(("a", "id")).equals(("p", "accompagnement_id")))
        .and_where(Expr::col(("p", "personne_id")).eq(a))
        .and_where(Expr::col(("a", "supprime_le")).is_null())
        .and_where(Expr::col(("p", "accompagnement_id")).in_subquery(autre))
        .limit(1);
    let db = cx.db();
    let s = db.get_database_backend().build(&q);
    Ok(Jour::find_by_statement(s).one(&db).await?.map(|j| j.date))
}

/// The first day of a séance still to be held where both have a booking, if any.
pub async fn attendus_ensemble(cx: &Contexte, a: PersonneId, b: PersonneId) -> Resultat<Option<chrono::NaiveDate>> {
    let mut autre = Query::select();
    autre.column("seance_id").from("reservation").and_where(Expr::col("personne_id").eq(b)).and_where(Expr::col("etat").ne("annulee"));
    let mut q = Query::select();
    q.expr_as(Expr::col(("d", "jour")), "date")
        .from_as("reservation", "r")
        .join_as(sea_orm::JoinType::InnerJoin, "seance_date", "d", Expr::col(("d", "seance_id")).equals(("r", "seance_id")))
        .and_where(Expr::col(("r", "personne_id")).eq(a))
        .and_where(Expr::col(("r", "etat")).ne("annulee"))
        .and_where(Expr::col(("d", "etat")).eq("prevue"))
        .and_where(Expr::col(("d", "fin")).gt(cx.maintenant))
        .and_where(Expr::col(("r", "seance_id")).in_subquery(autre))
        .order_by(("d", "jour"), sea_orm::Order::Asc)
        .limit(1);
    let db = cx.db();
    let s = db.get_database_backend().build(&q);
    Ok(Jour::find_by_statement(s).one(&db).await?.map(|j| j.date))
}

#[derive(FromQueryResult)]
struct Nombre {
    n: i64,
}

/// How many rows of each table are this person's.
pub async fn compter(cx: &Contexte, id: PersonneId) -> Resultat<Vec<(&'static str, i64)>> {
    let db = cx.db();
    let mut comptes = vec![];
    for (nom, _) in A_LA_PERSONNE {
        let mut q = Query::select();
        q.expr_as(Expr::cust("COUNT(*)"), "n").from(nom).and_where(Expr::col("personne_id").eq(id));
        let s = db.get_database_backend().build(&q);
        comptes.push((nom, Nombre::find_by_statement(s).one(&db).await?.map_or(0, |n| n.n)));
    }
    Ok(comptes)
}

/// Gives what is `de` to `vers`, and keeps the list of it under `fusion`.
pub async fn deplacer(cx: &Contexte, fusion: Uuid, de: PersonneId, vers: PersonneId) -> Resultat<()> {
    let db = cx.db();
    for (nom, cle) in A_LA_PERSONNE {
        let mut lignes = Query::select();
        lignes.expr(Expr::val(fusion)).expr(Expr::val(nom)).column(cle).from(nom).and_where(Expr::col("personne_id").eq(de));
        if nom == "participation" {
            // Both in one activity deleted since: the row stays where it is, nothing counts it.
            let mut deja = Query::select();
            deja.column(cle).from(nom).and_where(Expr::col("personne_id").eq(vers));
            lignes.and_where(Expr::col(cle).not_in_subquery(deja));
        }
        let mut garder = Query::insert();
        garder
            .into_table("fusion_ligne")
            .columns(["fusion_id", "sur", "ligne_id"])
            .select_from(lignes)
            .map_err(|e| socle::Erreur::Interne(format!("fusion_ligne : {e}")))?;
        garder.on_conflict(OnConflict::columns(["fusion_id", "sur", "ligne_id"]).do_nothing().to_owned());
        db.execute_raw(db.get_database_backend().build(&garder)).await?;
        rattacher(cx, fusion, nom, cle, de, vers).await?;
    }
    Ok(())
}

/// Gives back to `vers` what the merge took to `de`.
pub async fn ramener(cx: &Contexte, fusion: Uuid, de: PersonneId, vers: PersonneId) -> Resultat<()> {
    for (nom, cle) in A_LA_PERSONNE {
        rattacher(cx, fusion, nom, cle, de, vers).await?;
    }
    oublier_lignes(cx, fusion).await
}

/// The rows of one table that the merge lists, from one person to the other.
async fn rattacher(cx: &Contexte, fusion: Uuid, nom: &'static str, cle: &'static str, de: PersonneId, vers: PersonneId) -> Resultat<()> {
    let db = cx.db();
    let mut siennes = Query::select();
    siennes.column("ligne_id").from("fusion_ligne").and_where(Expr::col("fusion_id").eq(fusion)).and_where(Expr::col("sur").eq(nom));
    let mut q = Query::update();
    q.table(nom).value("personne_id", vers).and_where(Expr::col("personne_id").eq(de)).and_where(Expr::col(cle).in_subquery(siennes));
    db.execute_raw(db.get_database_backend().build(&q)).await?;
    Ok(())
}

/// Forgets the list of what a merge moved.
pub async fn oublier_lignes(cx: &Contexte, fusion: Uuid) -> Resultat<()> {
    let mut q = Query::delete();
    q.from_table("fusion_ligne").and_where(Expr::col("fusion_id").eq(fusion));
    let db = cx.db();
    db.execute_raw(db.get_database_backend().build(&q)).await?;
    Ok(())
}

/// No structure follows this file any longer, and no search finds it.
pub async fn cacher(cx: &Contexte, id: PersonneId) -> Resultat<()> {
    cle::Entity::delete_many().filter(cle::Column::PersonneId.eq(id)).exec(&cx.db()).await?;
    suivi::Entity::delete_many().filter(suivi::Column::PersonneId.eq(id)).exec(&cx.db()).await?;
    // Absorbed, it is not to be erased for want of activity before the merge can no longer be undone.
    let mut q = Query::delete();
    q.from_table("annonce_effacement").and_where(Expr::col("personne_id").eq(id));
    let db = cx.db();
    db.execute_raw(db.get_database_backend().build(&q)).await?;
    Ok(())
}

/// The merges of a structure that can still be undone, the latest first.
pub async fn annulables(cx: &Contexte, structure: StructureId, combien: u64) -> Resultat<Vec<table::Model>> {
    Ok(table::Entity::find()
        .filter(table::Column::StructureId.eq(structure))
        .filter(table::Column::SoldeeLe.is_null())
        .filter(table::Column::AnnulableJusquAu.gt(cx.maintenant))
        .order_by_desc(table::Column::FusionneeLe)
        .limit(combien)
        .all(&cx.db())
        .await?)
}

/// The files that those of these which were absorbed went into.
pub async fn gardees(cx: &Contexte, absorbees: &[PersonneId]) -> Resultat<HashMap<PersonneId, PersonneId>> {
    let lignes: Vec<(PersonneId, PersonneId)> = table::Entity::find()
        .select_only()
        .columns([table::Column::AbsorbeeId, table::Column::GardeeId])
        .filter(table::Column::AbsorbeeId.is_in(absorbees.iter().copied()))
        .filter(table::Column::Annulee.eq(false))
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(lignes.into_iter().collect())
}
