//! Periodic work through the queue, on both engines: both daylight-saving nights, a stop, two nodes.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use essais::{Appli, Moteur};
use rstest::rstest;
use socle::{
    Etat,
    planification::{Cadence, Planning, Vues, planifier},
    tache::{Executants, executer_une},
};

const NOM: &str = "essai_periodique";

fn planning() -> Planning {
    Planning::default().avec(NOM, Cadence::a(2, 30))
}

/// A kind of job that counts how often it is run.
fn compteur() -> (Executants, Arc<AtomicU32>) {
    let n = Arc::new(AtomicU32::new(0));
    let compte = n.clone();
    let executants = Executants::default().avec(NOM, move |_: Etat, charge| {
        assert!(charge["occurrence"].is_string());
        compte.fetch_add(1, Ordering::Relaxed);
        async { Ok(()) }
    });
    (executants, n)
}

/// Looks at each half hour from `du` for `heures`, as a node that runs, and runs the jobs; gives how many ran.
async fn veille(a: &Appli, du: &str, heures: i64) -> u32 {
    let (executants, n) = compteur();
    let mut vues = Vues::default();
    let du: chrono::DateTime<chrono::Utc> = du.parse().unwrap();
    for demi in 0..heures * 2 {
        a.horloge.regler(du + chrono::TimeDelta::minutes(30 * demi));
        planifier(&a.etat, &planning(), &mut vues).await.unwrap();
        while executer_une(&a.etat, &executants).await.unwrap() {}
    }
    n.load(Ordering::Relaxed)
}

#[rstest]
#[tokio::test]
async fn une_fois_par_jour_meme_les_nuits_ou_l_heure_change(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    // From 20:00 in France: the occurrence of the day before is caught up, then that of the night, once.
    assert_eq!(veille(&a, "2026-03-28T19:00:00Z", 20).await, 2, "2 h 30 n’existe pas");
    assert_eq!(a.compter("SELECT count(*) FROM occurrence WHERE occurrence IN ('2026-03-28', '2026-03-29')").await, 2);
    assert_eq!(veille(&a, "2026-10-24T18:00:00Z", 20).await, 2, "2 h 30 vient deux fois");
    assert_eq!(a.compter("SELECT count(*) FROM occurrence WHERE occurrence IN ('2026-10-24', '2026-10-25')").await, 2);
    // A node that starts again the same day does it no more.
    assert_eq!(veille(&a, "2026-10-25T14:00:00Z", 4).await, 0);
}

#[rstest]
#[tokio::test]
async fn apres_un_arret_le_travail_se_rattrape_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    assert_eq!(veille(&a, "2026-03-10T09:00:00Z", 1).await, 1);
    assert_eq!(veille(&a, "2026-03-20T09:00:00Z", 1).await, 1, "dix jours d’arrêt, un seul rattrapage");
    assert_eq!(a.compter("SELECT count(*) FROM occurrence").await, 2);
    // Old occurrences are forgotten.
    assert_eq!(veille(&a, "2026-04-15T09:00:00Z", 1).await, 1);
    assert_eq!(a.compter("SELECT count(*) FROM occurrence").await, 2);
}

#[rstest]
#[tokio::test]
async fn plusieurs_noeuds_n_inscrivent_qu_une_occurrence(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let noeuds = (0..8).map(|_| {
        let etat = a.etat.clone();
        tokio::spawn(async move { planifier(&etat, &planning(), &mut Vues::default()).await })
    });
    let mut inscrites = 0;
    for n in noeuds.collect::<Vec<_>>() {
        inscrites += n.await.unwrap().unwrap();
    }
    assert_eq!(inscrites, 1);
    assert_eq!(a.compter(&format!("SELECT count(*) FROM tache WHERE genre = '{NOM}'")).await, 1);
    let (executants, n) = compteur();
    let coureurs = (0..4).map(|_| {
        let (etat, executants) = (a.etat.clone(), executants.clone());
        tokio::spawn(async move { while executer_une(&etat, &executants).await.unwrap() {} })
    });
    for c in coureurs.collect::<Vec<_>>() {
        c.await.unwrap();
    }
    assert_eq!(n.load(Ordering::Relaxed), 1);
}
