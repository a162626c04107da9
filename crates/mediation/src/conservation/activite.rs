//! What counts as an activity of a person in a structure. A slice that dates something done with a person
//! adds its line to [`SOURCES`]; nothing else is needed for it to keep a file and cancel an announcement.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, Func, Query, SelectStatement, SimpleExpr},
};
use socle::{
    Contexte, Resultat,
    horloge::jour,
    identifiant::{PersonneId, StructureId},
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Genre {
    Jour,
    Instant,
}
use Genre::{Instant, Jour};

/// A dated column of a table that names person and structure, or hangs on a `parcours` that does.
struct Source {
    table: &'static str,
    colonne: &'static str,
    genre: Genre,
    par_parcours: bool,
}

const fn de(table: &'static str, colonne: &'static str, genre: Genre) -> Source {
    Source { table, colonne, genre, par_parcours: false }
}

const fn de_parcours(table: &'static str, colonne: &'static str) -> Source {
    Source { table, colonne, genre: Jour, par_parcours: true }
}

/// A file begun or shared counts too: it is not erased before anything happened. Each is found by an
/// index on the person.
const SOURCES: [Source; 13] = [
    de("participation", "date", Jour),
    de("accueil", "arrive_le", Instant),
    de("suivi", "depuis", Instant),
    de("diagnostic", "date", Jour),
    de("parcours", "ouvert_le", Jour),
    de("parcours", "clos_le", Jour),
    de("orientation", "date", Jour),
    // Of the crate above (`ateliers`), by its name alone.
    de("reservation", "cree_le", Instant),
    de("rendez_vous", "debut", Instant),
    de("orientation", "repondu_le", Jour),
    // A step agreed for a day to come, a meeting for instance.
    de_parcours("etape", "prevue_le"),
    de_parcours("etape", "faite_le"),
    de_parcours("objectif", "evalue_le"),
];

/// The rows of a source, `x`, and what names person and structure.
fn lignes(s: &Source) -> (SelectStatement, &'static str) {
    let mut q = Query::select();
    q.from_as(s.table, "x");
    if !s.par_parcours {
        return (q, "x");
    }
    q.inner_join("parcours", Expr::col(("parcours", "id")).equals(("x", "parcours_id")));
    (q, "parcours")
}

/// A day; the instant it ends, for what is dated to the second.
pub struct Borne {
    pub jour: SimpleExpr,
    pub fin: SimpleExpr,
}

impl Borne {
    /// A day that is known.
    pub fn jour(j: NaiveDate) -> Self {
        Self { jour: Expr::value(j), fin: Expr::value(super::regles::fin(j)) }
    }

    /// The day noted by the announcement of the outer query.
    pub fn annonce(table: &'static str) -> Self {
        Self { jour: Expr::col((table, "activite")), fin: Expr::col((table, "activite_fin")) }
    }
}

/// Keeps, of a query over `table` (which names person and structure), what has had no activity after `borne`.
pub fn sans_activite_apres(q: &mut SelectStatement, table: &'static str, borne: &Borne) {
    for s in &SOURCES {
        q.and_where(Expr::exists(apres(s, table, borne)).not());
    }
}

/// Whether the pair of `table` has had an activity after `borne`: a condition for an outer query.
pub fn activite_apres(table: &'static str, borne: &Borne) -> SimpleExpr {
    SOURCES.iter().map(|s| Expr::exists(apres(s, table, borne))).reduce(ExprTrait::or).unwrap_or_else(|| Expr::value(false))
}

fn apres(s: &Source, table: &'static str, borne: &Borne) -> SelectStatement {
    let (mut q, porteur) = lignes(s);
    let date = Expr::col(("x", s.colonne));
    q.expr(Expr::cust("1"))
        .and_where(Expr::col((porteur, "personne_id")).equals((table, "personne_id")))
        .and_where(Expr::col((porteur, "structure_id")).equals((table, "structure_id")))
        .and_where(if s.genre == Jour { date.gt(borne.jour.clone()) } else { date.gte(borne.fin.clone()) });
    q
}

#[derive(FromQueryResult)]
struct AuJour {
    personne_id: PersonneId,
    quand: Option<NaiveDate>,
}

#[derive(FromQueryResult)]
struct AInstant {
    personne_id: PersonneId,
    quand: Option<DateTime<Utc>>,
}

/// The day of the last activity of each of these people in a structure.
pub async fn dernieres(cx: &Contexte, structure: StructureId, ids: &[PersonneId]) -> Resultat<HashMap<PersonneId, NaiveDate>> {
    let db = cx.db();
    let mut jours: HashMap<PersonneId, NaiveDate> = HashMap::new();
    for s in &SOURCES {
        let (mut q, porteur) = lignes(s);
        q.expr_as(Expr::col((porteur, "personne_id")), "personne_id")
            .expr_as(Func::max(Expr::col(("x", s.colonne))), "quand")
            .and_where(Expr::col((porteur, "structure_id")).eq(structure))
            .and_where(Expr::col((porteur, "personne_id")).is_in(ids.iter().copied()))
            .group_by_col((porteur, "personne_id"));
        let q = db.get_database_backend().build(&q);
        let lues: Vec<(PersonneId, Option<NaiveDate>)> = match s.genre {
            Jour => AuJour::find_by_statement(q).all(&db).await?.into_iter().map(|l| (l.personne_id, l.quand)).collect(),
            Instant => AInstant::find_by_statement(q).all(&db).await?.into_iter().map(|l| (l.personne_id, l.quand.map(jour))).collect(),
        };
        for (p, quand) in lues {
            if let Some(quand) = quand {
                jours.entry(p).and_modify(|j| *j = std::cmp::max(*j, quand)).or_insert(quand);
            }
        }
    }
    Ok(jours)
}
