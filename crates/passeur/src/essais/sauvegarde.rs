//! Backup and restore: consistent while eight write, every fault of a file refused, nothing half done.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use essais::{Appli, Moteur, json};
use object_store::{ObjectStore, ObjectStoreExt, memory::InMemory};
use passeur::sauvegarde::{
    archive,
    creer::{creer, releve},
    planifiee::{self, derniere_reussie, dernieres},
    postgres::Instantane,
    restaurer::{restaurer, verifier},
    rotation,
};
use sea_orm::{ConnectionTrait, Database, Statement};
use socle::config::Config;

fn dossier(a: &Appli, nom: &str) -> PathBuf {
    let d = a.etat.config.data_dir.join(nom);
    std::fs::create_dir_all(&d).unwrap();
    d
}

/// The configuration of another, empty instance.
fn ailleurs(d: &Path) -> Config {
    let url = format!("sqlite://{}", d.join("passeur.db").display());
    Config::lire(None, &[("data_dir", d.display().to_string()), ("database_url", url)]).unwrap()
}

async fn sauver(a: &Appli, fichier: &Path) -> passeur::sauvegarde::creer::Faite {
    creer(&a.etat.base, &a.etat.config, &a.etat.horloge, fichier).await.unwrap()
}

async fn textes(base: &Path, sql: &str) -> Vec<String> {
    let db = Database::connect(format!("sqlite://{}?mode=ro", base.display())).await.unwrap();
    let l = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    db.close().await.unwrap();
    l.iter().map(|l| l.try_get_by_index::<String>(0).unwrap()).collect()
}

fn reste(d: &Path) -> Vec<String> {
    let mut v: Vec<String> = std::fs::read_dir(d).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    v.sort();
    v
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn une_sauvegarde_pendant_que_huit_ecrivent_est_d_un_seul_instant() {
    let a = Arc::new(Appli::lancer(Moteur::Sqlite).await);
    let jeton = a.jeton("alpha.mediateur").await;
    let (arret, confirmes, plus_longue) =
        (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(vec![])), Arc::new(Mutex::new(Duration::ZERO)));
    let mut ecrivains = vec![];
    for n in 0..8 {
        let (a, jeton, arret, confirmes, plus_longue) = (a.clone(), jeton.clone(), arret.clone(), confirmes.clone(), plus_longue.clone());
        ecrivains.push(tokio::spawn(async move {
            for i in 0.. {
                if arret.load(Ordering::Relaxed) {
                    break;
                }
                let debut = Instant::now();
                let r = a.api(&jeton, "POST", "/api/v1/personnes", json!({"prenom": "Essai", "nom": format!("Écrivain {n} {i}")})).await;
                assert_eq!(r.statut, 201, "{}", r.corps);
                let mut p = plus_longue.lock().unwrap();
                *p = (*p).max(debut.elapsed());
                confirmes.lock().unwrap().push(r.id());
            }
        }));
    }
    while confirmes.lock().unwrap().len() < 100 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let d = dossier(&a, "sauvegardes");
    let mut avant = vec![];
    for tour in 0..3 {
        avant = confirmes.lock().unwrap().clone();
        sauver(&a, &d.join(format!("{tour}.sauvegarde"))).await;
    }
    let pendant = confirmes.lock().unwrap().len();
    arret.store(true, Ordering::Relaxed);
    for e in ecrivains {
        e.await.unwrap();
    }
    assert!(pendant > 100 && avant.len() >= 100, "les écrivains ont continué");
    assert!(*plus_longue.lock().unwrap() < Duration::from_secs(10), "{plus_longue:?}");
    assert_eq!(reste(&d), ["0.sauvegarde", "1.sauvegarde", "2.sauvegarde"], "rien de provisoire ne reste");

    let la = dossier(&a, "ailleurs");
    let r = restaurer(&ailleurs(&la), &d.join("2.sauvegarde"), false, a.etat.horloge.maintenant()).await.unwrap();
    assert_eq!(r.migrations_appliquees, 0);
    let restauree = la.join("passeur.db");
    // Row by row: each restored person is the very row of the live base, and each acknowledged one is there.
    let lignes = "SELECT lower(hex(id)) || quote(prenom) || quote(nom) || quote(version) FROM personne ORDER BY 1";
    let vivante = PathBuf::from(socle::base::chemin_sqlite(&a.etat.config.url_base()).unwrap());
    let (la_bas, ici) = (textes(&restauree, lignes).await, textes(&vivante, lignes).await);
    assert!(la_bas.iter().all(|l| ici.binary_search(l).is_ok()) && la_bas.len() <= ici.len());
    for id in &avant {
        let id = id.replace('-', "");
        assert!(la_bas.iter().any(|l| l.starts_with(&id)), "{id} était confirmée avant la sauvegarde");
    }
    // One instant: what one transaction wrote in several tables is there wholly or not at all.
    let compte = textes(
        &restauree,
        "SELECT CAST((SELECT count(*) FROM personne) - (SELECT count(*) FROM journal WHERE objet = 'personne' AND action = 'creation') AS text)",
    )
    .await;
    let au_depart = textes(
        &vivante,
        "SELECT CAST((SELECT count(*) FROM personne) - (SELECT count(*) FROM journal WHERE objet = 'personne' AND action = 'creation') AS text)",
    )
    .await;
    assert_eq!(compte, au_depart);
    assert!(textes(&restauree, "SELECT \"table\" FROM pragma_foreign_key_check").await.is_empty());
    assert!(releve(&restauree, r.manifeste.date).await.unwrap().tables == r.manifeste.tables);
}

#[tokio::test]
async fn un_fichier_abime_ou_tronque_est_refuse_et_rien_n_est_touche() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    std::fs::create_dir_all(a.etat.config.data_dir.join("fichiers/pieces")).unwrap();
    std::fs::write(a.etat.config.data_dir.join("fichiers/pieces/note.txt"), "essai").unwrap();
    // An export expires: made by the program itself, under the random name that it has.
    let jeton = a.jeton("alpha.mediateur").await;
    let corps = json!({"contenu": "donnees", "format": "csv", "du": "2026-01-01", "au": "2026-03-10"});
    let export = a.api(&jeton, "POST", "/api/v1/exports", corps).await.id();
    a.travailler().await;
    let r = a.api(&jeton, "GET", &format!("/api/v1/exports/{export}/fichier"), json!(null)).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    let cles = "SELECT cle FROM fichier WHERE etat = 'pret'";
    let base = PathBuf::from(socle::base::chemin_sqlite(&a.etat.config.url_base()).unwrap());
    let cle = textes(&base, cles).await.pop().expect("l’export est un fichier");
    assert!(a.etat.config.data_dir.join("fichiers").join(&cle).exists());
    std::fs::write(a.etat.config.data_dir.join("fichiers/pieces/note.txt#1"), "à moitié").unwrap();
    std::fs::write(a.etat.config.data_dir.join("cles.toml"), "secret").unwrap();
    let d = dossier(&a, "sauvegardes");
    let bon = d.join("bon.sauvegarde");
    let faite = sauver(&a, &bon).await;
    let noms: Vec<_> = faite.manifeste.membres.iter().map(|m| m.nom.as_str()).collect();
    assert_eq!(noms, ["base.db", "fichiers/pieces/note.txt"], "ni la clé, ni ce qui expire");
    verifier(&bon, &d).await.unwrap();
    let octets = std::fs::read(&bon).unwrap();
    assert_eq!(faite.taille, octets.len() as u64);
    let mal = d.join("mal.sauvegarde");
    let la = dossier(&a, "ailleurs");
    let n = octets.len();
    // Bits all over, each byte of the end, and the two sides of each frontier.
    let positions: Vec<usize> = (0..60).map(|i| i * n / 60).chain(n - 60..n).collect();
    for p in positions {
        let mut faux = octets.clone();
        faux[p] ^= 1 << (p % 8);
        std::fs::write(&mal, &faux).unwrap();
        assert!(archive::controler(&mal).is_err(), "octet {p} sur {n}");
    }
    for (cas, faux) in [
        ("bit", {
            let mut f = octets.clone();
            f[n / 2] ^= 4;
            f
        }),
        ("tronquée", octets[..n / 2].to_vec()),
        ("presque entière", octets[..n - 1].to_vec()),
        ("vide", vec![]),
        ("autre chose", b"ceci n'est pas une sauvegarde ".repeat(50)),
    ] {
        std::fs::write(&mal, &faux).unwrap();
        let e = restaurer(&ailleurs(&la), &mal, true, a.etat.horloge.maintenant()).await.unwrap_err().to_string();
        assert!(e.contains("abîmée") && e.contains("rien n’a été touché"), "{cas} : {e}");
        assert!(reste(&la).is_empty(), "{cas} : {:?}", reste(&la));
    }
    restaurer(&ailleurs(&la), &bon, false, a.etat.horloge.maintenant()).await.unwrap();
    assert_eq!(reste(&la), ["fichiers", "passeur.db"]);
    assert_eq!(std::fs::read_to_string(la.join("fichiers/pieces/note.txt")).unwrap(), "essai");
    // Any tool opens it.
    let tar = Command::new("tar").args(["--zstd", "-tf"]).arg(&bon).output();
    if let Some(t) = tar.ok().filter(|t| t.status.success()) {
        assert!(String::from_utf8_lossy(&t.stdout).contains("manifeste.json"));
    }
}

#[tokio::test]
async fn une_base_qui_a_des_donnees_n_est_remplacee_que_sur_demande() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let d = dossier(&a, "sauvegardes");
    let fichier = d.join("un.sauvegarde");
    sauver(&a, &fichier).await;
    assert!(creer(&a.etat.base, &a.etat.config, &a.etat.horloge, &fichier).await.unwrap_err().to_string().contains("existe déjà"));
    a.personne(&jeton, "Essai", "D’après la sauvegarde").await;
    let maintenant = a.etat.horloge.maintenant();
    let e = restaurer(&a.etat.config, &fichier, false, maintenant).await.unwrap_err().to_string();
    assert!(e.contains("--remplacer"), "{e}");
    // The program still serves: never under its feet.
    let e = restaurer(&a.etat.config, &fichier, true, maintenant).await.unwrap_err().to_string();
    assert!(e.contains("tourne encore"), "{e}");
    assert_eq!(a.compter("SELECT count(*) FROM personne WHERE nom LIKE 'D’après%'").await, 1);
    a.etat.base.clone().fermer().await.unwrap();
    let r = restaurer(&a.etat.config, &fichier, true, maintenant).await.unwrap();
    assert_eq!(r.mis_de_cote.len(), 1, "{:?}", r.mis_de_cote);
    let combien = "SELECT CAST(count(*) AS text) FROM personne WHERE nom LIKE 'D’après%'";
    assert_eq!(textes(&r.mis_de_cote[0], combien).await, ["1"]);
    let base = PathBuf::from(socle::base::chemin_sqlite(&a.etat.config.url_base()).unwrap());
    assert_eq!(textes(&base, combien).await, ["0"]);
}

#[tokio::test]
async fn un_schema_plus_recent_est_refuse_un_plus_ancien_est_migre() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let d = dossier(&a, "sauvegardes");
    let fichier = d.join("un.sauvegarde");
    let faite = sauver(&a, &fichier).await;
    let copie = d.join("copie.db");
    archive::extraire(&fichier, &faite.manifeste, &copie, &d).unwrap();
    let emballer = |nom: &str, mut m: passeur::sauvegarde::manifeste::Manifeste| {
        m.membres.clear();
        let vers = d.join(nom);
        archive::ecrire(&vers, &[("base.db".to_owned(), copie.clone())], m).unwrap();
        vers
    };
    let mut recent = faite.manifeste.clone();
    recent.migrations.push("m20991231_000001_demain".into());
    recent.version = "9.9.9".into();
    let recent = emballer("recent.sauvegarde", recent);
    let la = dossier(&a, "ailleurs");
    let e = restaurer(&ailleurs(&la), &recent, true, a.etat.horloge.maintenant()).await.unwrap_err().to_string();
    assert!(e.contains("plus récente") && e.contains("9.9.9"), "{e}");
    assert!(reste(&la).is_empty());

    let db = Database::connect(format!("sqlite://{}?mode=rw", copie.display())).await.unwrap();
    db.execute_unprepared(
        "DROP TABLE noeud; DROP TABLE sauvegarde; DELETE FROM seaql_migrations WHERE version = 'm20261122_000171_exploitation'",
    )
    .await
    .unwrap();
    db.close().await.unwrap();
    let ancien = emballer("ancien.sauvegarde", releve(&copie, a.etat.horloge.maintenant()).await.unwrap());
    let r = restaurer(&ailleurs(&la), &ancien, false, a.etat.horloge.maintenant()).await.unwrap();
    assert_eq!(r.migrations_appliquees, 1);
    assert_eq!(textes(&la.join("passeur.db"), "SELECT CAST(count(*) AS text) FROM sauvegarde").await, ["0"]);

    // A manifest that does not tell the truth about the base.
    let mut faux = releve(&copie, a.etat.horloge.maintenant()).await.unwrap();
    faux.tables.get_mut("utilisateur").unwrap().empreinte = "0".repeat(64);
    let e = verifier(&emballer("faux.sauvegarde", faux), &d).await.unwrap_err().to_string();
    assert!(e.contains("utilisateur : le contenu diffère"), "{e}");
}

/// Every row of every table, read by SQLite itself from both files: the manifest has no part in it.
#[tokio::test]
async fn une_base_restauree_a_les_memes_lignes_une_a_une() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    passeur::demo::charger_si_vide(&a.etat).await.unwrap();
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Ligne \u{0} à ligne, ' \" ; 😀".replace('\0', "").as_str()).await;
    let corps = json!({"type": "individuel", "date": "2026-03-02", "duree_minutes": 30, "lieu_type": "domicile", "thematiques": ["email"], "notes": "Note chiffrée", "personnes": [p]});
    assert_eq!(a.api(&jeton, "POST", "/api/v1/accompagnements", corps).await.statut, 201);
    a.travailler().await;
    let d = dossier(&a, "sauvegardes");
    sauver(&a, &d.join("une")).await;
    let la = dossier(&a, "ailleurs");
    restaurer(&ailleurs(&la), &d.join("une"), false, a.etat.horloge.maintenant()).await.unwrap();
    let vivante = socle::base::chemin_sqlite(&a.etat.config.url_base()).unwrap().to_owned();
    let db = Database::connect(format!("sqlite://{}?mode=rw", la.join("passeur.db").display())).await.unwrap();
    let lire = async |sql: String| {
        let l = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        l.iter().map(|l| l.try_get_by_index::<String>(0).unwrap()).collect::<Vec<_>>()
    };
    db.execute_unprepared(&format!("ATTACH DATABASE '{vivante}' AS vive")).await.unwrap();
    let tables = lire("SELECT name FROM vive.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1".into()).await;
    assert!(tables.len() > 40, "{tables:?}");
    let compter = async |sql: String| lire(format!("SELECT CAST(({sql}) AS TEXT)")).await.remove(0).parse::<i64>().unwrap();
    let mut lignes = 0;
    for t in &tables {
        for (un, autre) in [("vive", "main"), ("main", "vive")] {
            let ecart = compter(format!("SELECT count(*) FROM (SELECT * FROM {un}.\"{t}\" EXCEPT SELECT * FROM {autre}.\"{t}\")")).await;
            assert_eq!(ecart, 0, "{t} : des lignes de {un} manquent à {autre}");
        }
        let (ici, la_bas) =
            (compter(format!("SELECT count(*) FROM vive.\"{t}\"")).await, compter(format!("SELECT count(*) FROM main.\"{t}\"")).await);
        assert_eq!(ici, la_bas, "{t}");
        lignes += ici;
    }
    assert!(lignes > 20, "{lignes}");
    // The comparison sees one letter.
    db.execute_unprepared("UPDATE main.personne SET prenom = 'Assai' WHERE prenom = 'Essai'").await.unwrap();
    assert_eq!(compter("SELECT count(*) FROM (SELECT * FROM vive.personne EXCEPT SELECT * FROM main.personne)".into()).await, 1);
    // Indexes, triggers and constraints too.
    let schema = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM {}.sqlite_master ORDER BY 1";
    assert_eq!(lire(schema.replace("{}", "main")).await, lire(schema.replace("{}", "vive")).await);
}

/// Run by the next test in a process that may not write a large file.
#[tokio::test]
#[ignore = "a part of the next test"]
async fn disque_plein_enfant() {
    let base = socle::base::Base::ouvrir(&std::env::var("ESSAI_BASE").unwrap(), 1).await.unwrap();
    let fichier = PathBuf::from(std::env::var("ESSAI_FICHIER").unwrap());
    let config = ailleurs(fichier.parent().unwrap());
    println!("DEBUT");
    match creer(&base, &config, &socle::horloge::Horloge::Systeme, &fichier).await {
        Ok(_) => println!("FAIT"),
        Err(e) => println!("REFUS {e:#}"),
    }
}

#[tokio::test]
async fn un_disque_plein_se_dit_et_ne_laisse_pas_de_demi_fichier() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let d = dossier(&a, "sauvegardes");
    let octets = sauver(&a, &d.join("mesure")).await.taille;
    std::fs::remove_file(d.join("mesure")).unwrap();
    let fichier = d.join("un.sauvegarde");
    // In 512-byte blocks: too little for the copy of the base, then for the archive alone (a large local
    // file makes it larger than the base), then enough.
    std::fs::create_dir_all(d.join("fichiers")).unwrap();
    let base_octets = std::fs::metadata(socle::base::chemin_sqlite(&a.etat.config.url_base()).unwrap()).unwrap().len();
    let bruit: Vec<u8> = (0..base_octets * 2)
        .scan(7u64, |s, _| {
            *s = s.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            Some((*s >> 33) as u8)
        })
        .collect();
    std::fs::write(d.join("fichiers/bruit"), &bruit).unwrap();
    for (blocs, attendu) in [(octets / 512 / 4, "REFUS"), (base_octets * 3 / 2 / 512, "REFUS"), (base_octets * 20 / 512, "FAIT")] {
        let sortie = Command::new("sh")
            .args([
                "-c",
                &format!("trap '' XFSZ; ulimit -f {blocs}; exec \"$0\" --exact sauvegarde::disque_plein_enfant --ignored --nocapture"),
            ])
            .arg(std::env::current_exe().unwrap())
            .env("ESSAI_BASE", a.etat.config.url_base())
            .env("ESSAI_FICHIER", &fichier)
            .output()
            .unwrap();
        let texte = String::from_utf8_lossy(&sortie.stdout).into_owned() + &String::from_utf8_lossy(&sortie.stderr);
        assert!(texte.contains("DEBUT") && texte.contains(attendu), "{blocs} blocs : {texte}");
        if attendu == "REFUS" {
            assert!(texte.contains("la place manque sur le disque"), "{blocs} blocs : {texte}");
            assert_eq!(reste(&d), ["fichiers"], "{blocs} blocs");
        }
    }
    verifier(&fichier, &d).await.unwrap();
}

#[tokio::test]
async fn la_sauvegarde_planifiee_tourne_et_son_echec_se_voit() {
    let d = std::env::temp_dir().join(format!("passeur-essai-rotation-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&d);
    let destination = d.display().to_string();
    let a = Appli::lancer_avec(Moteur::Sqlite, move |c| c.backup_destination = Some(destination)).await;
    // The destination is a file: it fails, is noted, waits for another try.
    std::fs::write(&d, "").unwrap();
    let admin = a.session("administrateur").await;
    assert_eq!(admin.post("/administration/etat/sauvegarde", &[]).await.statut, 303);
    a.travailler().await;
    let page = admin.get("/administration/etat").await.html;
    assert!(page.contains("Dernier échec") && page.contains("Aucune sauvegarde n’a encore réussi"), "{page}");
    assert_eq!(a.compter("SELECT count(*) FROM tache WHERE genre = 'sauvegarde' AND faite_le IS NULL AND essais = 1").await, 1);
    std::fs::remove_file(&d).unwrap();
    let mut jour: chrono::DateTime<chrono::Utc> = a.etat.horloge.maintenant();
    for _ in 0..20 {
        jour += chrono::TimeDelta::days(1);
        a.regler(&jour.to_rfc3339());
        planifiee::tache(a.etat.clone(), json!({})).await.unwrap();
    }
    let noms = reste(&d);
    // 7 days, and the last of earlier weeks and months.
    assert!((8..=12).contains(&noms.len()) && noms.iter().all(|n| rotation::instant(n).is_some()), "{noms:?}");
    let db = a.etat.base.lecture();
    assert_eq!(derniere_reussie(db).await.unwrap().unwrap().fichier.as_ref(), noms.last());
    assert_eq!(dernieres(db, 100).await.unwrap().len(), 21);
    let admin = a.session("administrateur").await;
    let page = admin.get("/administration/etat").await.html;
    assert!(!page.contains("Aucune sauvegarde") && page.contains(noms.last().unwrap()), "{page}");
    a.regler(&(jour + chrono::TimeDelta::days(3)).to_rfc3339());
    let admin = a.session("administrateur").await;
    assert!(admin.get("/administration/etat").await.html.contains("date de 3\u{a0}jours"));
    std::fs::remove_dir_all(&d).unwrap();
}

#[tokio::test]
async fn une_sauvegarde_va_au_stockage_d_objets() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let magasin: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let prefixe = object_store::path::Path::from("instance/essai");
    let mut jour = a.etat.horloge.maintenant();
    let mut nom = String::new();
    for _ in 0..9 {
        jour += chrono::TimeDelta::days(1);
        nom = rotation::nom(jour);
        planifiee::vers_objets(&a.etat, &magasin, &prefixe, &nom).await.unwrap();
    }
    let octets = magasin.get(&prefixe.clone().join(nom.as_str())).await.unwrap().bytes().await.unwrap();
    let d = dossier(&a, "relu");
    std::fs::write(d.join("relu"), octets).unwrap();
    verifier(&d.join("relu"), &d).await.unwrap();
    let liste = magasin.list_with_delimiter(Some(&prefixe)).await.unwrap().objects;
    assert!((7..=8).contains(&liste.len()), "{}", liste.len());
    assert!(!reste(&a.etat.config.data_dir).iter().any(|n| n.contains("sauvegarde")), "rien ne reste ici");
}

#[tokio::test]
async fn postgresql_restaure_par_ses_outils_se_verifie() {
    let a = Appli::lancer(Moteur::Postgres).await;
    let jeton = a.jeton("alpha.mediateur").await;
    a.personne(&jeton, "Essai", "Pg").await;
    let outils = std::fs::read_dir("/usr/lib/postgresql").unwrap().map(|e| e.unwrap().path().join("bin")).max().unwrap();
    let url = a.etat.config.url_base();
    let dump = a.etat.config.data_dir.join("un.dump");
    let i = Instantane::ouvrir(&a.etat.base).await.unwrap();
    let attendu = i.manifeste(a.etat.horloge.maintenant()).await.unwrap();
    // Written after the snapshot: not in the dump, nor in the manifest.
    a.personne(&jeton, "Essai", "Après").await;
    let fait = Command::new(outils.join("pg_dump"))
        .args(["--format=custom", "--dbname", &url, "--snapshot", &i.numero().await.unwrap(), "--file"])
        .arg(&dump)
        .output()
        .unwrap();
    assert!(fait.status.success(), "{}", String::from_utf8_lossy(&fait.stderr));
    drop(i);
    let neuve = format!("{url}_restauree");
    let admin = Database::connect(&url).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {}", neuve.rsplit('/').next().unwrap())).await.unwrap();
    let fait = Command::new(outils.join("pg_restore"))
        .args(["--no-owner", "--exit-on-error", "--single-transaction", "--dbname", &neuve])
        .arg(&dump)
        .output()
        .unwrap();
    assert!(fait.status.success(), "{}", String::from_utf8_lossy(&fait.stderr));
    let base = socle::base::Base::ouvrir(&neuve, 1).await.unwrap();
    let lire = async || Instantane::ouvrir(&base).await.unwrap().manifeste(attendu.date).await.unwrap();
    assert_eq!(attendu.differences(&lire().await), Vec::<String>::new());
    assert!(attendu.tables["personne"].lignes >= 1);
    let vivante = Instantane::ouvrir(&a.etat.base).await.unwrap().manifeste(attendu.date).await.unwrap();
    assert!(attendu.differences(&vivante).iter().any(|d| d.starts_with("personne : ")), "la personne d’après se voit");
    base.lecture().execute_unprepared("UPDATE personne SET nom = 'Autre' WHERE nom = 'Pg'").await.unwrap();
    assert_eq!(attendu.differences(&lire().await), ["personne : le contenu diffère"]);
    let refus = creer(&a.etat.base, &a.etat.config, &a.etat.horloge, &dump.with_extension("x")).await.unwrap_err();
    assert!(refus.to_string().contains("SQLite"));
}
