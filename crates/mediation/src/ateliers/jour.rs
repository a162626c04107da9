//! Of one day: the séances, and who is to be called, because their address or number refused a message.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use sea_orm::{
    ExprTrait, FromQueryResult, JoinType, Order,
    sea_query::{Expr, Query, SelectStatement, UnionType},
};
use socle::{Contexte, Permission, Resultat, identifiant::DateSeanceId};

use super::suivi::lire;

/// A séance of the day.
#[derive(Clone, Debug)]
pub struct SeanceDuJour {
    pub titre: String,
    pub debut: DateTime<Utc>,
    /// Where one marks who came.
    pub href: String,
    pub lieu: Option<String>,
    pub inscrits: i64,
    pub places: i32,
    pub close: bool,
}

#[derive(FromQueryResult)]
struct LigneDuJour {
    id: DateSeanceId,
    titre: String,
    debut: DateTime<Utc>,
    etat: String,
    lieu: Option<String>,
    places: i32,
    inscrits: i64,
}

/// The séances of a day in the structure the actor works in, in order; at most 50.
pub async fn du_jour(cx: &Contexte, jour: NaiveDate) -> Resultat<Vec<SeanceDuJour>> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let minuit = jour.and_time(NaiveTime::MIN).and_utc();
    let mut q = Query::select();
    q.from_as("seance_date", "d")
        .join_as(JoinType::InnerJoin, "seance", "s", Expr::col(("s", "id")).equals(("d", "seance_id")))
        .join_as(JoinType::LeftJoin, "lieu", "l", Expr::col(("l", "id")).equals(("s", "lieu_id")))
        .columns([("d", "id"), ("s", "titre"), ("d", "debut"), ("d", "etat"), ("s", "places")])
        .expr_as(Expr::cust("COALESCE(l.nom, s.lieu_texte)"), "lieu")
        .expr_as(Expr::cust("(SELECT COUNT(*) FROM reservation r WHERE r.seance_id = s.id AND r.etat = 'confirmee')"), "inscrits")
        .and_where(Expr::col(("d", "structure_id")).eq(structure))
        .and_where(Expr::col(("d", "jour")).eq(jour))
        // What the index reads: the instants around that day.
        .and_where(Expr::col(("d", "debut")).between(minuit - TimeDelta::days(1), minuit + TimeDelta::days(2)))
        .and_where(Expr::col(("d", "etat")).ne("annulee"))
        .order_by(("d", "debut"), Order::Asc)
        .order_by(("d", "id"), Order::Asc)
        .limit(50);
    let lignes: Vec<LigneDuJour> = lire(cx, &q).await?;
    Ok(lignes
        .into_iter()
        .map(|l| SeanceDuJour {
            inscrits: l.inscrits,
            href: format!("/ateliers/dates/{}", l.id),
            titre: l.titre,
            debut: l.debut,
            lieu: l.lieu,
            places: l.places,
            close: l.etat == "close",
        })
        .collect())
}

#[derive(FromQueryResult)]
struct LigneCompte {
    nombre: i64,
}

/// Expected by the structure from now on, whose contact refused a message.
fn compte(cx: &Contexte, table: &'static str, etats: &[&str]) -> Resultat<SelectStatement> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let mut q = Query::select();
    q.expr_as(Expr::cust("COUNT(*)"), "nombre")
        .from_as(table, "r")
        .and_where(Expr::col(("r", "structure_id")).eq(structure))
        .and_where(Expr::col(("r", "refus_le")).is_not_null())
        .and_where(Expr::col(("r", "etat")).is_in(etats.iter().copied()));
    Ok(q)
}

/// How many people the structure has to call, before a workshop or an appointment.
pub async fn a_appeler(cx: &Contexte) -> Resultat<i64> {
    let mut q = compte(cx, "reservation", &["confirmee", "attente", "proposee"])?;
    q.join_as(JoinType::InnerJoin, "seance", "s", Expr::col(("s", "id")).equals(("r", "seance_id")))
        .and_where(Expr::col(("s", "fin")).gt(cx.maintenant));
    let mut rendez_vous = compte(cx, "rendez_vous", &["prevu"])?;
    rendez_vous.and_where(Expr::col(("r", "fin")).gt(cx.maintenant));
    q.union(UnionType::All, rendez_vous);
    let lignes: Vec<LigneCompte> = lire(cx, &q).await?;
    Ok(lignes.iter().map(|l| l.nombre).sum())
}
