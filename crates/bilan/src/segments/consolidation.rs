//! Segments made and kept up to date: what was marked is made anew, in the order of structures and
//! months, some at a time, so that nobody waits.

use std::{collections::BTreeSet, time::Duration};

use sea_orm::{
    ConnectionTrait, DatabaseExecutor, DatabaseTransaction, DbBackend, ExprTrait, FromQueryResult, IsolationLevel, Statement,
    TransactionTrait,
    sea_query::{Cond, Expr, OnConflict, Query},
};
use socle::{Erreur, Etat, Resultat};
use uuid::Uuid;

use super::{
    charge::{Charge, Cle, charger},
    codes::TABLES,
    format,
    lecture::lire,
    mois,
};

/// How many months of structures a transaction makes anew, at most, and how many rows it should read:
/// on SQLite nobody else writes meanwhile.
const LOT_MAX: u64 = 512;
const LIGNES: usize = 15_000;

/// A transaction that sees one state of the database, and that no other consolidation runs beside.
pub async fn transaction(etat: &Etat) -> Resultat<DatabaseTransaction> {
    if etat.base.moteur() != DbBackend::Postgres {
        return Ok(etat.base.ecriture().await?);
    }
    let tx = etat.base.lecture().begin_with_config(Some(IsolationLevel::RepeatableRead), None).await?;
    // LOCK takes no snapshot: the first query after it does, and sees all that the one waited for did.
    tx.execute_unprepared("LOCK TABLE bilan_instance IN SHARE ROW EXCLUSIVE MODE").await?;
    Ok(tx)
}

#[derive(FromQueryResult)]
struct Marque {
    structure_id: Uuid,
    mois: i32,
}

fn parmi(cles: &BTreeSet<Cle>) -> Cond {
    let mut par_structure: Vec<(Uuid, Vec<i32>)> = vec![];
    for (s, m) in cles {
        match par_structure.last_mut().filter(|(t, _)| t == s) {
            Some((_, mois)) => mois.push(*m),
            None => par_structure.push((*s, vec![*m])),
        }
    }
    par_structure
        .into_iter()
        .fold(Cond::any(), |c, (s, mois)| c.add(Cond::all().add(Expr::col("structure_id").eq(s)).add(Expr::col("mois").is_in(mois))))
}

/// Makes anew up to `lot` of what is marked; how many months of structures, and how many rows they had.
async fn consolider_un_lot(etat: &Etat, lot: u64) -> Resultat<(usize, usize)> {
    let tx = transaction(etat).await?;
    let db = DatabaseExecutor::Transaction(&tx);
    let mut q = Query::select();
    q.distinct().columns(["structure_id", "mois"]).from("bilan_marque").order_by("structure_id", sea_orm::Order::Asc);
    q.order_by("mois", sea_orm::Order::Asc).limit(lot);
    let cles: BTreeSet<Cle> = lire::<Marque>(&db, &q).await?.into_iter().map(|m| (m.structure_id, m.mois)).collect();
    if cles.is_empty() {
        return Ok((0, 0));
    }
    let lignes = refaire(&tx, &cles).await?;
    // On PostgreSQL, those of this state alone: what another writes meanwhile keeps its mark.
    let mut q = Query::delete();
    q.from_table("bilan_marque").cond_where(parmi(&cles));
    db.execute_raw(db.get_database_backend().build(&q)).await?;
    tx.commit().await?;
    Ok((cles.len(), lignes))
}

/// Writes the segments of these months from their rows; how many rows there were.
async fn refaire(tx: &DatabaseTransaction, cles: &BTreeSet<Cle>) -> Resultat<usize> {
    let db = DatabaseExecutor::Transaction(tx);
    let moteur = db.get_database_backend();
    donner_des_rangs(tx, cles).await?;
    let charges = charger(&db, cles, true).await?;

    let mut q = Query::delete();
    q.from_table("bilan_segment").cond_where(parmi(cles));
    db.execute_raw(moteur.build(&q)).await?;
    let lignes = charges.values().map(|c| c.segment.activites.len() + c.segment.presences.len()).sum();
    let pleines: Vec<(Cle, Charge)> = charges.into_iter().filter(|(_, c)| !c.vide()).collect();
    for paquet in pleines.chunks(100) {
        let mut q = Query::insert();
        q.into_table("bilan_segment").columns(["structure_id", "mois", "empreinte", "personnes", "diagnostics", "contenu"]);
        for ((s, m), c) in paquet {
            q.values_panic([
                Expr::value(*s),
                Expr::value(*m),
                Expr::value(TABLES.empreinte),
                Expr::value(format::ecrire_rangs(&c.rangs())?),
                Expr::value(if c.diagnostics.is_empty() { None } else { Some(format::ecrire(&c.diagnostics)?) }),
                Expr::value(format::ecrire(&c.segment)?),
            ]);
        }
        db.execute_raw(moteur.build(&q)).await?;
    }
    // The aggregates of these months are no longer theirs.
    let mois: BTreeSet<i32> = cles.iter().map(|(_, m)| *m).collect();
    let annees: BTreeSet<i32> = mois.iter().map(|m| mois::janvier(*m)).collect();
    let mut q = Query::delete();
    q.from_table("bilan_instance").cond_where(
        Cond::any()
            .add(Cond::all().add(Expr::col("duree").eq(1)).add(Expr::col("debut").is_in(mois)))
            .add(Cond::all().add(Expr::col("duree").eq(12)).add(Expr::col("debut").is_in(annees))),
    );
    db.execute_raw(moteur.build(&q)).await?;
    Ok(lignes)
}

/// A rank for each person of these months who has none: people of one structure get neighbouring ones.
async fn donner_des_rangs(tx: &DatabaseTransaction, cles: &BTreeSet<Cle>) -> Resultat<()> {
    let moteur = tx.get_database_backend();
    let mut presents = super::charge::participations(cles);
    presents.distinct().column(("x", "personne_id"));
    let mut diagnostiques = Query::select();
    diagnostiques
        .distinct()
        .column(("x", "personne_id"))
        .from_as("diagnostic", "x")
        .cond_where(super::charge::condition(cles, "x", "date"));
    for mut gens in [presents, diagnostiques] {
        let mut connus = Query::select();
        connus.expr(Expr::val(1)).from_as("personne_rang", "r").and_where(Expr::col(("r", "personne_id")).equals(("x", "personne_id")));
        gens.and_where(Expr::exists(connus).not());
        let mut q = Query::insert();
        q.into_table("personne_rang").columns(["personne_id"]).select_from(gens).map_err(Erreur::interne)?;
        q.on_conflict(OnConflict::column("personne_id").do_nothing().to_owned());
        tx.execute_raw(moteur.build(&q)).await?;
    }
    Ok(())
}

/// Makes anew all that is marked; how many months of structures.
/// `progres` is told after each lot.
pub async fn consolider(etat: &Etat, mut progres: impl FnMut(usize)) -> Resultat<usize> {
    let (mut total, mut lot) = (0, 64);
    loop {
        let (faits, lignes) = consolider_un_lot(etat, lot).await?;
        if faits == 0 {
            break;
        }
        total += faits;
        progres(total);
        lot = match lignes {
            l if l > LIGNES => std::cmp::Ord::max(lot / 2, 1),
            l if l < LIGNES / 3 => std::cmp::Ord::min(lot * 2, LOT_MAX),
            _ => lot,
        };
    }
    Ok(total)
}

/// Marks all that segments hold or should hold, so that all are made anew.
pub async fn tout_marquer(etat: &Etat) -> Resultat<()> {
    let tx = transaction(etat).await?;
    for sql in crate::migrations::tout_marquer(tx.get_database_backend()) {
        tx.execute_unprepared(&sql).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Marks the segments that another version of the program wrote.
async fn marquer_les_autres_versions(etat: &Etat) -> Resultat<()> {
    let tx = transaction(etat).await?;
    let moteur = tx.get_database_backend();
    let ecriture = if moteur == DbBackend::Postgres { "txid_current()" } else { "0" };
    let sql = format!(
        "INSERT INTO bilan_marque (structure_id, mois, ecriture) SELECT s.structure_id, s.mois, {ecriture} FROM bilan_segment s WHERE s.empreinte <> {e} AND NOT EXISTS (SELECT 1 FROM bilan_marque m WHERE m.structure_id = s.structure_id AND m.mois = s.mois)",
        e = TABLES.empreinte
    );
    tx.execute_raw(Statement::from_string(moteur, sql)).await?;
    tx.commit().await?;
    Ok(())
}

/// Aggregates are larger than segments: made anew this many times more rarely.
const PAUSES: u32 = 20;

/// Keeps segments and aggregates up to date until `arret`: a look every `pause`, so that what many people
/// write meanwhile is made anew once. Several nodes may do it: they take turns.
pub async fn veiller(etat: Etat, pause: Duration, mut arret: tokio::sync::watch::Receiver<bool>) {
    if let Err(e) = marquer_les_autres_versions(&etat).await {
        tracing::warn!(erreur = %e, "segments of the bilan");
    }
    let mut tours = 0;
    while !*arret.borrow() {
        let travail = async {
            let n = consolider(&etat, |_| ()).await?;
            if tours % PAUSES == 0 {
                super::agregats::agreger(&etat).await?;
            }
            Ok::<_, Erreur>(n)
        };
        tokio::select! {
            r = travail => match r {
                Ok(0) => {}
                Ok(n) => tracing::debug!(segments = n, "bilan consolidated"),
                // The figures stay exact: they are counted from the rows meanwhile.
                Err(e) => tracing::warn!(erreur = %e, "segments of the bilan"),
            },
            _ = arret.changed() => break,
        }
        tours = tours.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = arret.changed() => {}
        }
    }
}
