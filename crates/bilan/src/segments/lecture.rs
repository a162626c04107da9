//! A bilan read from segments and aggregates, and from the rows for what changed since.

use std::collections::BTreeSet;

use chrono::Datelike;
use rustc_hash::{FxHashMap, FxHashSet};
use sea_orm::{
    ConnectionTrait, DatabaseExecutor, DbBackend, ExprTrait, FromQueryResult, IsolationLevel, QueryResult, TransactionOptions,
    TransactionTrait,
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

/// Lines of [`colonnes`], by place: a name costs as much as its value.
pub async fn lire_lignes(db: &DatabaseExecutor<'_>, q: &SelectStatement) -> Resultat<Vec<Ligne>> {
    let lues = db.query_all_raw(db.get_database_backend().build(q)).await?;
    let ligne = |l: &QueryResult| {
        Ok(Ligne {
            structure_id: l.try_get_by_index(0)?,
            mois: l.try_get_by_index(1)?,
            empreinte: l.try_get_by_index(2)?,
            personnes: l.try_get_by_index(3)?,
            diagnostics: l.try_get_by_index(4)?,
            contenu: l.try_get_by_index(5)?,
        })
    };
    lues.iter().map(ligne).collect()
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
    Ok(Lot::trier(lire_lignes(db, &q).await?, BTreeSet::new()))
}

/// The names that go with ids.
#[derive(Default)]
pub struct Noms {
    pub lieux: FxHashMap<Id, Lieu>,
    /// Of the teams; who left is asked for apart.
    pub equipe: FxHashMap<Id, String>,
}

fn ids_des_lieux(condition: Cond) -> SelectStatement {
    let mut q = Query::select();
    q.columns(["id", "nom", "commune"]).expr(Expr::cust("0")).from("lieu").cond_where(condition);
    q
}

/// The lieux and the teams of what is counted, in one query.
pub async fn noms(db: &DatabaseExecutor<'_>, f: &Filtre) -> Resultat<Noms> {
    let mut membres = Query::select();
    membres.column(("fo", "utilisateur_id")).from_as("fonction", "fo").cond_where(f.dans("fo"));
    let mut equipe = Query::select();
    equipe.columns(["id", "nom"]).expr(Expr::cust("NULL")).expr(Expr::cust("1")).from("utilisateur");
    equipe.and_where(Expr::col("id").in_subquery(membres));
    let mut q = ids_des_lieux(f.dans("lieu"));
    q.union(UnionType::All, equipe);
    let mut n = Noms::default();
    ajouter_les_noms(db, &q, &mut n).await?;
    Ok(n)
}

async fn ajouter_les_noms(db: &DatabaseExecutor<'_>, q: &SelectStatement, n: &mut Noms) -> Resultat<()> {
    for l in db.query_all_raw(db.get_database_backend().build(q)).await? {
        let (id, nom): (Uuid, String) = (l.try_get_by_index(0)?, l.try_get_by_index(1)?);
        if l.try_get_by_index::<i32>(3)? == 1 {
            n.equipe.insert(*id.as_bytes(), nom);
        } else {
            n.lieux.insert(*id.as_bytes(), Lieu { nom, commune: l.try_get_by_index(2)? });
        }
    }
    Ok(())
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
    anciens: Vec<Vec<u32>>,
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
            anciens: vec![],
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

    /// Adds the people of a month before the period: looked at last.
    pub fn avant(&mut self, rangs: Vec<u32>) {
        self.anciens.push(rangs);
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
            self.avant(format::lire_rangs(p)?);
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
                self.avant(c.rangs());
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
    pub fn finir(mut self, noms: Noms) -> Comptes {
        let mediateur = self.f.mediateur.map(|m| *Uuid::from(m).as_bytes());
        let progres = self.progres().compter(mediateur);
        for rangs in std::mem::take(&mut self.anciens) {
            self.gens.deja_vus(&rangs);
        }
        Comptes { cumul: self.cumul, gens: self.gens.compter(), progres, noms }
    }

    /// The whole, as an aggregate keeps it.
    pub fn agreger(mut self) -> (Cumul, Gens, Vec<Suivi>) {
        let suivis = self.progres().suivis();
        (self.cumul, self.gens, suivis)
    }
}

async fn compter(db: &DatabaseExecutor<'_>, f: &Filtre, lot: Lot) -> Resultat<Comptes> {
    let mut noms = noms(db, f).await?;
    // A presence is some eight bytes, an activity some fifteen.
    let octets: usize = lot.lignes.iter().filter_map(|l| l.contenu.as_ref()).map(Vec::len).sum();
    loop {
        let mut c = Compteur::nouveau(f, &noms.lieux, Gens::pour(octets / 16));
        for l in &lot.lignes {
            c.ligne(l)?;
        }
        c.marquees(db, &lot.marques).await?;
        let manquent: Vec<Uuid> = c
            .cumul
            .lieux
            .keys()
            .flatten()
            .chain(&c.inconnus)
            .filter(|l| !noms.lieux.contains_key(*l))
            .map(|l| Uuid::from_bytes(*l))
            .collect();
        if manquent.is_empty() {
            return Ok(c.finir(noms));
        }
        // An activity may name a lieu of another structure: its commune decides what is counted.
        let connus = noms.lieux.len();
        ajouter_les_noms(db, &ids_des_lieux(Cond::all().add(Expr::col("id").is_in(manquent))), &mut noms).await?;
        if f.commune.is_none() || noms.lieux.len() == connus {
            return Ok(c.finir(noms));
        }
    }
}
