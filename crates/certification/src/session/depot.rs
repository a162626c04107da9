//! What sessions read of the rest: versions of titles, candidates and their enrolments, lieux. Nothing here writes,
//! and no right is asked for. The facts given to the rules are built by `candidature::faits`, `centre::faits` and
//! `decision`.

use certification_regles::Version;
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, Order, QueryFilter, QueryOrder,
    sea_query::{Expr, Query, SelectStatement},
};
use socle::{
    Contexte, Resultat,
    identifiant::{CandidatId, CandidatureId, LieuId, SessionExamenId, StructureId, UtilisateurId},
};

use super::table::Origines;
use crate::candidature::{self, Candidature};

/// A candidate.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Candidat {
    pub id: CandidatId,
    pub structure_id: StructureId,
    pub utilisateur_id: Option<UtilisateurId>,
    pub prenom: String,
    pub nom: String,
    pub courriel: Option<String>,
    pub employeur: Option<String>,
}

impl Candidat {
    /// First name and name.
    pub fn nom_complet(&self) -> String {
        format!("{} {}", self.prenom, self.nom)
    }
}

const CANDIDAT: [&str; 7] = ["id", "structure_id", "utilisateur_id", "prenom", "nom", "courriel", "employeur"];
pub(crate) async fn lignes<T: FromQueryResult>(cx: &Contexte, q: &SelectStatement) -> Resultat<Vec<T>> {
    let db = cx.db();
    Ok(T::find_by_statement(db.get_database_backend().build(q)).all(&db).await?)
}

/// One candidate.
pub async fn candidat(cx: &Contexte, id: CandidatId) -> Resultat<Option<Candidat>> {
    Ok(candidats(cx, &[id]).await?.pop())
}

/// These candidates, in no order.
pub async fn candidats(cx: &Contexte, ids: &[CandidatId]) -> Resultat<Vec<Candidat>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let mut q = Query::select();
    q.columns(CANDIDAT).from("candidat").and_where(Expr::col("id").is_in(ids.to_vec()));
    lignes(cx, &q).await
}

/// The candidates of a centre, by name.
pub async fn candidats_du_centre(cx: &Contexte, s: StructureId) -> Resultat<Vec<Candidat>> {
    let mut q = Query::select();
    q.columns(CANDIDAT)
        .from("candidat")
        .and_where(Expr::col("structure_id").eq(s))
        .and_where(Expr::col("efface_le").is_null())
        .order_by("cle_tri", Order::Asc)
        .order_by("id", Order::Asc);
    lignes(cx, &q).await
}

/// One enrolment.
pub async fn candidature(cx: &Contexte, id: CandidatureId) -> Resultat<Option<Candidature>> {
    Ok(candidature::table::Entity::find_by_id(id).one(&cx.db()).await?)
}

/// The enrolments of a centre to a version, in these states.
pub async fn candidatures(cx: &Contexte, s: StructureId, version: &str, etats: &[&str]) -> Resultat<Vec<Candidature>> {
    use candidature::table::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::StructureId.eq(s))
        .filter(Column::VersionCode.eq(version))
        .filter(Column::Etat.is_in(etats.iter().copied()))
        .order_by_asc(Column::Id)
        .all(&cx.db())
        .await?)
}

/// Every version known here.
pub async fn versions(cx: &Contexte) -> Resultat<&'static [Version]> {
    crate::titre::toutes(cx).await
}

/// A lieu: its name and address.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Lieu {
    pub id: LieuId,
    pub nom: String,
    pub adresse: Option<String>,
}

/// The lieux of a structure.
pub async fn lieux(cx: &Contexte, s: StructureId) -> Resultat<Vec<Lieu>> {
    let mut q = Query::select();
    q.columns(["id", "nom", "adresse"])
        .from("lieu")
        .and_where(Expr::col("structure_id").eq(s))
        .order_by("cle_tri", Order::Asc)
        .order_by("id", Order::Asc);
    lignes(cx, &q).await
}

/// The name of a structure.
pub async fn nom_structure(cx: &Contexte, s: StructureId) -> Resultat<String> {
    #[derive(FromQueryResult)]
    struct Ligne {
        nom: String,
    }
    let mut q = Query::select();
    q.column("nom").from("structure").and_where(Expr::col("id").eq(s));
    Ok(lignes::<Ligne>(cx, &q).await?.pop().map(|l| l.nom).unwrap_or_default())
}

/// The registrations of a candidate for a version, past and to come.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Autre {
    pub session_id: SessionExamenId,
    pub type_session: String,
    pub version_code: String,
    pub jour: NaiveDate,
    pub heure: Option<String>,
    pub salle: Option<String>,
    pub presence: String,
    /// The units presented.
    pub origines: Origines,
    pub lieu: String,
    pub adresse: Option<String>,
}

/// The active registrations of a candidate, all sessions together.
pub async fn autres_passages(cx: &Contexte, candidat: CandidatId) -> Resultat<Vec<Autre>> {
    let mut q = Query::select();
    q.columns(["session_id", "jour", "heure", "salle", "presence", "origines"].map(|c| ("passage", c)))
        .columns([("session_examen", "type_session"), ("session_examen", "version_code")])
        .column(("lieu", "adresse"))
        .expr_as(Expr::col(("lieu", "nom")), "lieu")
        .from("passage")
        .inner_join("session_examen", Expr::col(("session_examen", "id")).equals(("passage", "session_id")))
        .inner_join("lieu", Expr::col(("lieu", "id")).equals(("session_examen", "lieu_id")))
        .and_where(Expr::col(("passage", "candidat_id")).eq(candidat))
        .and_where(Expr::col(("passage", "actif")).eq(true));
    lignes(cx, &q).await
}
