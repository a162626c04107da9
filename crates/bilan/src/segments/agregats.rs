//! Aggregates: the figures of all structures in a past month, then in a past year.

use std::collections::BTreeSet;

use sea_orm::{
    ConnectionTrait, DatabaseExecutor, DatabaseTransaction, ExprTrait, FromQueryResult,
    sea_query::{Cond, Expr, Query},
};
use socle::{Etat, Resultat};

use super::{
    codes::TABLES,
    consolidation::transaction,
    format,
    gens::Gens,
    lecture::{Compteur, Ligne, colonnes, lire},
    mois,
};
use crate::filtre::Filtre;

#[derive(FromQueryResult)]
struct Numero {
    mois: i32,
}

async fn numeros(db: &DatabaseExecutor<'_>, table: &'static str, colonne: &'static str, condition: Cond) -> Resultat<BTreeSet<i32>> {
    let mut q = Query::select();
    q.distinct().expr_as(Expr::col(colonne), "mois").from(table).cond_where(condition);
    Ok(lire::<Numero>(db, &q).await?.into_iter().map(|n| n.mois).collect())
}

fn a_jour(duree: i32) -> Cond {
    Cond::all().add(Expr::col("duree").eq(duree)).add(Expr::col("empreinte").eq(TABLES.empreinte))
}

/// Makes the aggregates of the past months and years that have none; how many. The month under way is
/// left to its segments: it changes all the time.
pub async fn agreger(etat: &Etat) -> Resultat<usize> {
    let ce_mois = mois::numero(socle::horloge::jour(etat.horloge.maintenant()));
    let db = DatabaseExecutor::Connection(etat.base.lecture());
    let passes = Cond::all().add(Expr::col("mois").lt(ce_mois));
    let pleins = numeros(&db, "bilan_segment", "mois", passes.clone()).await?;
    let marques = numeros(&db, "bilan_marque", "mois", passes).await?;
    let mut faits = numeros(&db, "bilan_instance", "debut", a_jour(1)).await?;
    let mut n = 0;
    for m in &pleins {
        if !marques.contains(m) && !faits.contains(m) && ecrire(etat, *m, 1).await? {
            faits.insert(*m);
            n += 1;
        }
    }
    let annees = numeros(&db, "bilan_instance", "debut", a_jour(12)).await?;
    for janvier in pleins.iter().map(|m| mois::janvier(*m)).collect::<BTreeSet<_>>() {
        let passee = janvier + 12 <= ce_mois;
        let complete = (janvier..janvier + 12).all(|m| !marques.contains(&m) && (faits.contains(&m) || !pleins.contains(&m)));
        if passee && complete && !annees.contains(&janvier) && ecrire(etat, janvier, 12).await? {
            n += 1;
        }
    }
    Ok(n)
}

/// Writes one, unless something changed since it was decided.
async fn ecrire(etat: &Etat, debut: i32, duree: i32) -> Resultat<bool> {
    let tx = transaction(etat).await?;
    let ecrit = ecrire_dans(&tx, debut, duree).await?;
    tx.commit().await?;
    Ok(ecrit)
}

#[derive(FromQueryResult)]
struct DUnMois {
    debut: i32,
    personnes: Vec<u8>,
    publics: Vec<u8>,
    contenu: Vec<u8>,
    diagnostics: Vec<u8>,
}

async fn ecrire_dans(tx: &DatabaseTransaction, debut: i32, duree: i32) -> Resultat<bool> {
    let db = DatabaseExecutor::Transaction(tx);
    let fin = debut + duree - 1;
    let entre = |colonne: &'static str| Cond::all().add(Expr::col(colonne).between(debut, fin));
    if !numeros(&db, "bilan_marque", "mois", entre("mois")).await?.is_empty() {
        return Ok(false);
    }
    let f = Filtre::de_l_instance(mois::premier(debut), mois::dernier(fin));
    let lieux = rustc_hash::FxHashMap::default();
    let mut c = Compteur::nouveau(&f, &lieux, Gens::pour(if duree == 1 { usize::MAX } else { 0 }));
    if duree == 1 {
        let mut q = colonnes(debut);
        q.and_where(Expr::col("mois").eq(debut));
        for l in lire::<Ligne>(&db, &q).await? {
            if l.empreinte != Some(TABLES.empreinte) {
                return Ok(false);
            }
            c.ligne(&l)?;
        }
    } else {
        let pleins = numeros(&db, "bilan_segment", "mois", entre("mois")).await?;
        let faits = numeros(&db, "bilan_instance", "debut", a_jour(1).add(Expr::col("debut").between(debut, fin))).await?;
        if pleins != faits {
            return Ok(false);
        }
        for m in faits {
            let mut q = Query::select();
            q.columns(["debut", "personnes", "publics", "contenu", "diagnostics"])
                .from("bilan_instance")
                .cond_where(a_jour(1).add(Expr::col("debut").eq(m)));
            for a in lire::<DUnMois>(&db, &q).await? {
                c.gens.ajouter(&a.personnes, &a.publics)?;
                c.cumul.ajouter(format::lire(&a.contenu)?);
                c.suivis(a.debut, format::lire(&a.diagnostics)?);
            }
        }
    }
    let (cumul, gens, suivis) = c.agreger();
    let (personnes, publics) = gens.ecrire()?;
    let mut q = Query::delete();
    q.from_table("bilan_instance").and_where(Expr::col("debut").eq(debut)).and_where(Expr::col("duree").eq(duree));
    db.execute_raw(db.get_database_backend().build(&q)).await?;
    let mut q = Query::insert();
    q.into_table("bilan_instance").columns(["debut", "duree", "empreinte", "personnes", "diagnostics", "contenu", "publics"]).values_panic(
        [
            Expr::value(debut),
            Expr::value(duree),
            Expr::value(TABLES.empreinte),
            Expr::value(personnes),
            Expr::value(format::ecrire(&suivis)?),
            Expr::value(format::ecrire(&cumul)?),
            Expr::value(publics),
        ],
    );
    db.execute_raw(db.get_database_backend().build(&q)).await?;
    Ok(true)
}
