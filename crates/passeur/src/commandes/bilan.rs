//! `passeur bilan`.

use std::time::Instant;

use bilan::{Filtre, segments};
use chrono::{Datelike, NaiveDate};
use clap::{Args, Subcommand};
use socle::{Acteur, Contexte, Etat, identifiant::StructureId};
use uuid::Uuid;

#[derive(Subcommand, Debug)]
pub enum Bilan {
    /// Refait tout ce qui est préparé pour les bilans ; peut se lancer pendant que « serve » tourne
    Rebuild,
    /// Prépare ce qui a changé depuis la dernière fois, comme « serve » le fait de lui-même
    Update,
    /// Compare le bilan préparé à celui que donnent les enregistrements, et dit leurs durées
    Check(Quoi),
    /// Écrit un bilan en JSON
    Show(Quoi),
}

#[derive(Args, Debug)]
pub struct Quoi {
    /// Identifiant d’une structure ; toutes, sinon
    #[arg(long)]
    structure: Option<Uuid>,
    /// Premier jour (1er janvier de l’année du dernier jour, sinon)
    #[arg(long)]
    du: Option<NaiveDate>,
    /// Dernier jour, compris (aujourd’hui, sinon)
    #[arg(long)]
    au: Option<NaiveDate>,
}

impl Quoi {
    fn filtre(&self, aujourd_hui: NaiveDate) -> Filtre {
        let au = self.au.unwrap_or(aujourd_hui);
        let du = self.du.or_else(|| NaiveDate::from_ymd_opt(au.year(), 1, 1)).unwrap_or(au);
        let f = Filtre::de_l_instance(du, au);
        match self.structure {
            Some(s) => Filtre { instance: false, structures: vec![StructureId(s)], ..f },
            None => f,
        }
    }
}

pub async fn executer(b: Bilan, etat: Etat) -> anyhow::Result<()> {
    match b {
        Bilan::Rebuild => {
            segments::tout_marquer(&etat).await?;
            preparer(&etat).await
        }
        Bilan::Update => preparer(&etat).await,
        Bilan::Check(q) => comparer(&etat, &q).await,
        Bilan::Show(q) => {
            let cx = Contexte::lecture(&etat, &Acteur::systeme(), etat.horloge.nouvel_uuid());
            let b = bilan::calculer(&cx, &q.filtre(cx.aujourd_hui())).await.map_err(super::en_mots)?;
            println!("{}", serde_json::to_string_pretty(&b)?);
            Ok(())
        }
    }
}

/// Brings the prepared figures up to date.
pub async fn preparer(etat: &Etat) -> anyhow::Result<()> {
    let mut dit = 0;
    let n = segments::consolider(etat, |n| {
        if n >= dit + 1000 {
            dit = n;
            eprintln!("{n} mois de structures préparés…");
        }
    })
    .await?;
    let agregats = segments::agreger(etat).await?;
    println!("{n} mois de structures préparés, {agregats} mois et années de l’instance.");
    Ok(())
}

async fn comparer(etat: &Etat, q: &Quoi) -> anyhow::Result<()> {
    let cx = Contexte::lecture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid());
    let f = q.filtre(cx.aujourd_hui());
    let debut = Instant::now();
    let prepare = bilan::calculer(&cx, &f).await.map_err(super::en_mots)?;
    let duree = debut.elapsed();
    let debut = Instant::now();
    let attendu = bilan::calculer_des_lignes(&cx, &f).await.map_err(super::en_mots)?;
    let duree_lignes = debut.elapsed();
    let (activites, participations) = (attendu.activites.total, attendu.participations.total);
    println!("{} activités, {} participations.", activites.unwrap_or_default(), participations.unwrap_or_default());
    println!("Bilan préparé : {duree:.1?} ; depuis les enregistrements : {duree_lignes:.1?}.");
    let (a, b) = (serde_json::to_value(&prepare)?, serde_json::to_value(&attendu)?);
    let differents: Vec<String> =
        b.as_object().into_iter().flatten().filter(|(cle, v)| a.get(cle.as_str()) != Some(v)).map(|(cle, _)| cle.clone()).collect();
    anyhow::ensure!(
        differents.is_empty(),
        "les deux bilans diffèrent ({}) : si personne n’a rien enregistré entre les deux, lancez « passeur bilan rebuild » et signalez-le",
        differents.join(", ")
    );
    println!("Les deux bilans sont égaux.");
    Ok(())
}
