//! What befalls a machine: a full disk under the database, a mail server away for a day, a clock set back.
//! Clear words, the right status, nothing half-written, nothing acknowledged lost.

use std::sync::{Arc, Mutex};

use essais::{Appli, Moteur, Value, email, json};
use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};
use socle::{Etat, tache::executer_une};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

/// Lets the database of SQLite grow by `pages` more, as a disk that fills up; `None`: as it likes.
async fn limiter(a: &Appli, pages: Option<i64>) {
    let maximum = match pages {
        Some(n) => a.compter("SELECT page_count FROM pragma_page_count()").await + n,
        None => 1_000_000_000,
    };
    // One connection writes: the limit is its own.
    let tx = a.etat.base.ecriture().await.unwrap();
    tx.query_one_raw(Statement::from_string(tx.get_database_backend(), format!("PRAGMA max_page_count = {maximum}"))).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn une_base_pleine_le_dit_et_ne_perd_rien() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let j = a.jeton("alpha.mediateur").await;
    let s = a.session("alpha.mediateur").await;
    limiter(&a, Some(12)).await;
    let mut acquis = vec![];
    let refus = loop {
        let corps = json!({"prenom": "Essai", "nom": format!("Plein {}", acquis.len()), "notes": "Une note assez longue. ".repeat(80)});
        let r = a.api(&j, "POST", "/api/v1/personnes", corps).await;
        if r.statut != 201 {
            break r;
        }
        acquis.push(r.id());
        assert!(acquis.len() < 1000, "le disque ne se remplit pas");
    };
    assert_eq!((refus.statut, &refus.corps["type"]), (507, &json!("/problemes/stockage-plein")), "{}", refus.corps);
    assert!(refus.corps["detail"].as_str().unwrap().contains("disque du serveur est plein"), "{}", refus.corps);
    let page = s.post("/personnes/nouvelle", &[("prenom", "Page"), ("nom", "Pleine"), ("notes", &"Longue note. ".repeat(300))]).await;
    assert_eq!(page.statut, 507);
    assert!(page.html.contains("Il n’y a plus de place") && page.html.contains("n’est pas perdu"), "{}", page.html);
    // Nothing half-written: a person, its journal, its claim, its index go together; and reading goes on.
    assert_eq!(a.compter("SELECT count(*) FROM personne").await, acquis.len() as i64);
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE objet = 'personne' AND action = 'creation'").await, acquis.len() as i64);
    let liste = a.api(&j, "GET", "/api/v1/personnes?limite=200", Value::Null).await;
    assert_eq!(liste.corps["elements"].as_array().unwrap().len(), acquis.len());
    // A file is not opened without the journal saying so: that too is told.
    let fiche = format!("/api/v1/personnes/{}", acquis[0]);
    assert!([200, 507].contains(&a.api(&j, "GET", &fiche, Value::Null).await.statut));
    assert_eq!(s.get("/personnes").await.statut, 200);
    // Room is made: all goes on, without starting again.
    limiter(&a, None).await;
    for id in &acquis {
        let r = a.api(&j, "GET", &format!("/api/v1/personnes/{id}"), Value::Null).await;
        assert!(r.statut == 200 && r.corps["notes"].as_str().unwrap().len() > 1000, "{}", r.corps);
    }
    assert_eq!(a.api(&j, "POST", "/api/v1/personnes", json!({"prenom": "Essai", "nom": "Après"})).await.statut, 201);
    assert_eq!(a.compter("SELECT count(*) FROM pragma_integrity_check() WHERE integrity_check = 'ok'").await, 1);
}

/// A mail server that accepts all and keeps it; it listens until dropped.
async fn serveur_smtp(port: u16) -> Arc<Mutex<Vec<String>>> {
    let recus: Arc<Mutex<Vec<String>>> = Arc::default();
    let ecoute = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let garde = recus.clone();
    tokio::spawn(async move {
        while let Ok((flux, _)) = ecoute.accept().await {
            let garde = garde.clone();
            tokio::spawn(async move {
                let (lire, mut ecrire) = flux.into_split();
                let mut lignes = BufReader::new(lire).lines();
                ecrire.write_all(b"220 essai.invalid\r\n").await.unwrap();
                let mut lettre: Option<String> = None;
                while let Ok(Some(l)) = lignes.next_line().await {
                    if let Some(texte) = lettre.as_mut() {
                        if l == "." {
                            garde.lock().unwrap().push(lettre.take().unwrap());
                            ecrire.write_all(b"250 prise\r\n").await.unwrap();
                        } else {
                            *texte += &format!("{l}\n");
                        }
                        continue;
                    }
                    let reponse = match l.get(..4).unwrap_or("").to_ascii_uppercase().as_str() {
                        "DATA" => {
                            lettre = Some(String::new());
                            "354 allez"
                        }
                        "QUIT" => "221 adieu",
                        _ => "250 bien",
                    };
                    if ecrire.write_all(format!("{reponse}\r\n").as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    recus
}

async fn travailler(etat: &Etat) {
    let executants = passeur::commandes::executants();
    while executer_une(etat, &executants).await.unwrap() {}
}

#[rstest]
#[tokio::test]
async fn un_serveur_de_courriel_absent_un_jour_ne_perd_aucun_courriel(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    // A port that nobody listens to.
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let a = Appli::lancer_avec(moteur, |c| c.smtp_url = Some(format!("smtp://127.0.0.1:{port}").into())).await;
    let e = &a.etat;
    let courrier = passeur::courrier::selon(&e.config).unwrap();
    let etat = Etat::new(e.base.clone(), a.horloge.clone(), e.config.clone(), courrier, e.documents.clone(), e.coffre.clone());
    let s = a.session("alpha.responsable").await;
    for n in 0..3 {
        let adresse = email(&format!("membre.{n}"));
        let r = s.post("/equipe", &[("email", adresse.as_str()), ("nom", "Membre d’essai"), ("role", "mediateur")]).await;
        assert_eq!(r.statut, 303, "{}", r.html);
    }
    let depart: chrono::DateTime<chrono::Utc> = essais::INSTANT.parse().unwrap();
    for quart in 0..=96 {
        a.horloge.regler(depart + chrono::TimeDelta::minutes(15 * quart));
        travailler(&etat).await;
    }
    let en_attente = "SELECT count(*) FROM tache WHERE genre = 'courriel' AND faite_le IS NULL AND abandonnee_le IS NULL";
    assert_eq!(a.compter(en_attente).await, 3);
    let essais = a.compter("SELECT CAST(max(essais) AS bigint) FROM tache WHERE genre = 'courriel'").await;
    assert!((8..20).contains(&essais), "{essais} essais en un jour : ni acharnement, ni abandon");
    let page = a.session("administrateur").await.get("/administration/etat").await;
    assert!(page.html.contains("Envoi d’un courriel") && page.html.contains("Le serveur de courriel ne répond pas"), "{}", page.html);
    assert!(!page.html.contains("membre.0"), "ni l’adresse de quelqu’un");

    let recus = serveur_smtp(port).await;
    for heure in 1..=7 {
        a.horloge.regler(depart + chrono::TimeDelta::hours(24 + heure));
        travailler(&etat).await;
    }
    let lettres = recus.lock().unwrap().clone();
    assert_eq!(lettres.len(), 3, "chacun une fois : {lettres:?}");
    for n in 0..3 {
        assert_eq!(lettres.iter().filter(|l| l.contains(&format!("To: {}", email(&format!("membre.{n}"))))).count(), 1);
    }
    assert_eq!(a.compter(en_attente).await, 0);
    // What the mail said is not kept.
    assert_eq!(a.compter("SELECT count(*) FROM tache WHERE genre = 'courriel' AND CAST(charge AS TEXT) LIKE '%membre%'").await, 0);
}

#[rstest]
#[tokio::test]
async fn une_horloge_qui_recule_n_enferme_personne_dehors(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    // A failure, a success and work of the day, then the machine's clock is set an hour back.
    let visiteur = a.navigateur();
    assert_eq!(visiteur.entrer("alpha.mediateur", "faux").await.statut, 422);
    let s = a.session("alpha.responsable").await;
    assert!(a.planifier().await > 0);
    let avant = a.personne(&j, "Essai", "Avant").await;
    a.regler("2026-03-10T08:00:00Z");
    assert_eq!(s.get("/personnes").await.statut, 200, "la session tient");
    drop(a.session("alpha.mediateur").await);
    assert_eq!(a.navigateur().entrer("alpha.coordinateur", "faux").await.statut, 422, "un mot faux, non une attente");
    let apres = a.personne(&j, "Essai", "Après").await;
    let r = a.api(&j, "PATCH", &format!("/api/v1/personnes/{avant}"), json!({"surnom": "Vu"})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    let liste = a.api(&j, "GET", "/api/v1/personnes", Value::Null).await.corps.to_string();
    assert!(liste.contains(&avant) && liste.contains(&apres), "{liste}");
    // Calendars followed are read every half-hour, at this one too; the work of the day is not done again.
    assert!(a.planifier().await <= 1, "le travail du jour n’est pas refait");
    // Jobs entered before the step wait for the hour to come again, and run once.
    a.travailler().await;
    a.regler("2026-03-10T09:00:01Z");
    a.travailler().await;
    assert_eq!(a.compter("SELECT count(*) FROM tache WHERE faite_le IS NULL AND pas_avant <= CURRENT_TIMESTAMP AND essais = 0").await, 0);
    assert_eq!(a.compter("SELECT CAST(max(essais) AS bigint) FROM tache").await, 1);
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE objet = 'personne' AND action = 'creation'").await, 2);
}
