//! The bilan of all structures: from aggregates of whole months and years, and from the segments of the
//! months that are not whole, filtered, or not aggregated yet.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    DatabaseExecutor, ExprTrait, FromQueryResult,
    sea_query::{Cond, Expr, Query},
};
use socle::Resultat;
use uuid::Uuid;

use super::{
    charge::Cle,
    codes::TABLES,
    format,
    gens::Gens,
    lecture::{Compteur, Lot, MARQUES_MAX_INSTANCE, colonnes, lieux, lire},
    mois,
    restituer::Comptes,
};
use crate::filtre::Filtre;

/// Which aggregates and which months answer.
pub struct Plan {
    /// First month and how many.
    agregats: Vec<(i32, i32)>,
    mois: Vec<i32>,
    marques: BTreeMap<i32, BTreeSet<Cle>>,
}

#[derive(FromQueryResult)]
struct Marque {
    structure_id: Uuid,
    mois: i32,
}

#[derive(FromQueryResult)]
struct Existant {
    debut: i32,
    duree: i32,
}

#[derive(FromQueryResult)]
struct Borne {
    mois: Option<i32>,
}

/// What a month of the plan is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Avant,
    /// Whole, and counted without a filter.
    Entier,
    /// Read by its segments.
    Detail,
}

fn role(f: &Filtre, m: i32) -> Role {
    let (debut, fin) = (mois::numero(f.du), mois::numero(f.au));
    if m < debut {
        Role::Avant
    } else if f.restreint() || (m == debut && f.du != mois::premier(m)) || (m == fin && f.au != mois::dernier(m)) {
        Role::Detail
    } else {
        Role::Entier
    }
}

/// Chooses; none when more is marked than aggregates help.
pub async fn planifier(db: &DatabaseExecutor<'_>, f: &Filtre) -> Resultat<Option<Plan>> {
    let fin = mois::numero(f.au);
    let mut q = Query::select();
    q.distinct()
        .columns(["structure_id", "mois"])
        .from("bilan_marque")
        .and_where(Expr::col("mois").lte(fin))
        .limit(MARQUES_MAX_INSTANCE as u64 + 1);
    let lues: Vec<Marque> = lire(db, &q).await?;
    if lues.len() > MARQUES_MAX_INSTANCE {
        return Ok(None);
    }
    let mut marques: BTreeMap<i32, BTreeSet<Cle>> = BTreeMap::new();
    for m in lues {
        marques.entry(m.mois).or_default().insert((m.structure_id, m.mois));
    }
    let mut q = Query::select();
    q.expr_as(Expr::cust("MIN(mois)"), "mois").from("bilan_segment");
    let premier = lire::<Borne>(db, &q).await?.into_iter().next().and_then(|b| b.mois);
    let debut = premier.into_iter().chain(marques.keys().next().copied()).min().unwrap_or(fin + 1);

    let mut q = Query::select();
    q.columns(["debut", "duree"])
        .from("bilan_instance")
        .and_where(Expr::col("debut").lte(fin))
        .and_where(Expr::col("empreinte").eq(TABLES.empreinte));
    let existants: BTreeSet<(i32, i32)> = lire::<Existant>(db, &q).await?.into_iter().map(|e| (e.debut, e.duree)).collect();

    let mut plan = Plan { agregats: vec![], mois: vec![], marques };
    let mut m = debut;
    while m <= fin {
        let convient = |duree: i32| {
            let r = role(f, m);
            existants.contains(&(m, duree))
                && (m..m + duree).all(|n| n <= fin && !plan.marques.contains_key(&n) && role(f, n) == r && r != Role::Detail)
        };
        let duree = [12, 1].into_iter().find(|d| convient(*d));
        match duree {
            Some(d) => plan.agregats.push((m, d)),
            None => plan.mois.push(m),
        }
        m += duree.unwrap_or(1);
    }
    Ok(Some(plan))
}

#[derive(FromQueryResult)]
struct Agregat {
    debut: i32,
    personnes: Vec<u8>,
    publics: Option<Vec<u8>>,
    contenu: Option<Vec<u8>>,
    diagnostics: Vec<u8>,
}

impl Plan {
    /// Counts; none when too much is not believed, or when an aggregate went since it was chosen, outside a
    /// snapshot.
    pub async fn compter(self, db: &DatabaseExecutor<'_>, f: &Filtre) -> Resultat<Option<Comptes>> {
        let debut = mois::numero(f.du);
        let lieux = lieux(db, f.dans("lieu")).await?;
        let gens = Gens::pour(if f.restreint() { usize::MAX } else { 0 });
        let mut c = Compteur::nouveau(f, &lieux, gens);
        // One at a time: the sets of a year are megabytes.
        for (mois, duree) in self.agregats {
            let mut q = Query::select();
            q.columns(["debut", "personnes", "diagnostics"])
                .expr_as(Expr::cust(format!("CASE WHEN debut >= {debut} THEN publics END")), "publics")
                .expr_as(Expr::cust(format!("CASE WHEN debut >= {debut} THEN contenu END")), "contenu")
                .from("bilan_instance")
                .cond_where(Cond::all().add(Expr::col("debut").eq(mois)).add(Expr::col("duree").eq(duree)));
            let lus: Vec<Agregat> = lire(db, &q).await?;
            if lus.is_empty() {
                return Ok(None);
            }
            for a in lus {
                match (&a.publics, &a.contenu) {
                    (Some(p), Some(contenu)) => {
                        c.gens.ajouter(&a.personnes, p)?;
                        c.cumul.ajouter(format::lire(contenu)?);
                    }
                    _ => c.gens.ajouter_avant(&a.personnes)?,
                }
                c.suivis(a.debut, format::lire(&a.diagnostics)?);
            }
        }
        let mut marques = BTreeSet::new();
        for m in self.mois {
            let mut q = colonnes(debut);
            q.and_where(Expr::col("mois").eq(m));
            let lot = Lot::trier(lire(db, &q).await?, self.marques.get(&m).cloned().unwrap_or_default());
            for l in &lot.lignes {
                c.ligne(l)?;
            }
            marques.extend(lot.marques);
        }
        if marques.len() > MARQUES_MAX_INSTANCE {
            return Ok(None);
        }
        // All at once: someone without a rank yet has one for the whole of this read.
        c.marquees(db, &marques).await?;
        Ok(Some(c.finir(lieux)))
    }
}
