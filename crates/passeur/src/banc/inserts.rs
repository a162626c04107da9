//! The bare inserts of one accompaniment, in one transaction each: what recording through the API is
//! measured against. Same driver, same pool, same durability, same rows; no rule, no HTTP.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use clap::Args;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, Value};
use socle::Etat;
use uuid::Uuid;

#[derive(Args, Debug)]
pub struct Inserts {
    /// Transactions menées de front
    #[arg(long, default_value_t = 32)]
    connexions: usize,
    /// Durée de la mesure, en secondes
    #[arg(long, default_value_t = 10)]
    secondes: u64,
    /// Structure, compte et personne des accompagnements écrits
    #[arg(long)]
    structure: Uuid,
    #[arg(long)]
    compte: Uuid,
    #[arg(long)]
    personne: Uuid,
}

/// Measures, then prints one line of JSON: transactions a second, and p50 and p99 in microseconds.
pub async fn mesurer(i: Inserts, etat: &Etat) -> anyhow::Result<()> {
    let fini = Arc::new(AtomicBool::new(false));
    let i = Arc::new(i);
    let debut = Instant::now();
    let travaux: Vec<_> = (0..i.connexions)
        .map(|_| {
            let (etat, fini, i) = (etat.clone(), fini.clone(), i.clone());
            tokio::spawn(async move {
                let mut durees = vec![];
                while !fini.load(Ordering::Relaxed) {
                    let t = Instant::now();
                    inserer(&etat, &i).await?;
                    durees.push(t.elapsed());
                }
                Ok::<_, DbErr>(durees)
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(i.secondes)).await;
    fini.store(true, Ordering::Relaxed);
    let mut durees = vec![];
    for t in travaux {
        durees.extend(t.await??);
    }
    let rythme = durees.len() as f64 / debut.elapsed().as_secs_f64();
    durees.sort_unstable();
    let rang = |p: usize| durees.get(durees.len() * p / 100).map_or(0, Duration::as_micros);
    println!("{{\"par_seconde\":{rythme:.1},\"p50_us\":{},\"p99_us\":{}}}", rang(50), rang(99));
    Ok(())
}

/// The inserts of `mediation::accompagnement::creer` for one person, two thématiques and one material,
/// sent with an id: the claim, the accompaniment, its three codes, the participation, the journal.
async fn inserer(etat: &Etat, i: &Inserts) -> Result<(), DbErr> {
    let tx = etat.base.ecriture().await?;
    let (id, maintenant) = (etat.horloge.nouvel_uuid(), etat.horloge.maintenant());
    let jour = etat.horloge.aujourd_hui();
    executer(
        &tx,
        "INSERT INTO creation (id, objet, empreinte, cree_le) VALUES (@, @, @, @) ON CONFLICT (id) DO NOTHING",
        vec![id.into(), "accompagnement".into(), vec![7_u8; 32].into(), maintenant.into()],
    )
    .await?;
    executer(
        &tx,
        "INSERT INTO accompagnement (id, structure_id, mediateur_id, type_activite, date, duree_minutes, lieu_type, lieu_id, commune, \
         autonomie, titre, niveau, notes, nommes, anonymes, version, cree_le, modifie_le, supprime_le) \
         VALUES (@, @, @, @, @, @, @, @, @, @, @, @, @, @, @, @, @, @, @)",
        vec![
            id.into(),
            i.structure.into(),
            i.compte.into(),
            "individuel".into(),
            jour.into(),
            45.into(),
            "autre".into(),
            None::<Uuid>.into(),
            None::<String>.into(),
            "autonome".into(),
            None::<String>.into(),
            None::<String>.into(),
            None::<String>.into(),
            1.into(),
            0.into(),
            1.into(),
            maintenant.into(),
            maintenant.into(),
            None::<DateTime<Utc>>.into(),
        ],
    )
    .await?;
    let codes = [("thematique", "email"), ("thematique", "bureautique"), ("materiel", "ordinateur")];
    executer(
        &tx,
        "INSERT INTO accompagnement_code (accompagnement_id, axe, code) VALUES (@, @, @), (@, @, @), (@, @, @)",
        codes.iter().flat_map(|(axe, code)| [id.into(), (*axe).into(), (*code).into()]).collect(),
    )
    .await?;
    executer(
        &tx,
        "INSERT INTO participation (accompagnement_id, personne_id, structure_id, date) VALUES (@, @, @, @)",
        vec![id.into(), i.personne.into(), i.structure.into(), jour.into()],
    )
    .await?;
    executer(
        &tx,
        "INSERT INTO journal (id, quand, acteur_id, structure_id, action, objet, objet_id, champs, requete) VALUES (@, @, @, @, @, @, @, @, @)",
        vec![
            etat.horloge.nouvel_uuid().into(),
            maintenant.into(),
            i.compte.into(),
            i.structure.into(),
            "creation".into(),
            "accompagnement".into(),
            id.into(),
            serde_json::json!([]).into(),
            id.into(),
        ],
    )
    .await?;
    tx.commit().await
}

/// `@` stands for each value, in order.
async fn executer(tx: &DatabaseTransaction, sql: &str, valeurs: Vec<Value>) -> Result<(), DbErr> {
    let moteur = tx.get_database_backend();
    let mut n = 0;
    let mut texte = String::with_capacity(sql.len() + 64);
    for c in sql.chars() {
        if c != '@' {
            texte.push(c);
        } else if moteur == DbBackend::Postgres {
            n += 1;
            texte.push_str(&format!("${n}"));
        } else {
            texte.push('?');
        }
    }
    tx.execute_raw(Statement::from_sql_and_values(moteur, texte, valeurs)).await.map(|_| ())
}
