//! Segments made from the rows: by the consolidation, which keeps them, and by a read, for the months
//! whose rows changed since.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use mediation::nomenclatures::TrancheAge;
use rustc_hash::FxHashMap;
use sea_orm::{
    ConnectionTrait, DatabaseExecutor, ExprTrait, FromQueryResult, JoinType,
    sea_query::{Cond, Expr, Query, SelectStatement},
};
use socle::{Erreur, Nomenclature, Resultat};
use uuid::Uuid;

use super::{
    codes::{AXES, TABLES},
    format::{Activite, Declare, Diagnostic, Id, Objectif, Orientation, Presence, Segment, niveau},
    mois,
};

/// A structure and the number of a month.
pub type Cle = (Uuid, i32);

/// A segment with its diagnostics, which are kept apart.
#[derive(Default)]
pub struct Charge {
    pub segment: Segment,
    pub diagnostics: Vec<Diagnostic>,
}

impl Charge {
    /// The people seen, sorted.
    pub fn rangs(&self) -> Vec<u32> {
        let mut r: Vec<u32> = self.segment.presences.iter().map(|p| p.rang).collect();
        r.sort_unstable();
        r.dedup();
        r
    }

    /// Nothing at all.
    pub fn vide(&self) -> bool {
        let s = &self.segment;
        s.activites.is_empty() && s.objectifs.is_empty() && s.orientations.is_empty() && self.diagnostics.is_empty()
    }
}

/// The days of these months, by runs of consecutive months, and the structures of each run.
struct Etendue(BTreeMap<(NaiveDate, NaiveDate), Vec<Uuid>>);

impl Etendue {
    fn de(cles: &BTreeSet<Cle>) -> Self {
        let mut suites: Vec<(Uuid, i32, i32)> = vec![];
        for (s, m) in cles {
            match suites.last_mut().filter(|(t, _, fin)| t == s && fin + 1 == *m) {
                Some(suite) => suite.2 = *m,
                None => suites.push((*s, *m, *m)),
            }
        }
        let mut par_jours: BTreeMap<_, Vec<Uuid>> = BTreeMap::new();
        for (s, debut, fin) in suites {
            par_jours.entry((mois::premier(debut), mois::dernier(fin))).or_default().push(s);
        }
        Self(par_jours)
    }

    fn condition(&self, alias: &'static str, jour: &'static str) -> Cond {
        self.0.iter().fold(Cond::any(), |c, ((du, au), structures)| {
            c.add(
                Cond::all()
                    .add(Expr::col((alias, "structure_id")).is_in(structures.iter().copied()))
                    .add(Expr::col((alias, jour)).between(*du, *au)),
            )
        })
    }

    fn activites(&self) -> SelectStatement {
        let mut q = Query::select();
        q.from_as("accompagnement", "a").and_where(Expr::col(("a", "supprime_le")).is_null()).cond_where(self.condition("a", "date"));
        q
    }

    /// What hangs on the activities: the table `t`, as `x`.
    fn details(&self, t: &'static str) -> SelectStatement {
        let mut q = self.activites();
        q.join_as(JoinType::InnerJoin, t, "x", Expr::col(("x", "accompagnement_id")).equals(("a", "id")))
            .column(("x", "accompagnement_id"));
        q
    }
}

async fn lire<T: FromQueryResult>(db: &DatabaseExecutor<'_>, q: &SelectStatement) -> Resultat<Vec<T>> {
    Ok(T::find_by_statement(db.get_database_backend().build(q)).all(db).await?)
}

#[derive(FromQueryResult)]
struct LigneActivite {
    id: Uuid,
    structure_id: Uuid,
    mediateur_id: Uuid,
    type_activite: String,
    date: NaiveDate,
    duree_minutes: i32,
    lieu_type: String,
    lieu_id: Option<Uuid>,
    commune: Option<String>,
    autonomie: Option<String>,
    nommes: i32,
    anonymes: i32,
}

#[derive(FromQueryResult)]
struct LigneCode {
    accompagnement_id: Uuid,
    axe: String,
    code: String,
}

#[derive(FromQueryResult)]
struct LigneDeclare {
    accompagnement_id: Uuid,
    axe: String,
    code: String,
    nombre: i32,
}

#[derive(FromQueryResult)]
struct LignePresence {
    accompagnement_id: Uuid,
    personne_id: Uuid,
    rang: Option<i64>,
    tranche_figee: Option<String>,
    tranche_age: Option<String>,
    annee_naissance: Option<i32>,
    genre: Option<String>,
    statut: Option<String>,
}

#[derive(FromQueryResult)]
struct LigneObjectif {
    structure_id: Uuid,
    jour: NaiveDate,
    mediateur_id: Uuid,
    statut: String,
}

#[derive(FromQueryResult)]
struct LigneDiagnostic {
    structure_id: Uuid,
    id: Uuid,
    personne_id: Uuid,
    rang: Option<i64>,
    mediateur_id: Uuid,
    date: NaiveDate,
    niveau: String,
}

#[derive(FromQueryResult)]
struct LigneOrientation {
    structure_id: Uuid,
    mediateur_id: Uuid,
    date: NaiveDate,
    repondu_le: Option<NaiveDate>,
    acceptee: bool,
    statut: String,
}

/// The ranks of people; one who has none yet gets one that lasts as long as this read.
#[derive(Default)]
struct Rangs {
    durable: bool,
    passagers: FxHashMap<Uuid, u32>,
    suivant: Option<u32>,
}

impl Rangs {
    async fn de(&mut self, db: &DatabaseExecutor<'_>, personne: Uuid, rang: Option<i64>) -> Resultat<u32> {
        if let Some(r) = rang.and_then(|r| u32::try_from(r).ok()) {
            return Ok(r);
        }
        if self.durable {
            return Err(Erreur::interne("someone of the bilan without a rank"));
        }
        if let Some(r) = self.passagers.get(&personne) {
            return Ok(*r);
        }
        let r = match self.suivant {
            Some(r) => r,
            None => {
                #[derive(FromQueryResult)]
                struct Max {
                    rang: Option<i64>,
                }
                let mut q = Query::select();
                q.expr_as(Expr::cust("CAST(MAX(rang) AS bigint)"), "rang").from("personne_rang");
                let max = lire::<Max>(db, &q).await?.into_iter().next().and_then(|m| m.rang).unwrap_or_default();
                u32::try_from(max + 1).map_err(Erreur::interne)?
            }
        };
        self.suivant = Some(r + 1);
        self.passagers.insert(personne, r);
        Ok(r)
    }
}

/// The index of a value in a dictionary, which gets it if it has not.
fn indice<T: PartialEq>(dictionnaire: &mut Vec<T>, v: T) -> u32 {
    let i = dictionnaire.iter().position(|x| *x == v).unwrap_or_else(|| {
        dictionnaire.push(v);
        dictionnaire.len() - 1
    });
    i as u32
}

fn positif(n: i32) -> u32 {
    u32::try_from(n).unwrap_or_default()
}

fn octets(u: Uuid) -> Id {
    *u.as_bytes()
}

/// Where the rows of an activity go.
struct Place {
    cle: Cle,
    rang: u32,
    annee: i32,
}

/// The rows of these months in `alias`, which has a structure and a day.
pub fn condition(cles: &BTreeSet<Cle>, alias: &'static str, jour: &'static str) -> Cond {
    Etendue::de(cles).condition(alias, jour)
}

/// The participations of these months, as `x`.
pub fn participations(cles: &BTreeSet<Cle>) -> SelectStatement {
    let mut q = Etendue::de(cles).activites();
    q.join_as(JoinType::InnerJoin, "participation", "x", Expr::col(("x", "accompagnement_id")).equals(("a", "id")));
    q
}

/// Reads the rows of these months: seven queries whatever their number. Each month asked for is there,
/// empty or not. Someone without a rank gets one for this read, or is refused when it must last (`durable`).
pub async fn charger(db: &DatabaseExecutor<'_>, cles: &BTreeSet<Cle>, durable: bool) -> Resultat<BTreeMap<Cle, Charge>> {
    let mut tous: BTreeMap<Cle, Charge> = cles.iter().map(|c| (*c, Charge::default())).collect();
    if cles.is_empty() {
        return Ok(tous);
    }
    let e = Etendue::de(cles);
    let mut rangs = Rangs { durable, ..Rangs::default() };
    let places = activites(db, &e, &mut tous).await?;
    details(db, &e, &places, &mut tous).await?;

    let mut q = e.details("participation");
    q.join_as(JoinType::InnerJoin, "personne", "pe", Expr::col(("pe", "id")).equals(("x", "personne_id")))
        .join_as(JoinType::LeftJoin, "personne_rang", "r", Expr::col(("r", "personne_id")).equals(("x", "personne_id")))
        .columns([("x", "personne_id"), ("x", "tranche_figee")])
        .columns([("pe", "tranche_age"), ("pe", "annee_naissance"), ("pe", "genre"), ("pe", "statut")])
        .expr_as(Expr::cust("CAST(r.rang AS bigint)"), "rang");
    for l in lire::<LignePresence>(db, &q).await? {
        let Some(p) = places.get(&l.accompagnement_id) else { continue };
        let rang = rangs.de(db, l.personne_id, l.rang).await?;
        let tranche = l
            .tranche_figee
            .or(l.tranche_age)
            .unwrap_or_else(|| l.annee_naissance.map_or(TrancheAge::NonCommunique, |a| TrancheAge::de_age(p.annee - a)).code());
        let dit = |v: Option<String>| v.unwrap_or_else(|| "non_communique".to_owned());
        let t = &TABLES.publics;
        let codes = (t[0].numero(&tranche), t[1].numero(&dit(l.genre)), t[2].numero(&dit(l.statut)));
        if let Some(c) = tous.get_mut(&p.cle) {
            c.segment.presences.push(Presence { activite: p.rang, rang, codes });
        }
    }
    suites(db, &e, &mut rangs, &mut tous).await?;
    for c in tous.values_mut() {
        // The order of an engine is not ours: a segment of the same rows is the same bytes.
        c.segment.presences.sort_unstable_by_key(|p| (p.activite, p.rang));
        c.diagnostics.sort_unstable();
    }
    Ok(tous)
}

async fn activites(db: &DatabaseExecutor<'_>, e: &Etendue, tous: &mut BTreeMap<Cle, Charge>) -> Resultat<FxHashMap<Uuid, Place>> {
    let mut q = e.activites();
    q.columns(
        [
            "id",
            "structure_id",
            "mediateur_id",
            "type_activite",
            "date",
            "duree_minutes",
            "lieu_type",
            "lieu_id",
            "commune",
            "autonomie",
            "nommes",
            "anonymes",
        ]
        .map(|c| ("a", c)),
    );
    let mut places = FxHashMap::default();
    for l in lire::<LigneActivite>(db, &q).await? {
        let cle = (l.structure_id, mois::numero(l.date));
        let Some(Charge { segment: s, .. }) = tous.get_mut(&cle) else { continue };
        let rang = s.activites.len() as u32;
        places.insert(l.id, Place { cle, rang, annee: l.date.year() });
        s.activites.push(Activite {
            jour: l.date.day() as u8,
            type_activite: TABLES.types.numero(&l.type_activite),
            lieu_type: TABLES.lieux_types.numero(&l.lieu_type),
            autonomie: TABLES.autonomies.numero(l.autonomie.as_deref().unwrap_or("")),
            duree: positif(l.duree_minutes),
            lieu: l.lieu_id.map_or(0, |l| indice(&mut s.lieux, octets(l)) + 1),
            commune: l.commune.map_or(0, |c| indice(&mut s.communes, c) + 1),
            mediateur: indice(&mut s.mediateurs, octets(l.mediateur_id)),
            nommes: positif(l.nommes),
            anonymes: positif(l.anonymes),
            thematiques: 0,
            demarches: 0,
            materiels: 0,
        });
    }
    Ok(places)
}

async fn details(
    db: &DatabaseExecutor<'_>,
    e: &Etendue,
    places: &FxHashMap<Uuid, Place>,
    tous: &mut BTreeMap<Cle, Charge>,
) -> Resultat<()> {
    let mut q = e.details("accompagnement_code");
    q.columns([("x", "axe"), ("x", "code")]);
    for l in lire::<LigneCode>(db, &q).await? {
        let Some(p) = places.get(&l.accompagnement_id) else { continue };
        let Some(a) = tous.get_mut(&p.cle).and_then(|c| c.segment.activites.get_mut(p.rang as usize)) else { continue };
        match l.axe.as_str() {
            "thematique" => a.thematiques |= 1 << TABLES.thematiques.numero(&l.code),
            "demarche" => a.demarches |= 1 << TABLES.demarches.numero(&l.code),
            "materiel" => a.materiels |= 1 << TABLES.materiels.numero(&l.code),
            _ => {}
        }
    }
    let mut q = e.details("accompagnement_anonyme");
    q.columns([("x", "axe"), ("x", "code"), ("x", "nombre")]);
    for l in lire::<LigneDeclare>(db, &q).await? {
        let Some(p) = places.get(&l.accompagnement_id) else { continue };
        let Some(axe) = AXES.iter().position(|a| *a == l.axe) else { continue };
        if let Some(c) = tous.get_mut(&p.cle) {
            let code = TABLES.publics[axe].numero(&l.code);
            c.segment.declares.push(Declare { activite: p.rang, axe: axe as u8, code, nombre: positif(l.nombre) });
        }
    }
    for c in tous.values_mut() {
        c.segment.declares.sort_unstable_by_key(|d| (d.activite, d.axe, d.code));
    }
    Ok(())
}

async fn suites(db: &DatabaseExecutor<'_>, e: &Etendue, rangs: &mut Rangs, tous: &mut BTreeMap<Cle, Charge>) -> Resultat<()> {
    let mut q = Query::select();
    q.from_as("objectif", "o")
        .join_as(JoinType::InnerJoin, "parcours", "pa", Expr::col(("pa", "id")).equals(("o", "parcours_id")))
        .columns([("o", "structure_id"), ("o", "statut")])
        .expr_as(Expr::col(("o", "evalue_le")), "jour")
        .column(("pa", "mediateur_id"))
        .cond_where(e.condition("o", "evalue_le"));
    for l in lire::<LigneObjectif>(db, &q).await? {
        let Some(Charge { segment: s, .. }) = tous.get_mut(&(l.structure_id, mois::numero(l.jour))) else { continue };
        let mediateur = indice(&mut s.mediateurs, octets(l.mediateur_id));
        s.objectifs.push(Objectif { jour: l.jour.day() as u8, mediateur, atteint: l.statut == "atteint" });
    }

    let mut q = Query::select();
    q.from_as("diagnostic", "g")
        .join_as(JoinType::LeftJoin, "personne_rang", "r", Expr::col(("r", "personne_id")).equals(("g", "personne_id")))
        .columns(["structure_id", "id", "personne_id", "mediateur_id", "date", "niveau"].map(|c| ("g", c)))
        .expr_as(Expr::cust("CAST(r.rang AS bigint)"), "rang")
        .and_where(Expr::col(("g", "niveau")).ne("a_completer"))
        .cond_where(e.condition("g", "date"));
    for l in lire::<LigneDiagnostic>(db, &q).await? {
        let rang = rangs.de(db, l.personne_id, l.rang).await?;
        let Some(c) = tous.get_mut(&(l.structure_id, mois::numero(l.date))) else { continue };
        let (jour, id, niveau) = (l.date.day() as u8, octets(l.id), niveau(&l.niveau));
        c.diagnostics.push(Diagnostic { jour, id, rang, niveau, mediateur: octets(l.mediateur_id) });
    }

    let mut q = Query::select();
    q.from_as("orientation", "o")
        .columns(["structure_id", "mediateur_id", "date", "repondu_le", "acceptee", "statut"].map(|c| ("o", c)))
        .cond_where(e.condition("o", "date"));
    for l in lire::<LigneOrientation>(db, &q).await? {
        let Some(Charge { segment: s, .. }) = tous.get_mut(&(l.structure_id, mois::numero(l.date))) else { continue };
        s.orientations.push(Orientation {
            jour: l.date.day() as u8,
            mediateur: indice(&mut s.mediateurs, octets(l.mediateur_id)),
            delai: l.repondu_le.map(|r| (r - l.date).num_days() as i32),
            acceptee: l.acceptee,
            aboutie: l.statut == "aboutie",
        });
    }
    Ok(())
}
