//! Exports made in the background, through the router and the job, on both databases.

#[path = "tests/magasin.rs"]
mod magasin;

use std::{
    io::Cursor,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use calamine::{Data, Reader, Xlsx};
use essais::{Appli, Moteur, Navigateur, Value, json};
use magasin::Saturable;
use rstest::rstest;
use sea_orm::ConnectionTrait;
use socle::{
    Contexte, fichiers,
    preparation::{Arret, ESSAIS_MAX, Passe, Table},
};

const FORMULE: &str = "=HYPERLINK(\"http://x.invalid\";\"oui\")";
const PERIODE: &str = "du=2016-03-11&au=2026-03-10";

/// `n` workshops of three anonymous people, over ten years, made by the database itself.
async fn remplir(a: &Appli, n: u64) {
    let jeton = a.jeton("alpha.mediateur").await;
    let corps = json!({"type": "collectif", "titre": FORMULE, "date": "2026-02-02", "duree_minutes": 40, "lieu_type": "autre", "lieu": a.lieu_alpha(), "thematiques": ["email"], "anonymes": {"total": 6}});
    let r = a.api(&jeton, "POST", "/api/v1/accompagnements", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let (id, jour) = match a.etat.base.moteur() {
        sea_orm::DbBackend::Sqlite => ("randomblob(16)", "date('2016-03-11', '+' || (i % 3600) || ' days')"),
        _ => ("gen_random_uuid()", "DATE '2016-03-11' + CAST(i % 3600 AS int)"),
    };
    let autres = "structure_id, mediateur_id, type_activite, duree_minutes, lieu_type, lieu_id, titre, nommes, anonymes, version, cree_le, modifie_le";
    let t = a.etat.base.ecriture().await.unwrap();
    t.execute_unprepared(&format!(
        "WITH RECURSIVE serie(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM serie WHERE i < {})
         INSERT INTO accompagnement (id, date, {autres}) SELECT {id}, {jour}, {autres} FROM serie, (SELECT * FROM accompagnement LIMIT 1) AS modele",
        n - 1
    ))
    .await
    .unwrap();
    t.execute_unprepared(
        "INSERT INTO accompagnement_code (accompagnement_id, axe, code) SELECT id, 'thematique', 'email' FROM accompagnement
         WHERE id NOT IN (SELECT accompagnement_id FROM accompagnement_code)",
    )
    .await
    .unwrap();
    t.commit().await.unwrap();
}

fn demande(contenu: &'static str, format: &'static str) -> [(&'static str, &'static str); 4] {
    [("contenu", contenu), ("format", format), ("du", "2016-03-11"), ("au", "2026-03-10")]
}

async fn demander(s: &Navigateur<'_>, contenu: &'static str, format: &'static str) -> String {
    let r = s.post("/exports", &demande(contenu, format)).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    r.vers.unwrap()
}

/// The objects of the storage, and what a writing may have left.
fn objets(dossier: &Path) -> usize {
    std::fs::read_dir(dossier).into_iter().flatten().flatten().map(|e| if e.path().is_dir() { objets(&e.path()) } else { 1 }).sum()
}

fn objets_de(a: &Appli) -> usize {
    objets(&a.etat.config.data_dir.join("fichiers")) + objets(&a.etat.config.data_dir.join("provisoire"))
}

/// Rows, sum of participants and minutes of a CSV file.
fn additionner_csv(octets: &[u8]) -> (usize, i64, i64) {
    let octets = octets.strip_prefix("\u{feff}".as_bytes()).expect("la marque d’UTF-8");
    let mut r = csv::ReaderBuilder::new().delimiter(b';').from_reader(octets);
    let titres: Vec<String> = r.headers().unwrap().iter().map(str::to_owned).collect();
    let rang = |t: &str| titres.iter().position(|x| x == t).unwrap();
    let (presents, minutes, titre) = (rang("Présents"), rang("Durée (minutes)"), rang("Titre"));
    r.records().map(Result::unwrap).fold((0, 0, 0), |(n, p, m), l| {
        assert!(!l[titre].starts_with('='), "{l:?}");
        (n + 1, p + l[presents].parse::<i64>().unwrap(), m + l[minutes].parse::<i64>().unwrap())
    })
}

/// The same of a spreadsheet, in which nothing is a formula.
fn additionner_xlsx(octets: &[u8]) -> (usize, i64, i64) {
    let mut c: Xlsx<_> = Xlsx::new(Cursor::new(octets.to_vec())).unwrap();
    assert!(c.worksheet_formula("Activités").unwrap().used_cells().all(|(_, _, f)| f.is_empty()));
    let plage = c.worksheet_range("Activités").unwrap();
    let rang = |t: &str| plage.rows().next().unwrap().iter().position(|x| *x == Data::String(t.into())).unwrap();
    let (presents, minutes, titre) = (rang("Présents"), rang("Durée (minutes)"), rang("Titre"));
    let nombre = |d: &Data| if let Data::Float(n) = d { *n as i64 } else { panic!("{d:?} n’est pas un nombre") };
    plage.rows().skip(1).fold((0, 0, 0), |(n, p, m), l| {
        assert_eq!(l[titre], Data::String(FORMULE.into()));
        (n + 1, p + nombre(&l[presents]), m + nombre(&l[minutes]))
    })
}

#[rstest]
#[tokio::test]
async fn une_longue_liste_se_prepare_pour_son_auteur_seul(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    remplir(&a, 6_001).await;
    let s = a.session("alpha.mediateur").await;
    let page = s.get(&format!("/bilan/liste?{PERIODE}")).await;
    assert!(page.html.contains("action=\"/exports\"") && page.html.contains("Préparer un CSV"), "{}", page.html);

    // A double click is one export; another form of file is another.
    let csv = demander(&s, "activites", "csv").await;
    assert_eq!(demander(&s, "activites", "csv").await, csv);
    let xlsx = demander(&s, "donnees", "xlsx").await;
    assert_eq!(a.compter("SELECT COUNT(*) FROM export").await, 2);
    assert_eq!(a.compter("SELECT COUNT(*) FROM tache WHERE genre = 'export'").await, 2);
    assert_eq!(a.compter("SELECT COUNT(*) FROM journal WHERE objet = 'export' AND action = 'export'").await, 2);
    let page = s.get(&csv).await;
    assert!(page.html.contains("Votre export se prépare") && page.html.contains("<noscript><meta http-equiv=\"refresh\""), "{}", page.html);
    assert!(!s.get(&format!("{csv}?pause=oui")).await.html.contains("http-equiv"));
    assert_eq!(s.get(&format!("{csv}/fichier")).await.statut, 409);

    a.travailler().await;
    let page = s.get(&csv).await;
    assert!(page.html.contains("Votre export est prêt") && !page.html.contains("http-equiv"), "{}", page.html);
    let b = a.api(&a.jeton("alpha.mediateur").await, "GET", &format!("/api/v1/bilan?{PERIODE}"), json!(null)).await.corps;
    let attendu = (6_001, b["participations"]["total"].as_i64().unwrap(), b["duree_minutes"].as_i64().unwrap());
    let fichier = s.get(&format!("{csv}/fichier")).await;
    assert_eq!(fichier.entetes["content-disposition"], "attachment; filename=\"activites-2016-03-11-2026-03-10.csv\"");
    assert_eq!(fichier.entetes["content-length"], fichier.octets.len().to_string());
    assert_eq!(additionner_csv(&fichier.octets), attendu);
    assert_eq!(additionner_xlsx(&s.get(&format!("{xlsx}/fichier")).await.octets), attendu);
    assert_eq!(a.compter("SELECT COUNT(*) FROM journal WHERE objet = 'export' AND action = 'ouverture'").await, 2);
    assert_eq!(objets_de(&a), 2);

    // Nobody else, whatever their rights.
    for autre in ["alpha.responsable", "alpha.coordinateur", "administrateur", "beta.responsable"] {
        let (n, jeton) = (a.session(autre).await, a.jeton(autre).await);
        for suite in ["", "/fichier", "/supprimer"] {
            assert_eq!(n.get(&format!("{csv}{suite}")).await.statut, 404, "{autre} {suite}");
        }
        assert_eq!(n.post(&format!("{csv}/supprimer"), &[]).await.statut, 404);
        assert_eq!(n.post(&format!("{csv}/relancer"), &[]).await.statut, 404);
        assert!(!n.get("/exports").await.html.contains(&csv));
        for (methode, suite) in [("GET", ""), ("GET", "/fichier"), ("DELETE", "")] {
            assert_eq!(a.api(&jeton, methode, &format!("/api/v1{csv}{suite}"), json!(null)).await.statut, 404, "{autre}");
        }
    }

    // Deleted by hand, then by time.
    assert_eq!(s.post(&format!("{xlsx}/supprimer"), &[]).await.statut, 303);
    assert_eq!(s.get(&xlsx).await.statut, 404);
    a.travailler().await;
    assert_eq!((objets_de(&a), a.compter("SELECT COUNT(*) FROM fichier").await), (1, 1));
    a.regler("2026-03-17T08:59:00Z");
    let s = a.session("alpha.mediateur").await;
    assert_eq!(s.get(&format!("{csv}/fichier")).await.statut, 200);
    a.regler("2026-03-17T09:00:01Z");
    assert_eq!(s.get(&format!("{csv}/fichier")).await.statut, 404);
    a.travailler().await;
    assert_eq!((objets_de(&a), a.compter("SELECT COUNT(*) FROM fichier").await, a.compter("SELECT COUNT(*) FROM export").await), (0, 0, 0));
}

#[rstest]
#[tokio::test]
async fn un_disque_plein_se_dit_et_ne_laisse_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let magasin = Saturable::default();
    assert!(a.etat.depot.set(fichiers::Depot::avec(std::sync::Arc::new(magasin.clone()))).is_ok());
    remplir(&a, 50).await;
    let s = a.session("alpha.mediateur").await;
    magasin.plein.store(true, Ordering::Relaxed);
    let mut export = String::new();
    for format in ["csv", "xlsx"] {
        export = demander(&s, "activites", format).await;
        a.travailler().await;
        let page = s.get(&export).await;
        assert!(page.html.contains("n’a pas pu être préparé") && page.html.contains("Le disque du serveur est plein"), "{}", page.html);
        assert!(s.get("/exports").await.html.contains("Le disque du serveur est plein"));
        assert_eq!(s.get(&format!("{export}/fichier")).await.statut, 409);
        assert_eq!((magasin.nombre().await, a.compter("SELECT COUNT(*) FROM fichier").await), (0, 0));
    }
    magasin.plein.store(false, Ordering::Relaxed);
    assert_eq!(s.post(&format!("{export}/relancer"), &[]).await.statut, 303);
    a.travailler().await;
    assert_eq!(additionner_xlsx(&s.get(&format!("{export}/fichier")).await.octets).0, 50);
    assert_eq!(s.post(&format!("{export}/relancer"), &[]).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn un_noeud_qui_meurt_est_remplace_et_deux_noeuds_font_un_fichier(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    remplir(&a, 2_500).await;
    let s = a.session("alpha.mediateur").await;
    let export = demander(&s, "donnees", "csv").await;
    // A node takes the job, begins the file, and dies: neither its lease nor its file end.
    let tache = socle::tache::prendre(&a.etat).await.unwrap().unwrap();
    assert_eq!(tache.genre, "export");
    let nouveau = fichiers::Nouveau {
        structure: None,
        proprietaire: None,
        nom: "x".into(),
        media: "text/csv".into(),
        expire_le: None,
        maximum: None,
    };
    let mut morte = fichiers::Ecriture::commencer(&a.etat, nouveau).await.unwrap();
    morte.ecrire(&vec![b'x'; 6_000_000]).await.unwrap();
    std::mem::forget(morte);
    a.travailler().await;
    assert!(s.get(&export).await.html.contains("se prépare"));
    a.regler("2026-03-10T09:05:01Z");
    a.travailler().await;
    assert_eq!(additionner_csv(&s.get(&format!("{export}/fichier")).await.octets).0, 2_500);
    // What the dead one left goes after a day.
    assert_eq!((objets_de(&a), a.compter("SELECT COUNT(*) FROM fichier").await), (2, 2));
    a.regler("2026-03-11T09:10:00Z");
    assert_eq!(fichiers::balayer(&a.etat, a.horloge.maintenant()).await.unwrap(), 1);
    assert_eq!((objets_de(&a), a.compter("SELECT COUNT(*) FROM fichier").await), (1, 1));

    // Two nodes on one export: the later takes over, one file is left.
    let s = a.session("alpha.mediateur").await;
    let double = demander(&s, "activites", "csv").await;
    let charge = json!({"export": double.rsplit('/').next().unwrap()});
    let (un, deux) =
        tokio::join!(passeur::exports::preparer(a.etat.clone(), charge.clone()), passeur::exports::preparer(a.etat.clone(), charge));
    assert_eq!((un, deux), (Ok(()), Ok(())));
    a.travailler().await;
    assert_eq!(additionner_csv(&s.get(&format!("{double}/fichier")).await.octets).0, 2_500);
    assert_eq!((objets_de(&a), a.compter("SELECT COUNT(*) FROM fichier WHERE etat = 'pret'").await), (2, 2));
}

/// What a library does that writes to a full disk.
fn disque_plein() -> Result<(), Arret> {
    panic!("StorageFull")
}

#[rstest]
#[tokio::test]
async fn ce_qui_panique_ou_recommence_sans_fin_est_abandonne(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    remplir(&a, 20).await;
    let s = a.session("alpha.mediateur").await;
    let table = Table { nom: "export", conservation: bilan::differe::CONSERVATION, balayage: bilan::differe::TACHE_BALAYAGE };
    let commencees = AtomicUsize::new(0);
    for (essais, commence, dit) in [(1, 1, "Le disque du serveur est plein"), (ESSAIS_MAX + 1, 1, "n’a pas pu être préparé")] {
        let export = demander(&s, "donnees", "csv").await;
        let id = export.rsplit('/').next().unwrap().parse().unwrap();
        let prise = table.prendre(&a.etat, id).await.unwrap();
        let faire = async {
            commencees.fetch_add(1, Ordering::Relaxed);
            disque_plein()
        };
        assert_eq!(table.mener(&a.etat, Passe { id, prise, essais }, faire).await, Ok(()));
        assert_eq!(commencees.load(Ordering::Relaxed), commence, "given up before it begins again");
        let page = s.get(&export).await.html;
        assert!(page.contains("n’a pas pu être préparé") && page.contains(dit), "{page}");
    }
    // Its author may ask again; the jobs left behind do nothing.
    let export = demander(&s, "donnees", "csv").await;
    a.travailler().await;
    assert_eq!(additionner_csv(&s.get(&format!("{export}/fichier")).await.octets).0, 20);
    assert_eq!(objets_de(&a), 1);
}

#[rstest]
#[tokio::test]
async fn les_droits_sont_ceux_de_la_liste(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    remplir(&a, 20).await;
    let structure = a.structure_alpha();
    // Who coordinates has neither names, nor titles, nor who was named; another structure has nothing.
    let c = a.session("alpha.coordinateur").await;
    let mut avec_noms = demande("donnees", "csv").to_vec();
    avec_noms.push(("noms", "oui"));
    assert_eq!(c.post("/exports", &avec_noms).await.statut, 403);
    let export = demander(&c, "donnees", "csv").await;
    let b = a.session("beta.mediateur").await;
    let mut ailleurs = demande("donnees", "csv").to_vec();
    ailleurs.push(("structure", &structure));
    assert_eq!(b.post("/exports", &ailleurs).await.statut, 404);
    assert_eq!(a.session("administrateur").await.post("/exports", &demande("donnees", "csv")).await.statut, 403);
    for (champ, valeur, statut) in [("format", "exe", 422), ("du", "2026-02-30", 422), ("inconnu", "1", 400)] {
        let mut faux: Vec<_> = demande("donnees", "csv").into_iter().filter(|(n, _)| *n != champ).collect();
        faux.push((champ, valeur));
        let r = c.post("/exports", &faux).await;
        assert_eq!(r.statut, statut, "{champ} {}", r.html);
    }
    // An account closed in between gets nothing; its export says why.
    let s = a.session("alpha.mediateur").await;
    let ferme = demander(&s, "donnees", "csv").await;
    let t = a.etat.base.ecriture().await.unwrap();
    t.execute_unprepared(&format!("UPDATE utilisateur SET actif = false WHERE email = '{}'", essais::email("alpha.mediateur")))
        .await
        .unwrap();
    t.commit().await.unwrap();
    a.travailler().await;
    let raison = format!(
        "SELECT COUNT(*) FROM export WHERE etat = 'echoue' AND raison LIKE '%plus de fonction%' AND fichier_id IS NULL AND id = {}",
        litteral(&a, &ferme)
    );
    assert_eq!(a.compter(&raison).await, 1);
    let texte = String::from_utf8(c.get(&format!("{export}/fichier")).await.octets).unwrap();
    assert!(texte.lines().count() == 21 && !texte.contains("HYPERLINK") && !texte.contains("Dont nommés"), "{texte}");
    // A right lost is lost for the file too.
    let t = a.etat.base.ecriture().await.unwrap();
    t.execute_unprepared("DELETE FROM fonction WHERE role = 'coordinateur'").await.unwrap();
    t.commit().await.unwrap();
    assert_eq!(c.get(&format!("{export}/fichier")).await.statut, 404);
}

/// The id at the end of an address, as SQL writes it.
fn litteral(a: &Appli, adresse: &str) -> String {
    let id: uuid::Uuid = adresse.rsplit('/').next().unwrap().parse().unwrap();
    match a.etat.base.moteur() {
        sea_orm::DbBackend::Sqlite => format!("x'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

#[rstest]
#[tokio::test]
async fn par_l_api(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    remplir(&a, 30).await;
    let jeton = a.jeton_de_portee("alpha.mediateur", socle::droits::Portee::Lecture).await;
    let corps = json!({"contenu": "donnees", "format": "csv", "du": "2016-03-11", "au": "2026-03-10", "type": "collectif"});
    let cle = [("idempotency-key", "essai")];
    let r = a.api_avec(&jeton, "POST", "/api/v1/exports", &corps, &cle).await;
    assert_eq!((r.statut, &r.corps["etat"]), (202, &json!("attente")), "{}", r.corps);
    let ici = r.entetes["location"].to_str().unwrap().to_owned();
    assert_eq!(a.api(&jeton, "GET", &ici, json!(null)).await.statut, 202);
    assert_eq!(a.api(&jeton, "GET", &format!("{ici}/fichier"), json!(null)).await.statut, 409);
    a.travailler().await;
    let r2 = a.api_avec(&jeton, "POST", "/api/v1/exports", &corps, &cle).await;
    assert_eq!((r2.statut, r2.id()), (200, r.id()));
    let pret = a.api(&jeton, "GET", &ici, json!(null)).await;
    assert_eq!((pret.statut, &pret.corps["etat"], &pret.corps["lignes"]), (200, &json!("pret"), &json!(30)));
    let fichier = a.api(&jeton, "GET", pret.corps["fichier"].as_str().unwrap(), json!(null)).await;
    assert_eq!(fichier.octets.len() as i64, pret.corps["taille"].as_i64().unwrap());
    assert_eq!(additionner_csv(&fichier.octets), (30, 180, 1200));
    // A token of figures does not see what the account may read with more.
    let chiffres = a.jeton_de_portee("alpha.mediateur", socle::droits::Portee::Bilan).await;
    assert_eq!(a.api(&chiffres, "GET", &ici, json!(null)).await.statut, 404);
    assert_eq!(a.api(&jeton, "POST", "/api/v1/exports", json!({"contenu": "tout", "format": "csv"})).await.statut, 422);
    assert_eq!(a.api(&jeton, "DELETE", &ici, json!(null)).await.statut, 204);
    assert_eq!(a.api(&jeton, "GET", "/api/v1/exports", json!(null)).await.corps["elements"], Value::Array(vec![]));
}

#[rstest]
#[tokio::test]
async fn un_instantane_ne_bouge_pas(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    remplir(&a, 10).await;
    let cx = Contexte::instantane(&a.etat, &socle::Acteur::systeme(), uuid::Uuid::nil()).await.unwrap();
    let compter = async || {
        let db = cx.db();
        let q = sea_orm::Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) AS n FROM accompagnement_code");
        db.query_one_raw(q).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap()
    };
    let avant = compter().await;
    let t = a.etat.base.ecriture().await.unwrap();
    t.execute_unprepared("DELETE FROM accompagnement_code").await.unwrap();
    t.commit().await.unwrap();
    assert_eq!((compter().await, avant), (10, 10));
    assert_eq!(a.compter("SELECT COUNT(*) FROM accompagnement_code").await, 0);
    // And it writes nothing.
    assert!(cx.db().execute_unprepared("DELETE FROM accompagnement").await.is_err());
}
