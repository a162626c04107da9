//! The safe: nothing about a person is left in clear, keys change while people work, and a wrong key stops
//! everything before anything is written. On both engines.

use std::path::Path;

use essais::{Appli, Moteur, Value, json};
use passeur::champs_scelles;
use rstest::rstest;
use sea_orm::{ConnectionTrait, DbBackend, Statement, entity::prelude::Uuid};
use socle::{
    Contexte, Etat,
    base::Base,
    coffre::{Champ, Coffre, EFFACE, PERDU, ouverture, passe, rotation},
};

const NOTES: Champ = Champ::texte("personne", "notes");

/// What a test types, and looks for: nothing else holds these letters.
const MARQUE: &str = "zqxmarque";

async fn sql(a: &Appli, ordre: &str) {
    let tx = a.etat.base.ecriture().await.unwrap();
    tx.execute_unprepared(ordre).await.unwrap();
    tx.commit().await.unwrap();
}

async fn textes(a: &Appli, requete: &str) -> Vec<String> {
    let db = a.etat.base.lecture();
    let lignes = db.query_all_raw(Statement::from_string(db.get_database_backend(), requete)).await.unwrap();
    lignes.into_iter().map(|l| l.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default()).collect()
}

/// The literal of an id, on either engine.
fn litteral(a: &Appli, id: &str) -> String {
    match a.etat.base.moteur() {
        DbBackend::Postgres => format!("'{id}'"),
        _ => format!("x'{}'", id.replace('-', "")),
    }
}

/// All that the database holds, as text.
async fn tout(a: &Appli) -> String {
    let mut dit = String::new();
    if a.etat.base.moteur() == DbBackend::Postgres {
        let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
        for t in textes(a, tables).await {
            dit += &textes(a, &format!("SELECT t::text FROM \"{t}\" t")).await.join("\n");
        }
        return dit;
    }
    for t in textes(a, "SELECT name FROM sqlite_master WHERE type = 'table'").await {
        for c in textes(a, &format!("SELECT name FROM pragma_table_info('{t}')")).await {
            dit += &textes(
                a,
                &format!("SELECT CASE typeof(\"{c}\") WHEN 'blob' THEN hex(\"{c}\") ELSE CAST(\"{c}\" AS TEXT) END FROM \"{t}\""),
            )
            .await
            .join("\n");
        }
    }
    // The file itself: tables, indexes, free pages, and what was not yet written back to it.
    sql_seul(a, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let fichier = a.etat.config.url_base().replace("sqlite://", "");
    for f in [fichier.clone(), format!("{fichier}-wal")] {
        dit += &String::from_utf8_lossy(&std::fs::read(f).unwrap_or_default());
    }
    dit
}

/// A pragma does nothing inside a transaction: a connection of its own.
async fn sql_seul(a: &Appli, ordre: &str) {
    let c = sea_orm::Database::connect(a.etat.config.url_base()).await.unwrap();
    c.execute_unprepared(ordre).await.unwrap();
    c.close().await.unwrap();
}

/// What another node, or the same one started again, opens.
async fn demarrer(a: &Appli) -> Result<Etat, ouverture::Refus> {
    let base = Base::ouvrir(&a.etat.config.url_base(), 2).await?;
    let (coffre, _) = ouverture::ouvrir(&base, &a.etat.config.chemin_cles(), a.horloge.maintenant()).await?;
    Ok(Etat::new(base, a.horloge.clone(), a.etat.config.clone(), a.etat.courrier.clone(), a.etat.documents.clone(), coffre))
}

async fn bilan(a: &Appli) -> passe::Bilan {
    passe::verifier_tout(a.etat.base.lecture(), &a.etat.coffre, &champs_scelles()).await.unwrap()
}

async fn poster(a: &Appli, j: &str, chemin: &str, corps: Value) -> String {
    let r = a.api(j, "POST", chemin, corps).await;
    assert_eq!(r.statut, 201, "{chemin} {}", r.corps);
    r.id()
}

async fn changer(a: &Appli, j: &str, chemin: &str, corps: Value) {
    let r = a.api(j, "PATCH", chemin, corps).await;
    assert_eq!(r.statut, 200, "{chemin} {}", r.corps);
}

async fn personne_notee(a: &Appli, j: &str, note: &str) -> String {
    poster(a, j, "/api/v1/personnes", json!({"prenom": "Zélie", "nom": "Essai", "notes": note})).await
}

#[rstest]
#[tokio::test]
async fn rien_de_ce_qui_est_ecrit_sur_quelqu_un_n_est_en_clair(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let mut n = 0;
    let mut m = || {
        n += 1;
        format!("{MARQUE}{n:02} à l’oral")
    };
    let p = poster(&a, &j, "/api/v1/personnes", json!({"prenom": "Zélie", "nom": "Essai", "notes": m(), "amenagements": m()})).await;
    changer(&a, &j, &format!("/api/v1/personnes/{p}"), json!({"notes": m()})).await;
    let accueil = poster(&a, &j, "/api/v1/accueils", json!({"personne": p, "motif": m()})).await;
    changer(&a, &j, &format!("/api/v1/accueils/{accueil}"), json!({"motif": m()})).await;
    let d = json!({"personne": p, "objectif": m(), "constats": m(), "etapes": [m(), m()], "convenu": true});
    let diagnostic = poster(&a, &j, "/api/v1/diagnostics", d).await;
    let plan = poster(&a, &j, "/api/v1/parcours", json!({"personne": p, "diagnostic": diagnostic})).await;
    let objectif = poster(&a, &j, &format!("/api/v1/parcours/{plan}/objectifs"), json!({"libelle": m()})).await;
    changer(&a, &j, &format!("/api/v1/parcours/{plan}/objectifs/{objectif}"), json!({"libelle": m(), "statut": "atteint"})).await;
    let etape = poster(&a, &j, &format!("/api/v1/parcours/{plan}/etapes"), json!({"libelle": m(), "prevue_le": "2026-03-12"})).await;
    changer(&a, &j, &format!("/api/v1/parcours/{plan}/etapes/{etape}"), json!({"libelle": m()})).await;
    let acc = json!({"type": "individuel", "date": "2026-03-02", "duree_minutes": 45, "lieu_type": "domicile", "thematiques": ["email"],
        "notes": m(), "personnes": [p]});
    let acc = poster(&a, &j, "/api/v1/accompagnements", acc).await;
    changer(&a, &j, &format!("/api/v1/accompagnements/{acc}"), json!({"notes": m()})).await;
    let partenaire = a.partenaire(&j, "Centre d’essai").await;
    let o = json!({"personne": p, "partenaire": partenaire, "motif": m(), "consentement": true});
    let o = poster(&a, &j, "/api/v1/orientations", o).await;
    changer(&a, &j, &format!("/api/v1/orientations/{o}"), json!({"statut": "acceptee", "retour": m()})).await;
    // By the pages as well.
    let s = a.session("alpha.mediateur").await;
    let r = s.post("/personnes/nouvelle", &[("prenom", "Page"), ("nom", "Essai"), ("notes", &m())]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    // The longest text accepted still fits its column.
    changer(&a, &j, &format!("/api/v1/accueils/{accueil}"), json!({"motif": "é".repeat(500)})).await;
    changer(&a, &j, &format!("/api/v1/accueils/{accueil}"), json!({"motif": m()})).await;

    // Two files brought together leave what would part them again.
    let (un, deux) = (personne_notee(&a, &j, &m()).await, personne_notee(&a, &j, &m()).await);
    poster(&a, &j, "/api/v1/fusions", json!({"garder": un, "absorber": deux})).await;

    let dit = tout(&a).await;
    assert!(dit.contains("Zélie"), "ce qui n’est pas chiffré se trouve bien");
    assert!(!dit.contains(MARQUE), "{:?}", dit.split(MARQUE).nth(1).map(|s| s.chars().take(80).collect::<String>()));
    let b = bilan(&a).await;
    assert_eq!((b.clairs, b.nombre_fautes, b.par_cle.len()), (0, 0, 1), "{b:?}");

    // And whoever may read reads all of it.
    let d = a.api(&j, "GET", &format!("/api/v1/personnes/{p}/donnees"), Value::Null).await.corps.to_string();
    for i in [2, 3, 19, 6, 7, 8, 9, 11, 13, 15, 16, 17] {
        assert!(d.contains(&format!("{MARQUE}{i:02} à l’oral")), "{i} : {d}");
    }
    for (page, attendu) in [
        (format!("/personnes/{p}"), 3),
        (format!("/diagnostics/{diagnostic}"), 6),
        (format!("/personnes/{p}/parcours"), 11),
        (format!("/accompagnements/{acc}"), 15),
        (format!("/orientations/{o}"), 17),
        ("/".to_owned(), 13),
        (format!("/personnes/{p}"), 19),
    ] {
        let r = s.get(&page).await;
        assert!(r.statut == 200 && r.html.contains(&format!("{MARQUE}{attendu:02}")), "{page} {attendu} : {}", r.html);
        assert!(!r.html.contains("v1:"), "{page}");
    }
    let pdf = a.api(&j, "GET", &format!("/api/v1/personnes/{p}/donnees.pdf"), Value::Null).await;
    assert!(pdf.statut == 404 || pdf.octets.starts_with(b"%PDF"), "{}", pdf.statut);

    // Erased, there is nothing left to open, whatever the key.
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/personnes/{p}"), Value::Null).await.statut, 204);
    let b = bilan(&a).await;
    assert_eq!((b.par_cle.values().sum::<u64>(), b.clairs, b.nombre_fautes), (4, 0, 0), "ce qui est écrit sur les autres : {b:?}");
}

#[rstest]
#[tokio::test]
async fn un_texte_altere_ou_deplace_est_refuse(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (une, autre) = (personne_notee(&a, &j, "Première").await, personne_notee(&a, &j, "Seconde").await);
    let lire = async |id: &str| a.api(&j, "GET", &format!("/api/v1/personnes/{id}"), Value::Null).await;
    let (id_une, id_autre) = (litteral(&a, &une), litteral(&a, &autre));
    let copie = format!("UPDATE personne SET notes = (SELECT notes FROM personne WHERE id = {id_une}) WHERE id = {id_autre}");
    let ailleurs =
        format!("UPDATE personne SET notes = NULL, amenagements = (SELECT notes FROM personne WHERE id = {id_une}) WHERE id = {id_autre}");
    let rogne = format!(
        "UPDATE personne SET amenagements = NULL, notes = (SELECT substr(notes, 1, 60) FROM personne WHERE id = {id_une}) WHERE id = {id_autre}"
    );
    let inconnue = format!("UPDATE personne SET notes = 'v1:deadbeef:AAAA' WHERE id = {id_autre}");
    for ordre in [copie, ailleurs, rogne, inconnue] {
        sql(&a, &ordre).await;
        let r = lire(&autre).await;
        assert_eq!((r.statut, &r.corps["type"]), (503, &json!("/problemes/texte-chiffre")), "{ordre} {}", r.corps);
        assert!(!r.corps.to_string().contains("Première"), "{}", r.corps);
        assert_eq!(bilan(&a).await.nombre_fautes, 1, "{ordre}");
    }
    let page = a.session("alpha.mediateur").await.get(&format!("/personnes/{autre}")).await;
    assert!(page.statut == 503 && page.html.contains("passeur key check"), "{}", page.html);
    assert_eq!(lire(&une).await.corps["notes"], "Première");
    // What cannot be read can still be erased.
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/personnes/{autre}"), Value::Null).await.statut, 204);
    assert_eq!(bilan(&a).await.nombre_fautes, 0);
}

/// Receptions of before the sealing, straight into the table.
async fn anciens(a: &Appli, combien: u32) {
    let structure = litteral(a, &a.structure_alpha());
    let par = litteral(a, &a.utilisateur("alpha.mediateur"));
    let lignes: Vec<String> = (0..combien)
        .map(|i| {
            let id = litteral(a, &Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(i)).to_string());
            format!("({id}, {structure}, {par}, '2026-03-01 09:00:00+00:00', 'sur_place', 'Ancien motif {i}', 'information', 1)")
        })
        .collect();
    sql(
        a,
        &format!(
            "INSERT INTO accueil (id, structure_id, accueilli_par, arrive_le, canal, motif, suite, version) VALUES {}",
            lignes.join(", ")
        ),
    )
    .await;
}

#[rstest]
#[tokio::test]
async fn ce_qui_etait_en_clair_se_lit_puis_se_chiffre_au_demarrage(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = personne_notee(&a, &j, "Neuve").await;
    let d = poster(&a, &j, "/api/v1/diagnostics", json!({"personne": p})).await;
    let id = litteral(&a, &p);
    sql(&a, &format!("UPDATE personne SET notes = 'v1 : note d''avant', amenagements = '{EFFACE}' WHERE id = {id}")).await;
    sql(&a, &format!("UPDATE diagnostic SET etapes = '[\"Une {MARQUE}\", \"Deux\"]', objectif = '' WHERE personne_id = {id}")).await;
    anciens(&a, 205).await;
    let lire = async || {
        let p = a.api(&j, "GET", &format!("/api/v1/personnes/{p}"), Value::Null).await.corps;
        let d = a.api(&j, "GET", &format!("/api/v1/diagnostics/{d}"), Value::Null).await.corps;
        (p["notes"].clone(), p["amenagements"].clone(), p["version"].clone(), d["etapes"].clone(), d["objectif"].clone())
    };
    let avant = lire().await;
    assert_eq!(avant.0, "v1 : note d'avant");
    assert_eq!(avant.3, json!([format!("Une {MARQUE}"), "Deux"]));
    assert_eq!(bilan(&a).await.clairs, 208);
    // As `serve` does at its start; asked twice, done once.
    for _ in 0..2 {
        let cx = Contexte::systeme(&a.etat).await.unwrap();
        rotation::confier(&cx).await.unwrap();
        cx.valider().await.unwrap();
    }
    assert_eq!(a.compter("SELECT count(*) FROM tache").await, 1);
    a.travailler().await;
    let b = bilan(&a).await;
    assert_eq!((b.clairs, b.nombre_fautes, b.par_cle.values().sum::<u64>()), (0, 0, 208), "{b:?}");
    assert_eq!(lire().await, avant, "rien ne change à la lecture, pas même la version");
    assert_eq!(textes(&a, "SELECT motif FROM accueil WHERE motif LIKE 'Ancien%'").await.len(), 0);
    assert!(!tout(&a).await.contains(MARQUE), "ni dans les tables, ni dans les pages libres du fichier");
    assert_eq!(textes(&a, &format!("SELECT amenagements FROM personne WHERE id = {id}")).await, [EFFACE]);
    assert_eq!(a.compter("SELECT count(*) FROM cle_coffre WHERE tout_scelle_le IS NOT NULL").await, 1);
}

#[rstest]
#[tokio::test]
async fn la_cle_change_pendant_que_l_on_ecrit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = std::sync::Arc::new(Appli::lancer(moteur).await);
    let j = a.jeton("alpha.mediateur").await;
    let mut gens = vec![];
    for i in 0..4 {
        gens.push(personne_notee(&a, &j, &format!("note 0 de {i}")).await);
    }
    anciens(&a, 900).await;
    let autre = demarrer(&a).await.unwrap();
    let premiere = a.etat.coffre.active().unwrap();
    let ecrire = |p: String| {
        let (a, j) = (a.clone(), j.clone());
        async move {
            let mut derniere = String::new();
            for n in 1..=25 {
                let note = format!("note {n} de {p}");
                let r = a.api(&j, "PATCH", &format!("/api/v1/personnes/{p}"), json!({"notes": note})).await;
                assert_eq!(r.statut, 200, "{}", r.corps);
                derniere = note;
            }
            (p, derniere)
        }
    };
    let tourner = async {
        rotation::changer(&a.etat).await.unwrap();
        rotation::sceller(&a.etat, &champs_scelles(), |_, _| true).await.unwrap().unwrap()
    };
    let (fait, un, deux, trois, quatre) =
        tokio::join!(tourner, ecrire(gens[0].clone()), ecrire(gens[1].clone()), ecrire(gens[2].clone()), ecrire(gens[3].clone()));
    assert!(fait.lignes >= 900 && fait.fautes == 0, "{fait:?}");
    let seconde = a.etat.coffre.active().unwrap();
    assert_ne!(premiere, seconde);
    for (p, note) in [un, deux, trois, quatre] {
        let r = a.api(&j, "GET", &format!("/api/v1/personnes/{p}"), Value::Null).await;
        assert_eq!(r.corps["notes"], note, "aucune écriture n’est perdue");
        // A node that was up before the change reads the file again.
        let valeur = textes(&a, &format!("SELECT notes FROM personne WHERE id = {}", litteral(&a, &p))).await.remove(0);
        assert_eq!(autre.coffre.ouvrir(&NOTES, Uuid::parse_str(&p).unwrap(), valeur).unwrap(), note);
    }
    rotation::sceller(&a.etat, &champs_scelles(), |_, _| true).await.unwrap().unwrap();
    let b = bilan(&a).await;
    assert_eq!((b.par_cle.keys().cloned().collect::<Vec<_>>(), b.clairs, b.nombre_fautes), (vec![seconde.clone()], 0, 0));

    // The old key goes when nothing needs it, and not while a slow request may.
    let non = |r: Result<(), ouverture::Refus>, mot: &str| {
        let e = r.unwrap_err().to_string();
        assert!(e.contains(mot), "{e}");
    };
    non(rotation::oublier(&a.etat, &champs_scelles(), &seconde).await, "celle qui sert");
    non(rotation::oublier(&a.etat, &champs_scelles(), &premiere).await, "cinq minutes");
    non(rotation::oublier(&a.etat, &champs_scelles(), "00000000").await, "aucune clé");
    a.regler("2026-03-10T09:10:00Z");
    rotation::oublier(&a.etat, &champs_scelles(), &premiere).await.unwrap();
    let fichier = std::fs::read_to_string(a.etat.coffre.chemin()).unwrap();
    assert!(!fichier.contains(&premiere) && fichier.contains(&seconde));
    demarrer(&a).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn un_changement_interrompu_reprend(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    anciens(&a, 650).await;
    rotation::sceller(&a.etat, &champs_scelles(), |_, _| true).await.unwrap().unwrap();
    let (premiere, neuve) = (a.etat.coffre.active().unwrap(), rotation::changer(&a.etat).await.unwrap());
    assert!(neuve.1);
    // Stopped after the first batch: each one is committed by itself, so that a kill leaves the same.
    assert_eq!(rotation::sceller(&a.etat, &champs_scelles(), |_, _| false).await.unwrap(), None);
    let b = bilan(&a).await;
    assert_eq!((b.par_cle[&premiere], b.par_cle[&neuve.0.id]), (450, 200), "{b:?}");
    let e = rotation::oublier(&a.etat, &champs_scelles(), &premiere).await.unwrap_err().to_string();
    assert!(e.contains("cinq minutes"), "{e}");
    a.regler("2026-03-10T10:00:00Z");
    let e = rotation::oublier(&a.etat, &champs_scelles(), &premiere).await.unwrap_err().to_string();
    assert!(e.contains("450 textes ont encore besoin"), "{e}");
    // Started again, the same key goes on: no third one is made.
    let reprise = demarrer(&a).await.unwrap();
    let (cle, nouvelle) = rotation::changer(&reprise).await.unwrap();
    assert!(!nouvelle && cle.id == neuve.0.id);
    let fait = rotation::sceller(&reprise, &champs_scelles(), |_, _| true).await.unwrap().unwrap();
    assert_eq!((fait.lignes, fait.fautes), (450, 0));
    assert_eq!(bilan(&a).await.par_cle.into_iter().collect::<Vec<_>>(), [(cle.id.clone(), 650)]);
    // A key prepared for other nodes is the next to be used.
    let prete = rotation::preparer(&reprise).unwrap();
    assert_eq!(reprise.coffre.active(), Some(cle.id));
    assert_eq!(rotation::changer(&reprise).await.unwrap().0.id, prete.id);
}

fn ecrire_prive(chemin: &Path, texte: &str) {
    std::fs::write(chemin, texte).unwrap();
}

#[rstest]
#[tokio::test]
async fn une_mauvaise_cle_arrete_tout_avant_d_ecrire(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = personne_notee(&a, &j, "Gardée").await;
    let chemin = a.etat.config.chemin_cles();
    let bonne = std::fs::read_to_string(&chemin).unwrap();
    assert!(!socle::coffre::trop_ouvert(&chemin));
    let id = a.etat.coffre.active().unwrap();
    let secret = bonne.split("secret = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let connues = textes(&a, "SELECT id || verification FROM cle_coffre").await;
    let refus = async |mot: &str| {
        let e = demarrer(&a).await.map(|_| ()).unwrap_err().to_string();
        assert!(e.contains(mot) && !e.contains(&secret), "{e}");
        assert_eq!(textes(&a, "SELECT id || verification FROM cle_coffre").await, connues);
    };
    let autre = if secret.starts_with('A') { "B" } else { "A" };
    ecrire_prive(&chemin, &bonne.replace(&secret, &format!("{autre}{}", &secret[1..])));
    refus("n’est pas celle qui a chiffré").await;
    ecrire_prive(&chemin, &bonne.replace(&id, "00000000"));
    refus("ne l’a pas").await;
    ecrire_prive(&chemin, "n’importe quoi");
    refus("abîmé").await;
    std::fs::remove_file(&chemin).unwrap();
    refus("ne l’a pas").await;
    assert!(!chemin.exists(), "aucune clé n’est créée à la place de celle qui manque");
    ecrire_prive(&chemin, &bonne);
    let etat = demarrer(&a).await.unwrap();
    assert_eq!(etat.coffre.active(), Some(id.clone()));

    // Lost for good: it must be said, then the instance serves again, without these texts.
    let e = rotation::renoncer(&etat, &id).await.unwrap_err().to_string();
    assert!(e.contains("elle n’est pas perdue"), "{e}");
    std::fs::remove_file(&chemin).unwrap();
    let base = Base::ouvrir(&a.etat.config.url_base(), 2).await.unwrap();
    let (coffre, faute) = ouverture::ouvrir_tel_quel(&base, &chemin).await.unwrap();
    assert!(faute.is_err());
    let sans = Etat::new(base, a.horloge.clone(), a.etat.config.clone(), a.etat.courrier.clone(), a.etat.documents.clone(), coffre);
    let valeur = textes(&a, &format!("SELECT notes FROM personne WHERE id = {}", litteral(&a, &p))).await.remove(0);
    let uuid = Uuid::parse_str(&p).unwrap();
    assert!(sans.coffre.ouvrir(&NOTES, uuid, valeur.clone()).is_err());
    assert!(sans.coffre.sceller(&NOTES, uuid, "x").is_err(), "sans clé, rien ne s’écrit en clair");
    rotation::renoncer(&sans, &id).await.unwrap();
    let etat = demarrer(&a).await.unwrap();
    assert_eq!(etat.coffre.ouvrir(&NOTES, uuid, valeur.clone()).unwrap(), PERDU);
    let neuf = etat.coffre.sceller(&NOTES, uuid, "Neuve").unwrap();
    assert_eq!(etat.coffre.ouvrir(&NOTES, uuid, neuf).unwrap(), "Neuve");
    // The bytes stay: the key may be found again.
    rotation::sceller(&etat, &champs_scelles(), |_, _| true).await.unwrap().unwrap();
    assert_eq!(textes(&a, &format!("SELECT notes FROM personne WHERE id = {}", litteral(&a, &p))).await, [valeur]);
    assert_eq!(Coffre::cles_connues(etat.base.lecture()).await.unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn l_administration_rappelle_la_cle_jusqu_a_ce_qu_elle_soit_en_lieu_sur(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let cle = a.etat.coffre.active().unwrap();
    let s = a.session("administrateur").await;
    let page = s.get("/administration").await.html;
    assert!(page.contains("J’ai mis la clé en lieu sûr") && page.contains(&cle) && page.contains("cles.toml"), "{page}");
    assert_eq!(a.session("alpha.responsable").await.post("/administration/cle", &[]).await.statut, 403);
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE objet = 'cle'").await, 0);
    for _ in 0..2 {
        assert_eq!(s.post("/administration/cle", &[]).await.statut, 303);
    }
    let page = s.get("/administration").await.html;
    assert!(!page.contains("J’ai mis la clé en lieu sûr"), "{page}");
    let par = litteral(&a, &a.utilisateur("administrateur"));
    assert_eq!(a.compter(&format!("SELECT count(*) FROM journal WHERE objet = 'cle' AND acteur_id = {par}")).await, 1);
    // A new key is to be copied again.
    rotation::changer(&a.etat).await.unwrap();
    assert!(s.get("/administration").await.html.contains("J’ai mis la clé en lieu sûr"));
}
