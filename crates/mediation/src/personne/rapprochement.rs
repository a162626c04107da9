//! Many people at once against those that a structure already follows: for imports. Each question is one
//! query for a few hundred people, whatever the number of files.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, ExprTrait, FromQueryResult, JoinType, QuerySelect, entity::prelude::*, sea_query::Query};
use socle::{
    Contexte, Permission, Resultat,
    identifiant::{PersonneId, StructureId},
    texte::telephone,
};

use super::{
    regles,
    table::{self, cle, suivi},
};

/// A file that a structure follows, and what tells it from a namesake.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Connue {
    pub id: PersonneId,
    /// Folded « nom prenom surnom ».
    pub cle_tri: String,
    pub date_naissance: Option<Date>,
    pub annee_naissance: Option<i32>,
}

/// The search keys of a telephone and of a mail address: what [`par_contacts`] is asked with.
pub fn cles_de_contact(tel: Option<&str>, courriel: Option<&str>) -> Vec<String> {
    let tel = tel.map(telephone).filter(|t| t.len() >= 10).map(|t| format!(":t{t}"));
    let courriel = courriel.map(|c| format!(":c{}", c.trim().to_lowercase()));
    [tel, courriel].into_iter().flatten().map(regles::couper).collect()
}

/// Which of these ids are those of files, of whatever structure, erased or not.
pub async fn existants(cx: &Contexte, ids: &[PersonneId]) -> Resultat<HashSet<PersonneId>> {
    let trouves: Vec<PersonneId> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(trouves.into_iter().collect())
}

/// Which of these people a structure follows.
pub async fn suivis_parmi(cx: &Contexte, structure: StructureId, ids: &[PersonneId]) -> Resultat<HashSet<PersonneId>> {
    cx.exiger_dans(Permission::PersonnesLire, structure)?;
    let trouves: Vec<PersonneId> = suivi::Entity::find()
        .select_only()
        .column(suivi::Column::PersonneId)
        .filter(suivi::Column::StructureId.eq(structure))
        .filter(suivi::Column::PersonneId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(trouves.into_iter().collect())
}

/// The people of a structure found by these keys of contact, with the key that found each.
pub async fn par_contacts(cx: &Contexte, structure: StructureId, cles: &[String]) -> Resultat<Vec<(String, PersonneId)>> {
    cx.exiger_dans(Permission::PersonnesLire, structure)?;
    Ok(cle::Entity::find()
        .select_only()
        .columns([cle::Column::Cle, cle::Column::PersonneId])
        .filter(cle::Column::StructureId.eq(structure))
        .filter(cle::Column::Cle.is_in(cles.iter().cloned()))
        .into_tuple()
        .all(&cx.db())
        .await?)
}

/// The people of a structure whose folded names are among these.
pub async fn par_noms(cx: &Contexte, structure: StructureId, noms: &[String]) -> Resultat<Vec<Connue>> {
    cx.exiger_dans(Permission::PersonnesLire, structure)?;
    if noms.is_empty() {
        return Ok(vec![]);
    }
    let mut q = Query::select();
    q.columns([
        (table::Entity, table::Column::Id),
        (table::Entity, table::Column::CleTri),
        (table::Entity, table::Column::DateNaissance),
        (table::Entity, table::Column::AnneeNaissance),
    ])
    .from(table::Entity)
    .join(
        JoinType::InnerJoin,
        suivi::Entity,
        Expr::col((suivi::Entity, suivi::Column::PersonneId)).equals((table::Entity, table::Column::Id)),
    )
    .and_where(Expr::col((suivi::Entity, suivi::Column::StructureId)).eq(structure))
    .and_where(Expr::col((table::Entity, table::Column::CleTri)).is_in(noms.iter().cloned()))
    .and_where(Expr::col((table::Entity, table::Column::EffaceLe)).is_null());
    let db = cx.db();
    Ok(Connue::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?)
}
