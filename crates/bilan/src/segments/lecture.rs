//! A bilan read from segments and aggregates, and from the rows for what changed since.

use std::collections::BTreeSet;

use chrono::Datelike;
use rustc_hash::{FxHashMap, FxHashSet};
use sea_orm::{
    ConnectionTrait, DatabaseExecutor, DbBackend, ExprTrait, FromQueryResult, IsolationLevel, TransactionOptions, TransactionTrait,
    sea_query::{Cond, Expr, Query, SelectStatement, UnionType},
};
use socle::{Contexte, Resultat};
use uuid::Uuid;

use super::{
    charge::{Cle, charger},
    codes::TABLES,
    cumul::{Cumul, Tamis},
    format::{self, Diagnostic, Id, Segment, Suivi},
    gens::Gens,
    mois,
    progres::Progres,
    restituer::{Comptes, Lieu, restituer},
};
use crate::{calcul::Publics, filtre::Filtre, vue::Bilan};

/// Beyond this many months to read from the rows, the rows are counted by the database.
const MARQUES_MAX: usize = 36;
pub const MARQUES_MAX_INSTANCE: usize = 3000;

/// The bilan from segments; none when so much changed since they were made that the rows answer better.
pub async fn calculer(cx: &Contexte, f: &Filtre) -> Resultat<Option<(Bilan, [Publics; 3])>> {
    // One statement sees one state of the database: without anything marked, it is enough.
    let comptes = if f.instance || cx.ecrit() {
        None
    } else {
        let db = cx.db();
        let lot = structures(&db, f).await?;
        if lot.marques.is_empty() { Some(compter(&db, f, lot).await?) } else { None }
    };
    let comptes = match comptes {
        Some(c) => c,
        None => {
            let Some(c) = instantane(cx, f).await? else { return Ok(None) };
            c
        }
    };
    restituer(cx, f, comptes).await.map(Some)
}

/// The figures, all read in one state of the database.
async fn instantane(cx: &Contexte, f: &Filtre) -> Resultat<Option<Comptes>> {
    if cx.ecrit() {
        return lire_tout(&cx.db(), f).await;
    }
    let base = cx.etat().base.lecture();
    let isolation_level = (base.get_database_backend() == DbBackend::Postgres).then_some(IsolationLevel::RepeatableRead);
    let tx = base.begin_with_options(TransactionOptions { isolation_level, ..Default::default() }).await?;
    let comptes = lire_tout(&DatabaseExecutor::Transaction(&tx), f).await;
    tx.commit().await?;
    comptes
}

async fn lire_tout(db: &DatabaseExecutor<'_>, f: &Filtre) -> Resultat<Option<Comptes>> {
    if f.instance {
        let Some(plan) = super::instance::planifier(db, f).await? else { return Ok(None) };
        return plan.compter(db, f).await;
    }
    let lot = structures(db, f).await?;
    if lot.marques.len() > MARQUES_MAX.max(3 * f.structures.len()).min(MARQUES_MAX_INSTANCE) {
        return Ok(None);
    }
    compter(db, f, lot).await.map(Some)
}

/// A line of `bilan_segment`, or of `bilan_marque` when nothing else is told.
#[derive(FromQueryResult)]
pub struct Ligne {
    pub structure_id: Uuid,
    pub mois: i32,
    pub empreinte: Option<i32>,
    pub personnes: Option<Vec<u8>>,
    pub diagnostics: Option<Vec<u8>>,
    pub contenu: Option<Vec<u8>>,
}

/// What was read, and what must be read from the rows.
#[derive(Default)]
pub struct Lot {
    pub lignes: Vec<Ligne>,
    pub marques: BTreeSet<Cle>,
}

impl Lot {
    /// Sorts the lines read: those marked, or of another version, are not believed.
    pub fn trier(lignes: Vec<Ligne>, mut marques: BTreeSet<Cle>) -> Self {
        marques.extend(lignes.iter().filter(|l| l.empreinte != Some(TABLES.empreinte)).map(|l| (l.structure_id, l.mois)));
        let lignes =
            if marques.is_empty() { lignes } else { lignes.into_iter().filter(|l| !marques.contains(&(l.structure_id, l.mois))).collect() };
        Self { lignes, marques }
    }
}

pub async fn lire<T: FromQueryResult>(db: &DatabaseExecutor<'_>, q: &SelectStatement) -> Resultat<Vec<T>> {
    Ok(T::find_by_statement(db.get_database_backend().build(q)).all(db).await?)
}

/// The columns a bilan from the month `debut` needs: of the months before it, the people and their diagnostics.
pub fn colonnes(debut: i32) -> SelectStatement {
    let mut q = Query::select();
    q.columns(["structure_id", "mois", "empreinte"])
        .expr_as(Expr::cust(format!("CASE WHEN mois < {debut} THEN personnes END")), "personnes")
        .column("diagnostics")
        .expr_as(Expr::cust(format!("CASE WHEN mois >= {debut} THEN contenu END")), "contenu")
        .from("bilan_segment");
    q
}

async fn structures(db: &DatabaseExecutor<'_>, f: &Filtre) -> Resultat<Lot> {
    let condition =
        || Cond::all().add(Expr::col("structure_id").is_in(f.structures.iter().copied())).add(Expr::col("mois").lte(mois::numero(f.au)));
    let mut q = colonnes(mois::numero(f.du));
    let mut marques = Query::select();
    marques.columns(["structure_id", "mois"]);
    for _ in 0..4 {
        marques.expr(Expr::cust("NULL"));
    }
    marques.from("bilan_marque").cond_where(condition());
    q.cond_where(condition()).union(UnionType::All, marques);
    Ok(Lot::trier(lire(db, &q).await?, BTreeSet::new()))
}

#[derive(FromQueryResult)]
struct LigneLieu {
    id: Uuid,
    nom: String,
    commune: Option<String>,
}

/// The lieux that `condition` says.
pub async fn lieux(db: &DatabaseExecutor<'_>, condition: Cond) -> Resultat<FxHashMap<Id, Lieu>> {
    let mut q = Query::select();
    q.columns(["id", "nom", "commune"]).from("lieu").cond_where(condition);
    let tous: Vec<LigneLieu> = lire(db, &q).await?;
    Ok(tous.into_iter().map(|l| (*l.id.as_bytes(), Lieu { nom: l.nom, commune: l.commune })).collect())
}

/// Figures being added up.
pub struct Compteur<'a> {
    f: &'a Filtre,
    debut: i32,
    /// The commune of each lieu, when a commune is asked for.
    communes: FxHashMap<Id, Option<String>>,
    /// Lieux met that were not told: those of another structure.
    inconnus: FxHashSet<Id>,
    pub cumul: Cumul,
    pub gens: Gens,
    diagnostics: Vec<(i32, Diagnostic)>,
    suivis: Vec<(i32, Vec<Suivi>)>,
}

impl<'a> Compteur<'a> {
    pub fn nouveau(f: &'a Filtre, lieux: &FxHashMap<Id, Lieu>, gens: Gens) -> Self {
        let communes = match f.commune {
            Some(_) => lieux.iter().map(|(id, l)| (*id, l.commune.clone())).collect(),
            None => FxHashMap::default(),
        };
        Self {
            f,
            debut: mois::numero(f.du),
            communes,
            inconnus: FxHashSet::default(),
            cumul: Cumul::default(),
            gens,
            diagnostics: vec![],
            suivis: vec![],
        }
    }

    /// Adds a month of a structure.
    pub fn segment(&mut self, m: i32, s: &Segment) {
        let tamis = Tamis::de(self.f, &self.communes);
        if self.f.commune.is_some() {
            self.inconnus.extend(s.lieux.iter().filter(|l| !self.communes.contains_key(*l)));
        }
        self.cumul.compter(m, s, &tamis, &mut self.gens);
    }

    /// Adds the people of a month before the period.
    pub fn avant(&mut self, rangs: &[u32]) {
        for r in rangs {
            self.gens.avant(*r);
        }
    }

    pub fn diagnostics(&mut self, m: i32, d: Vec<Diagnostic>) {
        self.diagnostics.extend(d.into_iter().map(|d| (m, d)));
    }

    /// Adds the diagnostics of all structures from the month `debut`.
    pub fn suivis(&mut self, debut: i32, s: Vec<Suivi>) {
        self.suivis.push((debut, s));
    }

    /// Adds a line read.
    pub fn ligne(&mut self, l: &Ligne) -> Resultat<()> {
        if let Some(c) = &l.contenu {
            self.segment(l.mois, &format::lire(c)?);
        }
        if let Some(p) = &l.personnes {
            self.avant(&format::lire_rangs(p)?);
        }
        if let Some(d) = &l.diagnostics {
            self.diagnostics(l.mois, format::lire(d)?);
        }
        Ok(())
    }

    /// Adds the months whose rows changed, from the rows: once, for all of them, since it gives ranks to
    /// people who have none.
    pub async fn marquees(&mut self, db: &DatabaseExecutor<'_>, cles: &BTreeSet<Cle>) -> Resultat<()> {
        for ((_, m), c) in charger(db, cles, false).await? {
            if m < self.debut {
                self.avant(&c.rangs());
            } else {
                self.segment(m, &c.segment);
            }
            self.diagnostics(m, c.diagnostics);
        }
        Ok(())
    }

    /// The diagnostics, in the order of time.
    fn progres(&mut self) -> Progres {
        let (du, au) = ((self.debut, self.f.du.day() as u8), (mois::numero(self.f.au), self.f.au.day() as u8));
        self.diagnostics.sort_unstable();
        self.suivis.sort_unstable_by_key(|(m, _)| *m);
        let mut progres = Progres::default();
        // An aggregate and a segment are never of one month: their months settle their order.
        let mut suivis = std::mem::take(&mut self.suivis).into_iter().peekable();
        for (m, d) in std::mem::take(&mut self.diagnostics) {
            while let Some((debut, s)) = suivis.next_if(|(debut, _)| *debut < m) {
                for s in s {
                    progres.suivi(s, debut >= du.0);
                }
            }
            if (m, d.jour) <= au {
                progres.diagnostic(&d, (m, d.jour) >= du);
            }
        }
        for (debut, s) in suivis {
            for s in s {
                progres.suivi(s, debut >= du.0);
            }
        }
        progres
    }

    /// The whole.
    pub fn finir(mut self, lieux: FxHashMap<Id, Lieu>) -> Comptes {
        let mediateur = self.f.mediateur.map(|m| *Uuid::from(m).as_bytes());
        let progres = self.progres().compter(mediateur);
        Comptes { cumul: self.cumul, gens: self.gens.compter(), progres, lieux }
    }

    /// The whole, as an aggregate keeps it.
    pub fn agreger(mut self) -> (Cumul, Gens, Vec<Suivi>) {
        let suivis = self.progres().suivis();
        (self.cumul, self.gens, suivis)
    }
}

async fn compter(db: &DatabaseExecutor<'_>, f: &Filtre, lot: Lot) -> Resultat<Comptes> {
    let mut lieux = lieux(db, f.dans("lieu")).await?;
    // A presence is some eight bytes, an activity some fifteen.
    let octets: usize = lot.lignes.iter().filter_map(|l| l.contenu.as_ref()).map(Vec::len).sum();
    loop {
        let mut c = Compteur::nouveau(f, &lieux, Gens::pour(octets / 16));
        for l in &lot.lignes {
            c.ligne(l)?;
        }
        c.marquees(db, &lot.marques).await?;
        let manquent: Vec<Uuid> =
            c.cumul.lieux.keys().flatten().chain(&c.inconnus).filter(|l| !lieux.contains_key(*l)).map(|l| Uuid::from_bytes(*l)).collect();
        if manquent.is_empty() {
            return Ok(c.finir(lieux));
        }
        // An activity may name a lieu of another structure: its commune decides what is counted.
        let connus = lieux.len();
        lieux.extend(self::lieux(db, Cond::all().add(Expr::col("id").is_in(manquent))).await?);
        if f.commune.is_none() || lieux.len() == connus {
            return Ok(c.finir(lieux));
        }
    }
}
