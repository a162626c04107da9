//! Duplicates and merges through the router, on both engines.

use essais::{Appli, Moteur, json};
use rstest::rstest;

/// Every column that names a person, in every table: each follows a merge, or says why not.
const NE_SUIVENT_PAS: [(&str, &str); 5] = [
    ("personne_cle", "search keys of the file itself, made again"),
    ("suivi", "who follows, kept to be given back"),
    ("annonce_effacement", "made again each night from what happened with the file"),
    ("prolongation", "copied to the file kept: conservation::reporter"),
    ("personne_rang", "the rank of the file itself in figures"),
];

async fn personne(a: &Appli, jeton: &str, corps: essais::Value) -> String {
    let r = a.api(jeton, "POST", "/api/v1/personnes", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

async fn activite(a: &Appli, jeton: &str, personnes: &[&str]) -> String {
    let collectif = personnes.len() > 1;
    let mut corps = json!({"type": if collectif { "collectif" } else { "individuel" }, "date": "2026-03-02", "duree_minutes": 30, "lieu_type": "domicile", "thematiques": ["email"], "personnes": personnes});
    if collectif {
        corps["titre"] = json!("Atelier d’essai");
    }
    let r = a.api(jeton, "POST", "/api/v1/accompagnements", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

#[rstest]
#[tokio::test]
async fn deux_dossiers_se_trouvent_se_reunissent_et_se_separent(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let un = personne(&a, &j, json!({"prenom": "Philippe", "nom": "Essai", "telephone": "06 00 00 00 01", "notes": "Note une"})).await;
    let deux = personne(&a, &j, json!({"prenom": "Filipe", "nom": "Éssai", "courriel": "f@exemple.invalid", "notes": "Note deux"})).await;
    let autre = personne(&a, &j, json!({"prenom": "Quelqu’un", "nom": "Autre"})).await;
    activite(&a, &j, &[&un]).await;
    activite(&a, &j, &[&deux]).await;
    activite(&a, &j, &[&deux, &autre]).await;
    a.api(&j, "POST", "/api/v1/diagnostics", json!({"personne": deux, "objectif": "Écrire"})).await;

    let r = a.api(&j, "GET", "/api/v1/doublons", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().map(Vec::len), Some(1), "{}", r.corps);
    assert_eq!(r.corps["elements"][0]["raisons"], json!(["nom_proche"]));
    assert_eq!(r.corps["suivant"], json!(null));

    let bilan = || async { a.api(&j, "GET", "/api/v1/bilan?du=2026-01-01&au=2026-03-10", json!(null)).await.corps };
    let avant = bilan().await;
    assert_eq!(avant["personnes"]["distinctes"], 3);
    let corps = json!({"id": "01960000-0000-7000-8000-0000000000f1", "garder": un, "absorber": deux, "choix": {"prenom": "absorber", "notes": "tous"}});
    let r = a.api(&j, "POST", "/api/v1/fusions", corps.clone()).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let fusion = r.id();
    assert_eq!(a.api(&j, "POST", "/api/v1/fusions", corps).await.statut, 200);
    let p = a.api(&j, "GET", &format!("/api/v1/personnes/{un}"), json!(null)).await.corps;
    assert_eq!((&p["prenom"], &p["notes"]), (&json!("Filipe"), &json!("Note une\n\nNote deux")));
    assert_eq!((&p["courriel"], &p["telephone"]), (&json!("f@exemple.invalid"), &json!("06 00 00 00 01")));
    // The other file answers no more, is searched no more, and its page leads to the one kept.
    assert_eq!(a.api(&j, "GET", &format!("/api/v1/personnes/{deux}"), json!(null)).await.statut, 404);
    let s = a.session("alpha.mediateur").await;
    assert_eq!(s.get(&format!("/personnes/{deux}")).await.vers.as_deref(), Some(format!("/personnes/{un}").as_str()));
    let r = a.api(&j, "GET", "/api/v1/personnes?q=filipe+essai", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().map(Vec::len), Some(1));
    // The same activities, of one person less.
    let apres = bilan().await;
    assert_eq!((&apres["participations"], &apres["activites"]), (&avant["participations"], &avant["activites"]));
    assert_eq!(apres["personnes"]["distinctes"], 2);
    assert_eq!(a.compter("SELECT COUNT(*) FROM diagnostic WHERE personne_id = (SELECT gardee_id FROM fusion)").await, 1);

    // Written since: it stays with the file kept; a field changed since is not given back.
    activite(&a, &j, &[&un]).await;
    let r = a.api(&j, "PATCH", &format!("/api/v1/personnes/{un}"), json!({"telephone": "06 00 00 00 09"})).await;
    assert_eq!(r.statut, 200);
    let page = s.get("/doublons").await;
    assert!(page.html.contains("Séparer de nouveau"));
    let r = s.post(&format!("/fusions/{fusion}/annuler"), &[]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    assert_eq!(bilan().await["personnes"]["distinctes"], 3);
    let p = a.api(&j, "GET", &format!("/api/v1/personnes/{un}"), json!(null)).await.corps;
    assert_eq!((&p["prenom"], &p["notes"], &p["courriel"]), (&json!("Philippe"), &json!("Note une"), &json!(null)));
    assert_eq!(p["telephone"], "06 00 00 00 09");
    let p = a.api(&j, "GET", &format!("/api/v1/personnes/{deux}"), json!(null)).await.corps;
    assert_eq!((&p["prenom"], &p["notes"]), (&json!("Filipe"), &json!("Note deux")));
    let dossier = a.api(&j, "GET", &format!("/api/v1/diagnostics?personne={deux}"), json!(null)).await;
    assert_eq!(dossier.corps["elements"].as_array().map(Vec::len), Some(1));
    assert_eq!(a.compter("SELECT COUNT(*) FROM fusion_ligne").await, 0);
    assert_eq!(a.compter("SELECT COUNT(*) FROM fusion WHERE retour IS NOT NULL").await, 0);
    // Twice is once.
    assert_eq!(a.api(&j, "POST", &format!("/api/v1/fusions/{fusion}/annuler"), json!(null)).await.statut, 200);
}

#[rstest]
#[tokio::test]
async fn apres_trente_jours_le_dossier_absorbe_est_efface(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let un = personne(&a, &j, json!({"prenom": "Rose", "nom": "Essai"})).await;
    let deux = personne(&a, &j, json!({"prenom": "Rose", "nom": "Essai", "notes": "Texte introuvable"})).await;
    let r = a.api(&j, "POST", "/api/v1/fusions", json!({"garder": un, "absorber": deux, "choix": {"notes": "garder"}})).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    assert_eq!(mediation::doublon::solder_echues(&a.etat).await.unwrap(), 0);
    a.regler("2026-04-09T09:00:01Z");
    let tard = a.jeton("alpha.responsable").await;
    let fusion = r.id();
    assert_eq!(a.api(&tard, "POST", &format!("/api/v1/fusions/{fusion}/annuler"), json!(null)).await.statut, 409);
    assert_eq!(mediation::doublon::solder_echues(&a.etat).await.unwrap(), 1);
    assert_eq!(a.compter("SELECT COUNT(*) FROM personne WHERE efface_le IS NOT NULL AND notes IS NULL AND nom IS NULL").await, 1);
    assert_eq!(a.compter("SELECT COUNT(*) FROM fusion WHERE retour IS NULL AND soldee_le IS NOT NULL").await, 1);
    assert_eq!(a.api(&tard, "POST", &format!("/api/v1/fusions/{fusion}/annuler"), json!(null)).await.statut, 409);
    assert_eq!(a.api(&tard, "GET", &format!("/api/v1/personnes/{un}"), json!(null)).await.statut, 200);
}

#[rstest]
#[tokio::test]
async fn effacer_le_dossier_garde_efface_aussi_ce_qu_il_a_absorbe(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let un = personne(&a, &j, json!({"prenom": "Rose", "nom": "Essai"})).await;
    let deux = personne(&a, &j, json!({"prenom": "Rosa", "nom": "Essai", "notes": "Texte introuvable"})).await;
    a.api(&j, "POST", "/api/v1/fusions", json!({"garder": un, "absorber": deux})).await;
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/personnes/{un}"), json!(null)).await.statut, 204);
    assert_eq!(a.compter("SELECT COUNT(*) FROM personne WHERE notes IS NOT NULL OR nom IS NOT NULL").await, 0);
    assert_eq!(a.compter("SELECT COUNT(*) FROM fusion WHERE retour IS NOT NULL").await, 0);
}

#[rstest]
#[tokio::test]
async fn ce_qui_ne_se_reunit_pas_est_refuse_avec_la_raison(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let un = personne(&a, &j, json!({"prenom": "Rose", "nom": "Essai"})).await;
    let deux = personne(&a, &j, json!({"prenom": "Rosa", "nom": "Essai"})).await;
    activite(&a, &j, &[&un, &deux]).await;
    let reunir = async |corps: essais::Value| a.api(&j, "POST", "/api/v1/fusions", corps).await;
    let r = reunir(json!({"garder": un, "absorber": deux})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["absorber".to_owned()]), "{}", r.corps);
    assert!(r.corps.to_string().contains("même activité"));
    let s = a.session("alpha.mediateur").await;
    let page = s.get(&format!("/doublons/{deux}/{un}")).await;
    assert!(page.html.contains("même activité") && !page.html.contains("Réunir ces deux dossiers"));
    assert_eq!(reunir(json!({"garder": un, "absorber": un})).await.statut, 422);
    let r = reunir(json!({"garder": un, "absorber": deux, "choix": {"age": "garder", "nom": "tous"}})).await;
    assert_eq!(r.champs(), ["choix.age", "choix.nom", "absorber"]);
    let trois = personne(&a, &j, json!({"prenom": "Rosa", "nom": "Essai"})).await;
    // Both expected at one séance: one of the two bookings goes first.
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": "2026-03-20", "heure": "14:00"}],
        "duree_minutes": 90, "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true, "places": 1
    });
    let seance = a.api(&j, "POST", "/api/v1/ateliers/seances", corps).await.id();
    let mut reservations = vec![];
    for p in [&un, &trois] {
        let r = a
            .api(
                &j,
                "POST",
                &format!("/api/v1/ateliers/seances/{seance}/reservations"),
                json!({"personne": p, "par": "accueil", "attendre": true}),
            )
            .await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        reservations.push(r.id());
    }
    let r = reunir(json!({"garder": un, "absorber": trois})).await;
    assert!(r.statut == 422 && r.corps.to_string().contains("même atelier"), "{}", r.corps);
    let r = a.api(&j, "POST", &format!("/api/v1/ateliers/reservations/{}/annulation", reservations[1]), json!(null)).await;
    assert!(r.statut < 300, "{} {}", r.statut, r.corps);
    assert_eq!(reunir(json!({"garder": un, "absorber": trois, "version_garder": 9})).await.statut, 409);
    // Another structure sees neither.
    let beta = a.jeton("beta.mediateur").await;
    assert_eq!(a.api(&beta, "POST", "/api/v1/fusions", json!({"garder": un, "absorber": trois})).await.statut, 404);
    // Followed by another structure too: refused.
    let beta_id = a.structure_beta();
    let champs = [("structure", beta_id.as_str()), ("accord", "oui"), ("maniere", "oral")];
    assert_eq!(s.post(&format!("/personnes/{trois}/partager"), &champs).await.statut, 303);
    let r = reunir(json!({"garder": un, "absorber": trois})).await;
    assert!(r.statut == 422 && r.corps.to_string().contains("mêmes structures"), "{}", r.corps);
    // Said to be two people: proposed no more.
    let r = s.post(&format!("/doublons/{un}/{deux}/ecarter"), &[]).await;
    assert_eq!(r.statut, 303);
    let r = a.api(&j, "GET", "/api/v1/doublons", json!(null)).await;
    assert!(r.corps["elements"].as_array().unwrap().iter().all(|e| e["a"] == json!(trois) || e["b"] == json!(trois)), "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn une_activite_retablie_apres_une_reunion_compte_la_personne_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let mut gens = vec![];
    for prenom in ["Rose", "Rosa", "Rosy", "Ali"] {
        gens.push(personne(&a, &j, json!({"prenom": prenom, "nom": "Essai"})).await);
    }
    let tous: Vec<&str> = gens.iter().map(String::as_str).collect();
    let activite = format!("/api/v1/accompagnements/{}", activite(&a, &j, &tous).await);
    assert_eq!(a.api(&j, "DELETE", &activite, json!(null)).await.statut, 204);
    // A merge, then a merge of what it made.
    for (garder, absorber) in [(0, 1), (2, 0)] {
        let r = a.api(&j, "POST", "/api/v1/fusions", json!({"garder": tous[garder], "absorber": tous[absorber]})).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
    }
    let s = a.session("alpha.mediateur").await;
    let r = s.post(&format!("{}/retablir", activite.replace("/api/v1", "")), &[]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let b = a.api(&j, "GET", "/api/v1/bilan?du=2026-01-01&au=2026-03-10", json!(null)).await.corps;
    assert_eq!((&b["participations"]["nommees"], &b["personnes"]["distinctes"]), (&json!(2), &json!(2)), "{b}");
    let r = a.api(&j, "GET", &activite, json!(null)).await.corps;
    assert_eq!(r["personnes"].as_array().map(Vec::len), Some(2), "{r}");
}

#[rstest]
#[tokio::test]
async fn la_page_compare_champ_par_champ(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let un = personne(&a, &j, json!({"prenom": "Rose", "nom": "Essai", "telephone": "0600000001"})).await;
    a.regler("2026-03-10T09:01:00Z");
    let deux = personne(&a, &j, json!({"prenom": "Rosa", "nom": "Essai", "telephone": "0600000002"})).await;
    let s = a.session("alpha.mediateur").await;
    let page = s.get(&format!("/doublons/{un}/{deux}")).await;
    assert!(page.html.contains("champ_telephone") && page.html.contains("Réunir ces deux dossiers"));
    // One of the files changes meanwhile: the page comes back with the choices.
    a.api(&j, "PATCH", &format!("/api/v1/personnes/{deux}"), json!({"langue": "Arabe"})).await;
    let caches = page.champs_caches();
    let mut champs: Vec<(&str, &str)> = caches.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    champs.push(("champ_telephone", "absorber"));
    let r = s.post(&format!("/doublons/{un}/{deux}"), &champs).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("value=\"absorber\" checked"), "{}", r.html);
    let caches = r.champs_caches();
    let mut champs: Vec<(&str, &str)> = caches.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    champs.push(("champ_telephone", "absorber"));
    for _ in 0..2 {
        let r = s.post(&format!("/doublons/{un}/{deux}"), &champs).await;
        assert_eq!((r.statut, r.vers.as_deref()), (303, Some(format!("/personnes/{un}").as_str())), "{}", r.html);
    }
    let p = a.api(&j, "GET", &format!("/api/v1/personnes/{un}"), json!(null)).await.corps;
    assert_eq!((&p["telephone"], &p["langue"]), (&json!("0600000002"), &json!("Arabe")));
    assert_eq!(a.compter("SELECT COUNT(*) FROM fusion").await, 1);
}

#[tokio::test]
async fn chaque_table_d_une_personne_suit_une_fusion() {
    use sea_orm::{ConnectionTrait, Statement};
    let a = Appli::lancer(Moteur::Sqlite).await;
    let db = a.etat.base.lecture();
    let sql = "SELECT m.name AS nom FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'personne_id' ORDER BY 1";
    let lignes = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let suivent = mediation::doublon::A_LA_PERSONNE.map(|(t, _)| t);
    let oubliees: Vec<String> = lignes
        .iter()
        .map(|l| l.try_get::<String>("", "nom").unwrap())
        .filter(|t| !suivent.contains(&t.as_str()) && !NE_SUIVENT_PAS.iter().any(|(n, _)| n == t))
        .collect();
    assert!(lignes.len() > 6 && oubliees.is_empty(), "{oubliees:?}");
}

#[rstest]
#[tokio::test]
async fn deux_reunions_a_la_fois_n_en_font_qu_une(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let un = personne(&a, &j, json!({"prenom": "Rose", "nom": "Essai"})).await;
    let deux = personne(&a, &j, json!({"prenom": "Rosa", "nom": "Essai"})).await;
    let (x, y) = tokio::join!(
        a.api(&j, "POST", "/api/v1/fusions", json!({"garder": un, "absorber": deux})),
        a.api(&j, "POST", "/api/v1/fusions", json!({"garder": deux, "absorber": un}))
    );
    let mut statuts = [x.statut, y.statut];
    statuts.sort_unstable();
    assert_eq!(statuts, [201, 404], "{} {}", x.corps, y.corps);
}
