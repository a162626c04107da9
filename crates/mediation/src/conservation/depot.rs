//! Queries of retention.

use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, Order,
    entity::prelude::*,
    sea_query::{Query, SelectStatement, SimpleExpr},
};
use socle::{
    Contexte, Resultat,
    identifiant::{PersonneId, StructureId},
};
use uuid::Uuid;

use super::{
    Annonce,
    activite::{self, Borne},
    table::annonce,
};

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

#[derive(FromQueryResult)]
struct Qui {
    personne_id: PersonneId,
}

/// How many rows a query has.
pub async fn total(cx: &Contexte, q: SelectStatement) -> Resultat<u64> {
    let mut t = Query::select();
    t.expr_as(Expr::cust("COUNT(*)"), "total").from_subquery(q, "lignes");
    let db = cx.db();
    let lu = Total::find_by_statement(db.get_database_backend().build(&t)).one(&db).await?;
    Ok(lu.map_or(0, |t| t.total.unsigned_abs()))
}

/// Whether the structure still follows the person announced: a sharing ended, a file absorbed by another
/// are nobody's to erase here.
fn suivie() -> SimpleExpr {
    let mut q = Query::select();
    q.expr(Expr::cust("1"))
        .from_as("suivi", "z")
        .and_where(Expr::col(("z", "structure_id")).equals(("annonce_effacement", "structure_id")))
        .and_where(Expr::col(("z", "personne_id")).equals(("annonce_effacement", "personne_id")));
    Expr::exists(q)
}

/// The announcements of a structure that no activity has cancelled since.
fn vives(structure: StructureId) -> SelectStatement {
    let mut q = Query::select();
    q.from("annonce_effacement").and_where(Expr::col(("annonce_effacement", "structure_id")).eq(structure)).and_where(suivie());
    activite::sans_activite_apres(&mut q, "annonce_effacement", &Borne::annonce("annonce_effacement"));
    q
}

fn colonnes(mut q: SelectStatement) -> SelectStatement {
    for c in ["structure_id", "personne_id", "annoncee_le", "echeance", "activite", "activite_fin"] {
        q.column(("annonce_effacement", c));
    }
    q
}

async fn lire(cx: &Contexte, q: SelectStatement) -> Resultat<Vec<Annonce>> {
    let db = cx.db();
    Ok(annonce::Model::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?)
}

pub async fn compter(cx: &Contexte, structure: StructureId, plafond: u64) -> Resultat<u64> {
    let mut q = vives(structure);
    q.expr_as(Expr::cust("1"), "un").limit(plafond);
    total(cx, q).await
}

pub async fn annonces(cx: &Contexte, structure: StructureId, saut: u64, combien: u64) -> Resultat<Vec<Annonce>> {
    let mut q = colonnes(vives(structure));
    q.order_by(("annonce_effacement", "echeance"), Order::Asc)
        .order_by(("annonce_effacement", "personne_id"), Order::Asc)
        .limit(combien)
        .offset(saut);
    lire(cx, q).await
}

pub async fn annonces_apres(cx: &Contexte, structure: StructureId, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Annonce>> {
    let mut q = colonnes(vives(structure));
    if let Some(a) = apres {
        q.and_where(Expr::col(("annonce_effacement", "personne_id")).gt(a));
    }
    q.order_by(("annonce_effacement", "personne_id"), Order::Asc).limit(combien);
    lire(cx, q).await
}

pub async fn annonce(cx: &Contexte, structure: StructureId, personne: PersonneId) -> Resultat<Option<Annonce>> {
    let mut q = colonnes(vives(structure));
    q.and_where(Expr::col(("annonce_effacement", "personne_id")).eq(personne));
    Ok(lire(cx, q).await?.pop())
}

pub async fn ne_suit_pas(cx: &Contexte, structure: StructureId, personne: PersonneId) -> Resultat<bool> {
    Ok(!crate::personne::suivis(cx, personne).await?.iter().any(|s| s.structure_id == structure))
}

/// The people a structure follows without activity after `limite`, neither announced nor kept beyond
/// `echeance`, in the order of ids.
pub fn a_annoncer(structure: StructureId, limite: NaiveDate, echeance: NaiveDate, apres: Option<PersonneId>) -> SelectStatement {
    let mut q = Query::select();
    q.column(("suivi", "personne_id")).from("suivi").and_where(Expr::col(("suivi", "structure_id")).eq(structure));
    if let Some(a) = apres {
        q.and_where(Expr::col(("suivi", "personne_id")).gt(a));
    }
    for (table, encore) in [("annonce_effacement", None), ("prolongation", Some(Expr::col(("x", "jusqu_au")).gt(echeance)))] {
        let mut deja = Query::select();
        deja.expr(Expr::cust("1"))
            .from_as(table, "x")
            .and_where(Expr::col(("x", "structure_id")).equals(("suivi", "structure_id")))
            .and_where(Expr::col(("x", "personne_id")).equals(("suivi", "personne_id")));
        if let Some(c) = encore {
            deja.and_where(c);
        }
        q.and_where(Expr::exists(deja).not());
    }
    activite::sans_activite_apres(&mut q, "suivi", &Borne::jour(limite));
    q.order_by(("suivi", "personne_id"), Order::Asc);
    q
}

/// The announcements of a structure whose day has come, that no activity cancelled; among `parmi` if given.
pub fn a_effacer(structure: StructureId, aujourd_hui: NaiveDate, parmi: Option<&[PersonneId]>) -> SelectStatement {
    let mut q = vives(structure);
    q.column(("annonce_effacement", "personne_id"))
        .and_where(Expr::col(("annonce_effacement", "echeance")).lte(aujourd_hui))
        .order_by(("annonce_effacement", "personne_id"), Order::Asc);
    if let Some(ids) = parmi {
        q.and_where(Expr::col(("annonce_effacement", "personne_id")).is_in(ids.iter().copied()));
    }
    q
}

/// What cancels an announcement of a structure: an activity since, a duration made longer, a file no longer followed.
pub fn annulees(structure: StructureId, limite: NaiveDate) -> SimpleExpr {
    let depuis = activite::activite_apres("annonce_effacement", &Borne::annonce("annonce_effacement"));
    Expr::col(("annonce_effacement", "structure_id"))
        .eq(structure)
        .and(Expr::col(("annonce_effacement", "activite")).gt(limite).or(suivie().not()).or(depuis))
}

/// The people of a query, `combien` at most.
pub async fn qui(cx: &Contexte, mut q: SelectStatement, combien: u64) -> Resultat<Vec<PersonneId>> {
    q.limit(combien);
    let db = cx.db();
    let lus = Qui::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?;
    Ok(lus.into_iter().map(|q| q.personne_id).collect())
}
