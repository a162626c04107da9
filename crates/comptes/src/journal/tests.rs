//! The journal: who opened a file, for whom it can be read, and what is never in it, on both engines.

use std::sync::{Arc, Mutex};

use essais::{Appli, MOT_DE_PASSE, Moteur, Value, email, json};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn le_journal_dit_qui_a_ouvert_un_dossier(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Ada", "Secrète").await;
    let dossier = format!("/api/v1/personnes/{p}");
    assert_eq!(a.api(&j, "GET", &dossier, Value::Null).await.statut, 200);
    assert_eq!(a.session("alpha.responsable").await.get(&format!("/personnes/{p}")).await.statut, 200);
    let s = a.session("alpha.responsable").await;
    let page = s.get("/journal?objet=personne&action=ouverture").await;
    assert_eq!(page.statut, 200);
    for qui in ["Alpha mediateur", "Alpha responsable"] {
        let phrase = format!("{qui} a ouvert <a href=\"/personnes/{p}\">le dossier d’une personne</a>");
        assert!(page.html.contains(&phrase), "{phrase}\n{}", page.html);
    }
    assert!(!page.html.contains("Secrète") && !page.html.contains("a créé"), "{}", page.html);
    // A refused reading is not an opening; another structure reads nothing of it.
    let b = a.jeton("beta.mediateur").await;
    assert_eq!(a.api(&b, "GET", &dossier, Value::Null).await.statut, 404);
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE objet = 'personne' AND action = 'ouverture'").await, 2);
    assert!(!a.session("beta.responsable").await.get("/journal").await.html.contains(&p));
    for compte in ["alpha.mediateur", "alpha.coordinateur", "administrateur"] {
        assert_eq!(a.session(compte).await.get("/journal").await.statut, 403, "{compte}");
    }
}

#[rstest]
#[tokio::test]
async fn le_journal_se_lit_page_par_page(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    for n in 0..52 {
        a.partenaire(&j, &format!("Partenaire d’essai {n}")).await;
    }
    let s = a.session("alpha.responsable").await;
    let page = s.get("/journal?objet=partenaire").await.html;
    assert_eq!(page.matches("<time").count(), 50);
    let suivante = page.split("href=\"").filter_map(|l| l.split('"').next()).find(|l| l.contains("apres=")).expect("il y a une suite");
    let suivante = suivante.replace("&#38;", "&");
    assert!(suivante.contains("objet=partenaire"), "le filtre reste : {suivante}");
    let page = s.get(&suivante).await.html;
    assert_eq!(page.matches("<time").count(), 2);
    assert!(page.contains("Revenir au plus récent") && !page.contains("Lignes plus anciennes"));
    assert!(s.get("/journal?objet=orientation").await.html.contains("Rien de tel dans le journal"));
    assert_eq!(s.get("/journal?apres=zzz").await.statut, 422);
    assert_eq!(s.get("/journal?objet=licorne&action=danse").await.statut, 200, "un filtre inconnu ne filtre rien");
}

/// Logs kept in memory.
#[derive(Clone, Default)]
struct Memoire(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Memoire {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[rstest]
#[tokio::test]
async fn ni_nom_ni_secret_dans_les_journaux(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let memoire = Memoire::default();
    let ecrire = memoire.clone();
    let abonne = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(move || ecrire.clone()).finish();
    let garde = tracing::subscriber::set_default(abonne);

    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    let j = a.jeton("alpha.responsable").await;
    let corps = json!({"prenom": "Philomène", "nom": "Zorglub", "telephone": "01 99 00 12 34", "notes": "Phrase très privée"});
    let p = a.api(&j, "POST", "/api/v1/personnes", corps).await.id();
    a.api(&j, "PATCH", &format!("/api/v1/personnes/{p}"), json!({"nom": "Zorglub-Essai"})).await;
    a.api(&j, "GET", "/api/v1/personnes?q=zorglub", Value::Null).await;
    s.post("/personnes/recherche", &[("q", "zorglub")]).await;
    s.post("/equipe", &[("email", "nouvelle@essai.invalid"), ("nom", "Hortense Fifrelin"), ("role", "mediateur")]).await;
    a.navigateur().entrer("alpha.mediateur", "un mot de passe erroné").await;
    a.navigateur().post("/mot-de-passe/oublie", &[("email", &email("alpha.mediateur"))]).await;
    a.travailler().await;
    let liens: Vec<_> = a
        .courriels()
        .iter()
        .filter_map(|l| l.corps.lines().find_map(|l| l.rsplit_once("/mot-de-passe/").map(|x| x.1.to_owned())))
        .collect();
    assert_eq!(liens.len(), 2);
    a.navigateur().get(&format!("/mot-de-passe/{}", liens[0])).await;
    s.post("/compte/mot-de-passe", &[("mot_de_passe", MOT_DE_PASSE), ("mot_de_passe_nouveau", "x"), ("mot_de_passe_confirme", "x")]).await;
    drop(garde);

    let traces = String::from_utf8(memoire.0.lock().unwrap().clone()).unwrap();
    assert!(traces.contains("request") && traces.contains("/api/v1/personnes/{id}"), "les demandes sont journalisées : {traces}");
    let mut interdits = vec!["zorglub", "philomène", "fifrelin", "très privée", "99 00 12", "@essai.invalid", "erroné", "bateau"];
    let jeton = j.to_lowercase();
    let liens: Vec<_> = liens.iter().map(|l| l.to_lowercase()).collect();
    interdits.push(&jeton);
    interdits.extend(liens.iter().map(String::as_str));
    let minuscules = traces.to_lowercase();
    for mot in &interdits {
        if let Some(ligne) = minuscules.lines().find(|l| l.contains(mot)) {
            panic!("« {mot} » dans les traces : {ligne}");
        }
        let mot = mot.replace('\'', "");
        let sql = format!("SELECT count(*) FROM journal WHERE lower(CAST(champs AS TEXT)) LIKE '%{mot}%' OR lower(objet) LIKE '%{mot}%'");
        assert_eq!(a.compter(&sql).await, 0, "« {mot} » dans le journal");
    }
    assert!(a.compter("SELECT count(*) FROM journal WHERE CAST(champs AS TEXT) LIKE '%nom%'").await > 0, "le nom des champs, lui, y est");
}
