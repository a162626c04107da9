//! Rows read for figures, and the names that go with ids.

use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, Query, SelectStatement},
};
use socle::{
    Contexte, Resultat,
    identifiant::{LieuId, StructureId},
};
use uuid::Uuid;

/// Runs a query of this crate.
pub async fn lire<T: FromQueryResult>(cx: &Contexte, q: &SelectStatement) -> Resultat<Vec<T>> {
    let db = cx.db();
    Ok(T::find_by_statement(db.get_database_backend().build(q)).all(&db).await?)
}

/// A text or a code, how many activities and participations.
#[derive(FromQueryResult)]
pub struct ParCle {
    pub cle: Option<String>,
    pub activites: i64,
    pub participations: i64,
}

/// An id, how many activities and participations.
#[derive(FromQueryResult)]
pub struct ParId {
    pub cle: Option<Uuid>,
    pub activites: i64,
    pub participations: i64,
}

/// Adds what is counted for each `cle`, and groups by it.
pub fn grouper(q: &mut SelectStatement, cle: Expr) {
    q.expr_as(cle, "cle")
        .expr_as(Expr::cust("COUNT(*)"), "activites")
        .expr_as(Expr::cust("SUM(a.nommes + a.anonymes)"), "participations")
        // By position: the expression may hold parameters, which PostgreSQL would not see as the same.
        .add_group_by([Expr::cust("1")]);
}

#[derive(FromQueryResult)]
pub struct Nomme {
    pub id: Uuid,
    pub nom: String,
}

/// The names of lieux, of these structures if told. Figures come from structures the actor may read.
pub async fn lieux(cx: &Contexte, ids: &[LieuId], structures: Option<&Vec<StructureId>>) -> Resultat<Vec<Nomme>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let mut q = Query::select();
    q.columns(["id", "nom"]).from("lieu").and_where(Expr::col("id").is_in(ids.iter().copied()));
    if let Some(s) = structures {
        q.and_where(Expr::col("structure_id").is_in(s.iter().copied()));
    }
    lire(cx, &q).await
}
