//! What happened at the dates closed, counted by the database.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use sea_orm::{
    Condition, ConnectionTrait, ExprTrait, FromQueryResult, JoinType,
    sea_query::{Expr, Query, SelectStatement},
};
use socle::{
    Contexte, Nomenclature, Resultat,
    identifiant::{LieuId, StructureId, UtilisateurId},
};

use super::taux::Comptes;
use crate::nomenclatures::Thematique;

/// Which dates are counted. The caller has checked the right to read their figures.
#[derive(Clone, Debug)]
pub struct Champ {
    /// None: all those of the instance.
    pub structures: Option<Vec<StructureId>>,
    pub du: NaiveDate,
    pub au: NaiveDate,
    pub lieu: Option<LieuId>,
    /// Who animated, or animated with another.
    pub animateur: Option<UtilisateurId>,
    pub thematique: Option<Thematique>,
    /// INSEE code: of the séance, else of its lieu.
    pub commune: Option<String>,
}

/// What the figures are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axe {
    /// Everything, under an empty key.
    Ensemble,
    /// The title of the workshop.
    Atelier,
    /// The name of the lieu, of the partner, or the place in words.
    Lieu,
    /// The sheet, as the séance names it; empty without one.
    Fiche,
}

#[derive(FromQueryResult)]
struct Dates {
    cle: String,
    seances: i64,
    places: Option<i64>,
    anonymes: Option<i64>,
}

#[derive(FromQueryResult)]
struct Presences {
    cle: String,
    inscrits: Option<i64>,
    excuses: Option<i64>,
    venus: Option<i64>,
    presents: Option<i64>,
}

/// A key, how many, and of what.
#[derive(FromQueryResult)]
struct Paire {
    cle: String,
    nombre: i64,
    somme: Option<i64>,
}

#[derive(FromQueryResult)]
struct Gestes {
    cle: String,
    regardees: i64,
    gestes: i64,
    acquis: Option<i64>,
}

fn minuit(jour: NaiveDate) -> DateTime<Utc> {
    jour.and_time(NaiveTime::MIN).and_utc()
}

/// The dates `d` counted, with their séance `s`, and the key first.
fn dates(c: &Champ, axe: Axe) -> SelectStatement {
    let mut q = Query::select();
    let cle = match axe {
        Axe::Ensemble => "CAST('' AS text)",
        Axe::Atelier => "s.titre",
        Axe::Lieu => "COALESCE(l.nom, pa.nom, s.lieu_texte, '')",
        Axe::Fiche => "COALESCE(s.fiche, '')",
    };
    q.expr_as(Expr::cust(cle), "cle")
        .from_as("seance_date", "d")
        .join_as(JoinType::InnerJoin, "seance", "s", Expr::col(("s", "id")).equals(("d", "seance_id")))
        .and_where(Expr::col(("d", "etat")).eq("close"))
        // What its closing recorded was removed: neither is counted, until it is put back.
        .and_where(Expr::exists(accompagnement_supprime()).not())
        .and_where(Expr::col(("d", "jour")).between(c.du, c.au))
        // What the index reads: the instants of these days, wherever.
        .and_where(Expr::col(("d", "debut")).between(minuit(c.du) - TimeDelta::days(1), minuit(c.au) + TimeDelta::days(2)))
        .add_group_by([Expr::cust("1")]);
    if axe == Axe::Lieu || c.commune.is_some() {
        q.join_as(JoinType::LeftJoin, "lieu", "l", Expr::col(("l", "id")).equals(("s", "lieu_id")));
    }
    if axe == Axe::Lieu {
        q.join_as(JoinType::LeftJoin, "partenaire", "pa", Expr::col(("pa", "id")).equals(("s", "partenaire_id")));
    }
    if let Some(s) = &c.structures {
        q.and_where(Expr::col(("d", "structure_id")).is_in(s.iter().copied()));
    }
    if let Some(l) = c.lieu {
        q.and_where(Expr::col(("s", "lieu_id")).eq(l));
    }
    if let Some(u) = c.animateur {
        q.cond_where(Condition::any().add(Expr::col(("s", "animateur_id")).eq(u)).add(Expr::col(("s", "co_animateur_id")).eq(u)));
    }
    if let Some(t) = c.thematique {
        // A list of codes, as JSON: each between quotes.
        q.and_where(Expr::cust("CAST(s.thematiques AS text)").like(format!("%\"{}\"%", t.code())));
    }
    if let Some(commune) = &c.commune {
        q.and_where(Expr::cust("COALESCE(s.commune, l.commune)").eq(commune.as_str()));
    }
    q
}

/// The accompaniment that closed the date `d`, if it was removed.
fn accompagnement_supprime() -> SelectStatement {
    let mut q = Query::select();
    q.expr(Expr::val(1))
        .from_as("accompagnement", "ac")
        .and_where(Expr::col(("ac", "id")).equals(("d", "accompagnement_id")))
        .and_where(Expr::col(("ac", "supprime_le")).is_not_null());
    q
}

/// Another booking of the person `r` in the same séance, who came.
fn venue_autrement() -> SelectStatement {
    let meme = |colonne: &'static str| Expr::col(("r2", colonne)).equals(("r", colonne));
    let mut q = Query::select();
    q.expr(Expr::val(1))
        .from_as("reservation", "r2")
        .join_as(JoinType::InnerJoin, "seance_presence", "p2", Expr::col(("p2", "reservation_id")).equals(("r2", "id")))
        .and_where(meme("seance_id"))
        .and_where(Expr::col(("p2", "etat")).eq("present"))
        .and_where(Expr::col(("r2", "id")).not_equals(("r", "id")))
        .cond_where(Condition::any().add(meme("personne_id")).add(meme("telephone")).add(meme("courriel")));
    q
}

async fn lire<T: FromQueryResult>(cx: &Contexte, q: &SelectStatement) -> Resultat<Vec<T>> {
    let db = cx.db();
    Ok(T::find_by_statement(db.get_database_backend().build(q)).all(&db).await?)
}

fn si(condition: &str) -> Expr {
    Expr::cust(format!("SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)"))
}

/// What happened at the dates counted, by key.
pub async fn compter(cx: &Contexte, c: &Champ, axe: Axe) -> Resultat<BTreeMap<String, Comptes>> {
    let mut tous: BTreeMap<String, Comptes> = BTreeMap::new();
    let mut q = dates(c, axe);
    q.expr_as(Expr::cust("COUNT(*)"), "seances")
        .expr_as(Expr::cust("SUM(s.places)"), "places")
        .expr_as(Expr::cust("SUM(d.anonymes)"), "anonymes");
    for l in lire::<Dates>(cx, &q).await? {
        let anonymes = l.anonymes.unwrap_or_default();
        tous.insert(l.cle, Comptes { seances: l.seances, places: l.places.unwrap_or_default(), presents: anonymes, ..Comptes::default() });
    }
    if tous.is_empty() {
        return Ok(tous);
    }
    let joindre = |table: &'static str, alias: &'static str, sa: &'static str, date: &'static str| {
        let mut q = dates(c, axe);
        q.join_as(JoinType::InnerJoin, table, alias, Expr::col((alias, sa)).equals(("d", date)));
        q
    };

    let mut q = joindre("seance_presence", "p", "date_id", "id");
    q.join_as(JoinType::InnerJoin, "reservation", "r", Expr::col(("r", "id")).equals(("p", "reservation_id")))
        .expr_as(si("r.etat <> 'sur_place'"), "inscrits")
        .expr_as(si("r.etat <> 'sur_place' AND p.etat = 'excuse'"), "excuses")
        .expr_as(si("r.etat <> 'sur_place' AND p.etat = 'present'"), "venus")
        .expr_as(si("p.etat = 'present'"), "presents");
    for l in lire::<Presences>(cx, &q).await? {
        let t = tous.entry(l.cle).or_default();
        t.inscrits += l.inscrits.unwrap_or_default();
        t.excuses += l.excuses.unwrap_or_default();
        t.venus += l.venus.unwrap_or_default();
        t.presents += l.presents.unwrap_or_default();
    }

    // Once a séance, not once a date.
    let mut q = joindre("reservation", "r", "seance_id", "seance_id");
    q.and_where(Expr::col(("d", "rang")).eq(1))
        .and_where(Expr::col(("r", "etat")).eq("attente"))
        .and_where(Expr::exists(venue_autrement()).not())
        .expr_as(Expr::cust("COUNT(*)"), "nombre")
        .expr_as(si("1 = 1"), "somme");
    for l in lire::<Paire>(cx, &q).await? {
        tous.entry(l.cle).or_default().sans_place += l.nombre;
    }

    let mut q = joindre("demande_avis", "x", "accompagnement_id", "accompagnement_id");
    q.join_as(JoinType::InnerJoin, "avis", "v", Expr::col(("v", "demande_id")).equals(("x", "id")))
        .expr_as(Expr::cust("COUNT(*)"), "nombre")
        .expr_as(Expr::cust("SUM(v.accueil + v.utilite + v.recommandation)"), "somme");
    for l in lire::<Paire>(cx, &q).await? {
        let t = tous.entry(l.cle).or_default();
        t.avis += l.nombre;
        t.somme_avis += l.somme.unwrap_or_default();
    }

    let mut q = joindre("reponse_froide", "f", "date_id", "id");
    q.expr_as(Expr::cust("COUNT(*)"), "nombre").expr_as(si("f.refait >= 4"), "somme");
    for l in lire::<Paire>(cx, &q).await? {
        let t = tous.entry(l.cle).or_default();
        t.froids += l.nombre;
        t.refaits += l.somme.unwrap_or_default();
    }

    let mut q = joindre("geste_seance", "g", "date_id", "id");
    q.expr_as(Expr::cust("COUNT(DISTINCT CASE WHEN g.animateur IS NOT NULL THEN g.reservation_id END)"), "regardees")
        .expr_as(Expr::cust("COUNT(g.animateur)"), "gestes")
        .expr_as(si("g.animateur"), "acquis");
    for l in lire::<Gestes>(cx, &q).await? {
        let t = tous.entry(l.cle).or_default();
        t.regardees += l.regardees;
        t.gestes += l.gestes;
        t.acquis += l.acquis.unwrap_or_default();
    }
    Ok(tous)
}
