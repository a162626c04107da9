//! The names of accounts, which every slice shows beside what they did. The tables are those of
//! `comptes`, which alone writes them; only ids and names are read here.

use std::collections::HashMap;

use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, Order,
    sea_query::{Expr, Query},
};

use crate::{
    Contexte, Nomenclature, Resultat, Role,
    identifiant::{StructureId, UtilisateurId},
};

/// An account and its name.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Nomme {
    pub id: UtilisateurId,
    pub nom: String,
}

/// The names of these accounts.
pub async fn noms(cx: &Contexte, ids: impl IntoIterator<Item = UtilisateurId>) -> Resultat<HashMap<UtilisateurId, String>> {
    let mut ids: Vec<UtilisateurId> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut q = Query::select();
    q.columns(["id", "nom"]).from("utilisateur").and_where(Expr::col("id").is_in(ids));
    let db = cx.db();
    let lignes = Nomme::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?;
    Ok(lignes.into_iter().map(|n| (n.id, n.nom)).collect())
}

/// An account and where to write to it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Joignable {
    pub id: UtilisateurId,
    pub nom: String,
    pub email: String,
}

/// The active accounts that hold this role in a structure, to send them a mail.
pub async fn joignables(cx: &Contexte, structure: StructureId, role: Role) -> Resultat<Vec<Joignable>> {
    let mut q = Query::select();
    q.columns([("utilisateur", "id"), ("utilisateur", "nom"), ("utilisateur", "email")])
        .from("utilisateur")
        .inner_join("fonction", Expr::col(("fonction", "utilisateur_id")).equals(("utilisateur", "id")))
        .and_where(Expr::col(("fonction", "structure_id")).eq(structure))
        .and_where(Expr::col(("fonction", "role")).eq(role.code()))
        .and_where(Expr::col(("utilisateur", "actif")).eq(true))
        .order_by(("utilisateur", "id"), Order::Asc);
    let db = cx.db();
    Ok(Joignable::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?)
}

/// The accounts that hold a function in one of these structures, in the order of names.
pub async fn membres(cx: &Contexte, structures: &[StructureId]) -> Resultat<Vec<Nomme>> {
    let mut q = Query::select();
    q.distinct()
        .column(("utilisateur", "id"))
        .column(("utilisateur", "nom"))
        .from("utilisateur")
        .inner_join("fonction", Expr::col(("fonction", "utilisateur_id")).equals(("utilisateur", "id")))
        .and_where(Expr::col(("fonction", "structure_id")).is_in(structures.iter().copied()))
        .order_by(("utilisateur", "nom"), Order::Asc);
    let db = cx.db();
    Ok(Nomme::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?)
}

/// An account, to send it a mail; none when it is disabled.
pub async fn joignable(cx: &Contexte, id: UtilisateurId) -> Resultat<Option<Joignable>> {
    let mut q = Query::select();
    q.columns(["id", "nom", "email"]).from("utilisateur").and_where(Expr::col("id").eq(id)).and_where(Expr::col("actif").eq(true));
    let db = cx.db();
    Ok(Joignable::find_by_statement(db.get_database_backend().build(&q)).one(&db).await?)
}
