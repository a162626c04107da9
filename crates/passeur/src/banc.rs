//! `passeur bench`: databases of any size to measure on, and what the measures are compared with.

mod activites;
mod dossiers;
mod gens;
mod graine;
pub mod inserts;
mod lots;
pub mod nu;
mod plan;
mod seances;
pub mod sql;
mod tables;

pub use graine::{Fait, remplir};
pub use plan::Parametres;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use socle::Etat;

/// Commands of measure.
#[derive(Subcommand, Debug)]
pub enum Bench {
    /// Remplit une base vide de données inventées, de la taille demandée
    Seed(Seed),
    /// Programme des séances d’atelier à venir dans une base déjà remplie
    Seances(seances::Seances),
    /// Rythme de préparation des rappels (écrit dans la base)
    #[command(hide = true)]
    Rappels(seances::Rappels),
    /// Rythme des insertions nues d’un accompagnement, pour comparer (écrit dans la base)
    #[command(hide = true)]
    Inserts(inserts::Inserts),
    /// Durée d’une requête lue sur l’entrée standard
    #[command(hide = true)]
    Sql(sql::Sql),
}

#[derive(Args, Debug)]
pub struct Seed {
    /// Nombre de participations
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    participations: u64,
    /// Nombre de structures (une pour 20 000 participations, sinon)
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    structures: Option<u32>,
    /// Nombre de personnes (une pour quatre participations, sinon)
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    personnes: Option<u64>,
    /// Graine du hasard : la même donne les mêmes lignes
    #[arg(long, default_value_t = 1)]
    graine: u64,
    /// Dernier jour d’activité, AAAA-MM-JJ (aujourd’hui, sinon) ; le premier est cinq ans avant
    #[arg(long)]
    fin: Option<NaiveDate>,
}

/// Runs a command of measure.
pub async fn executer(b: Bench, etat: Etat) -> anyhow::Result<()> {
    match b {
        Bench::Seed(s) => semer(s, &etat).await,
        Bench::Seances(s) => seances::semer(s, &etat).await,
        Bench::Rappels(r) => seances::rappeler(r, &etat).await,
        Bench::Inserts(i) => inserts::mesurer(i, &etat).await,
        Bench::Sql(s) => sql::mesurer(s, &etat).await,
    }
}

/// What follows the rows: **the one place** where tables derived from them are brought up to date.
async fn apres(etat: &Etat) -> anyhow::Result<()> {
    // The triggers that mark what changed may have been left aside.
    bilan::segments::tout_marquer(etat).await?;
    crate::commandes::preparer_bilans(etat).await
}

async fn semer(s: Seed, etat: &Etat) -> anyhow::Result<()> {
    let mut p = Parametres::usuels(s.participations, s.graine, s.fin.unwrap_or_else(|| etat.horloge.aujourd_hui()));
    p.structures = s.structures.unwrap_or(p.structures);
    p.personnes = s.personnes.unwrap_or(p.personnes);
    println!(
        "Remplissage : {} participations, {} personnes, {} structures, graine {}, du {} au {}",
        p.participations,
        p.personnes,
        p.structures,
        p.graine,
        p.fin.checked_sub_months(chrono::Months::new(60)).unwrap_or(p.fin),
        p.fin
    );
    let debut = std::time::Instant::now();
    let fait = remplir(&etat.base, p, |part, lignes, rythme| {
        eprintln!("{:>3.0} %  {lignes} lignes, {rythme:.0} par seconde", part * 100.0);
    })
    .await?;
    match fait {
        Fait::Rempli(n) => {
            println!("{n} lignes écrites en {:.1} s.", debut.elapsed().as_secs_f64());
            apres(etat).await?;
        }
        Fait::DejaRempli => println!("Cette base contient déjà ce remplissage : rien n’a été écrit."),
    }
    Ok(())
}
