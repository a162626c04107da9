//! Receptions through the router, on both databases.

use essais::{Appli, Moteur, json};
use rstest::rstest;

/// Creates a reception through the API, gives its id.
async fn accueil(a: &Appli, jeton: &str, corps: serde_json::Value) -> String {
    let r = a.api(jeton, "POST", "/api/v1/accueils", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.corps["id"].as_str().unwrap().to_owned()
}

fn champs_fautifs(corps: &serde_json::Value) -> Vec<&str> {
    corps["erreurs"].as_array().map(|e| e.iter().filter_map(|e| e["champ"].as_str()).collect()).unwrap_or_default()
}

#[rstest]
#[tokio::test]
async fn creer_lire_lister_modifier(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    let corps = json!({"personne": p, "lieu": a.lieu_alpha(), "canal": "telephone", "motif": "  Impôts ", "suite": "information",
        "arrive_le": "2026-03-10T08:30:00Z"});
    let r = a.api(&jeton, "POST", "/api/v1/accueils", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let c = r.corps;
    assert_eq!(
        (&c["personne"], &c["motif"], &c["canal"], &c["suite"]),
        (&json!(p), &json!("Impôts"), &json!("telephone"), &json!("information"))
    );
    assert_eq!(c["arrive_le"], "2026-03-10T08:30:00Z");
    assert_eq!(c["pris_en_charge_par"], json!(a.utilisateur("alpha.mediateur")));
    let id = c["id"].as_str().unwrap();
    let adresse = format!("/api/v1/accueils/{id}");
    assert_eq!(a.api(&jeton, "GET", &adresse, json!(null)).await.corps, c);

    let r = a.api(&jeton, "GET", "/api/v1/accueils", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 1);
    assert_eq!(r.corps["suivant"], json!(null));

    let r = a.api(&jeton, "PATCH", &adresse, json!({"version": 1, "motif": "Courriel", "personne": null, "suite": "attente"})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    assert_eq!((&r.corps["motif"], &r.corps["personne"], &r.corps["version"]), (&json!("Courriel"), &json!(null), &json!(2)));
    assert_eq!(r.corps["pris_en_charge_le"], json!(null));
    // A field left out is left as it is; a version already replaced is refused.
    let r = a.api(&jeton, "PATCH", &adresse, json!({"version": 1, "motif": null})).await;
    assert_eq!(r.statut, 409);
    let r = a.api(&jeton, "PATCH", &adresse, json!({"suite": "entretien"})).await;
    assert_eq!((&r.corps["motif"], &r.corps["suite"]), (&json!("Courriel"), &json!("entretien")));
    assert_eq!(r.corps["pris_en_charge_le"], "2026-03-10T09:00:00Z");
}

#[rstest]
#[tokio::test]
async fn les_valeurs_par_defaut(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let r = a.api(&jeton, "POST", "/api/v1/accueils", json!({})).await;
    assert_eq!(r.statut, 201);
    assert_eq!((&r.corps["canal"], &r.corps["suite"]), (&json!("sur_place"), &json!("attente")));
    assert_eq!(r.corps["arrive_le"], "2026-03-10T09:00:00Z");
    assert_eq!(r.corps["pris_en_charge_par"], json!(null));
}

#[rstest]
#[tokio::test]
async fn la_meme_creation_est_un_seul_accueil(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let corps = json!({"id": "019cd6f0-0000-7000-8000-000000000001", "motif": "Impôts"});
    let un = a.api(&jeton, "POST", "/api/v1/accueils", corps.clone()).await;
    let deux = a.api(&jeton, "POST", "/api/v1/accueils", corps).await;
    assert_eq!((un.statut, deux.statut), (201, 200));
    assert_eq!(un.corps, deux.corps);
    let autre = json!({"id": "019cd6f0-0000-7000-8000-000000000001", "motif": "Autre chose"});
    assert_eq!(a.api(&jeton, "POST", "/api/v1/accueils", autre).await.statut, 409);
    let r = a.api(&jeton, "GET", "/api/v1/accueils", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn les_valeurs_refusees_nomment_leur_champ(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    for (corps, champs) in [
        (json!({"canal": "pigeon"}), vec!["canal"]),
        (json!({"suite": "fini"}), vec!["suite"]),
        (json!({"motif": 12}), vec!["motif"]),
        (json!({"motif": "x".repeat(501), "arrive_le": "2026-03-10T09:00:01Z"}), vec!["arrive_le", "motif"]),
        (json!({"arrive_le": "2024-03-01T09:00:00Z"}), vec!["arrive_le"]),
        (json!({"arrive_le": "hier"}), vec!["arrive_le"]),
        (json!({"id": "un"}), vec!["id"]),
        (json!({"lieu": "019cd6f0-0000-7000-8000-00000000aaaa"}), vec!["lieu"]),
        (json!({"motiff": "x"}), vec!["motiff"]),
    ] {
        let r = a.api(&jeton, "POST", "/api/v1/accueils", corps.clone()).await;
        assert_eq!((r.statut, champs_fautifs(&r.corps)), (422, champs), "{corps}");
    }
    let r = a.api(&jeton, "POST", "/api/v1/accueils", json!({"personne": "019cd6f0-0000-7000-8000-00000000aaaa"})).await;
    assert_eq!(r.statut, 404);
    let r = a.api(&jeton, "GET", "/api/v1/accueils?attente=peut-etre", json!(null)).await;
    assert_eq!(r.statut, 400);
    let r = a.api(&jeton, "GET", "/api/v1/accueils", json!(null)).await;
    assert_eq!(r.corps["elements"], json!([]), "nothing half-written");
}

#[rstest]
#[tokio::test]
async fn une_autre_structure_ne_voit_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let alpha = a.jeton("alpha.mediateur").await;
    let beta = a.jeton("beta.mediateur").await;
    let p = a.personne(&alpha, "Essai", "Un").await;
    let id = accueil(&a, &alpha, json!({"personne": p})).await;
    let adresse = format!("/api/v1/accueils/{id}");
    assert_eq!(a.api(&beta, "GET", &adresse, json!(null)).await.statut, 404);
    assert_eq!(a.api(&beta, "PATCH", &adresse, json!({"motif": "x"})).await.statut, 404);
    assert_eq!(a.api(&beta, "GET", "/api/v1/accueils?attente=true", json!(null)).await.corps["elements"], json!([]));
    // Neither another structure's person nor its lieu.
    assert_eq!(a.api(&beta, "POST", "/api/v1/accueils", json!({"personne": p})).await.statut, 404);
    let r = a.api(&beta, "POST", "/api/v1/accueils", json!({"lieu": a.lieu_alpha()})).await;
    assert_eq!((r.statut, champs_fautifs(&r.corps)), (422, vec!["lieu"]));
    let s = a.session("beta.mediateur").await;
    assert_eq!(s.get(&format!("/accueils/{id}")).await.statut, 404);
    for acte in ["prendre", "parti", "attendre"] {
        assert_eq!(s.post(&format!("/accueils/{id}/{acte}"), &[("suite", "information")]).await.statut, 404, "{acte}");
    }
    // Of the structure, but without the right to people's files.
    let coordinateur = a.jeton("alpha.coordinateur").await;
    assert_eq!(a.api(&coordinateur, "GET", &adresse, json!(null)).await.statut, 403);
    assert_eq!(a.api(&coordinateur, "POST", "/api/v1/accueils", json!({})).await.statut, 403);
    assert_eq!(a.session("alpha.coordinateur").await.get("/accueil").await.statut, 403);
}

#[rstest]
#[tokio::test]
async fn l_attente_est_dans_l_ordre_d_arrivee(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let trois = accueil(&a, &jeton, json!({"arrive_le": "2026-03-10T08:30:00Z"})).await;
    let un = accueil(&a, &jeton, json!({"arrive_le": "2026-03-10T08:00:00Z"})).await;
    let deux = accueil(&a, &jeton, json!({"arrive_le": "2026-03-10T08:15:00Z"})).await;
    accueil(&a, &jeton, json!({"suite": "information"})).await;
    let r = a.api(&jeton, "GET", "/api/v1/accueils?attente=true&limite=2", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().iter().map(|e| &e["id"]).collect::<Vec<_>>(), [&json!(un), &json!(deux)]);
    let suivant = r.corps["suivant"].as_str().unwrap().to_owned();
    let r = a.api(&jeton, "GET", &format!("/api/v1/accueils?attente=true&limite=2&apres={suivant}"), json!(null)).await;
    assert_eq!((&r.corps["elements"][0]["id"], &r.corps["suivant"]), (&json!(trois), &json!(null)));
    let tous = a.api(&jeton, "GET", "/api/v1/accueils", json!(null)).await;
    assert_eq!(tous.corps["elements"].as_array().unwrap().len(), 4);
}

#[rstest]
#[tokio::test]
async fn deux_mediateurs_prennent_la_meme_personne(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let id = accueil(&a, &jeton, json!({"motif": "Impôts"})).await;
    let un = a.session("alpha.mediateur").await;
    let deux = a.session("alpha.responsable").await;
    let prendre = format!("/accueils/{id}/prendre");
    let (r1, r2) = tokio::join!(un.post(&prendre, &[("suite", "information")]), deux.post(&prendre, &[("suite", "aide_immediate")]));
    let (gagnant, perdant) = if r1.statut == 303 { (r1, r2) } else { (r2, r1) };
    assert_eq!((gagnant.statut, perdant.statut), (303, 409));
    assert!(perdant.html.contains("a déjà pris cette personne en charge à"), "{}", perdant.html);
    assert!(perdant.html.contains("Impôts"));
    let c = a.api(&jeton, "GET", &format!("/api/v1/accueils/{id}"), json!(null)).await.corps;
    assert_eq!(c["version"], 2);
    assert!(["information", "aide_immediate"].contains(&c["suite"].as_str().unwrap()));
    // Undone, the person waits again, where they were.
    assert_eq!(un.post(&format!("/accueils/{id}/attendre"), &[]).await.statut, 303);
    assert_eq!(un.post(&format!("/accueils/{id}/attendre"), &[]).await.statut, 409);
    assert_eq!(un.post(&format!("/accueils/{id}/parti"), &[]).await.vers.as_deref(), Some("/"));
    let r = deux.post(&prendre, &[("suite", "information")]).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("notée comme partie"), "{}", r.html);
}

#[rstest]
#[tokio::test]
async fn un_passage_sans_nom_en_un_geste(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let r = s.get("/accueil").await;
    assert_eq!(r.statut, 200);
    let id = valeur(&r.html, "id");
    // What is prefilled on the page, sent as it is.
    let envoi = [("id", id.as_str()), ("personne", "sans_nom"), ("canal", "sur_place"), ("suite", "aide_immediate")];
    let r = s.post("/accueil", &envoi).await;
    assert_eq!(r.vers, Some(format!("/accompagnements/nouveau?accueil={id}")));
    // Sent twice: one record, the same next page.
    let r = s.post("/accueil", &envoi).await;
    assert_eq!(r.vers, Some(format!("/accompagnements/nouveau?accueil={id}")));
    // Back, then something else: said, and nothing typed is lost.
    let r = s.post("/accueil", &[("id", id.as_str()), ("personne", "sans_nom"), ("motif", "Carte grise"), ("suite", "attente")]).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("déjà enregistré") && r.html.contains("Carte grise"));
    let neuf = valeur(&r.html, "id");
    assert_ne!(neuf, id);
    let r = s.post("/accueil", &[("id", neuf.as_str()), ("personne", "sans_nom"), ("motif", "Carte grise"), ("suite", "attente")]).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some("/")));
    let jeton = a.jeton("alpha.mediateur").await;
    let liste = a.api(&jeton, "GET", "/api/v1/accueils", json!(null)).await;
    assert_eq!(liste.corps["elements"].as_array().unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn sans_javascript_rien_n_est_perdu(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Élodie", "Essai").await;
    let s = a.session("alpha.mediateur").await;
    let id = valeur(&s.get("/accueil").await.html, "id");
    let lieu = a.lieu_alpha();
    let base = [("id", id.as_str()), ("q", "elodie"), ("motif", "Carte grise"), ("canal", "telephone"), ("lieu", lieu.as_str())];
    let avec = |autres: &[(&'static str, &str)]| {
        base.iter().copied().chain(autres.iter().copied()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect::<Vec<_>>()
    };
    let envoyer = async |champs: Vec<(String, String)>| {
        let champs: Vec<(&str, &str)> = champs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        s.post("/accueil", &champs).await
    };
    let garde = |html: &str| {
        assert!(html.contains("Carte grise") && html.contains("value=\"elodie\"") && html.contains(&id), "typed text lost: {html}");
        assert!(html.contains("value=\"telephone\" checked") && html.contains(&format!("value=\"{lieu}\" checked")), "{html}");
        assert!(html.contains(&p), "the match is in the list");
    };
    // The search's button: the page comes back with the matches.
    let r = envoyer(avec(&[("personne", "sans_nom"), ("chercher", "oui")])).await;
    assert_eq!(r.statut, 200);
    garde(&r.html);
    // A name typed and nobody picked, « sans nom » being ticked before the search: refused, with the matches.
    let r = envoyer(avec(&[("personne", "sans_nom"), ("suite", "aide_immediate")])).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("Choisissez la personne"));
    garde(&r.html);
    // An interview needs a file.
    let r = envoyer(avec(&[("personne", "sans_nom"), ("cherche", "elodie"), ("suite", "entretien")])).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("il faut un dossier"));
    garde(&r.html);
    // Nothing was written so far; then the person is picked.
    assert_eq!(a.api(&jeton, "GET", "/api/v1/accueils", json!(null)).await.corps["elements"], json!([]));
    let r = envoyer(avec(&[("personne", p.as_str()), ("suite", "entretien")])).await;
    assert_eq!(r.vers, Some(format!("/personnes/{p}/diagnostic")));
    let c = a.api(&jeton, "GET", &format!("/api/v1/accueils/{id}"), json!(null)).await.corps;
    assert_eq!(
        (&c["personne"], &c["motif"], &c["canal"], &c["lieu"]),
        (&json!(p), &json!("Carte grise"), &json!("telephone"), &json!(lieu))
    );
    // The last lieu is ticked next time.
    assert!(s.get("/accueil").await.html.contains(&format!("value=\"{lieu}\" checked")));
    // A too long reason comes back too.
    let long = "x".repeat(501);
    let r = s.post("/accueil", &[("motif", long.as_str()), ("personne", "sans_nom"), ("suite", "attente")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains(&long) && r.html.contains("500 au plus"));
}

#[rstest]
#[tokio::test]
async fn creer_un_dossier_garde_ce_qui_est_ecrit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let s = a.session("alpha.mediateur").await;
    let r = s.post("/accueil", &[("suite", "dossier"), ("q", "Inconnu")]).await;
    assert_eq!(r.vers.as_deref(), Some("/personnes/nouvelle?suite=/accueil"));
    let r = s.post("/accueil", &[("id", "019cd6f0-0000-7000-8000-000000000009"), ("suite", "dossier"), ("motif", "Carte grise")]).await;
    assert_eq!(r.vers.as_deref(), Some("/personnes/nouvelle?suite=/accueils/019cd6f0-0000-7000-8000-000000000009"));
    // The file once created, its page comes back here, the person picked.
    let p = a.personne(&jeton, "Essai", "Deux").await;
    let page = format!("/accueils/019cd6f0-0000-7000-8000-000000000009?personne={p}");
    let r = s.get(&page).await;
    assert!(r.html.contains("Carte grise") && r.html.contains(&format!("value=\"{p}\" checked")), "{}", r.html);
    let champs = [("version", "1"), ("motif", "Carte grise"), ("personne", p.as_str()), ("suite", "orientation")];
    let r = s.post("/accueils/019cd6f0-0000-7000-8000-000000000009/prendre", &champs).await;
    assert_eq!(r.vers, Some(format!("/personnes/{p}/orienter")));
}

#[rstest]
#[tokio::test]
async fn corriger_un_accueil(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let id = accueil(&a, &jeton, json!({"motif": "Impôts", "suite": "information"})).await;
    let s = a.session("alpha.mediateur").await;
    let page = format!("/accueils/{id}");
    assert_eq!(s.get(&page).await.statut, 200);
    let champs = [("version", "1"), ("motif", "Retraite"), ("personne", "sans_nom"), ("suite", "aide_immediate")];
    assert_eq!(s.post(&page, &champs).await.vers, Some(page.clone()));
    // Somebody else wrote in between: 409, the text typed is kept and can be sent again.
    let champs = [("version", "1"), ("motif", "Tout autre"), ("personne", "sans_nom"), ("suite", "information")];
    let r = s.post(&page, &champs).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("Tout autre") && r.html.contains("name=\"version\" value=\"2\""), "{}", r.html);
    let r = s.post(&page, &[("version", "2"), ("personne", "sans_nom"), ("suite", "inventee")]).await;
    assert_eq!(r.statut, 422);
    let r = s.get("/accueils").await;
    assert!(r.html.contains("Retraite") && r.html.contains("1\u{a0}accueil<"), "{}", r.html);
    assert_eq!(s.get("/accueils?jour=2026-02-30").await.statut, 422);
    assert!(s.get("/accueils?jour=2026-03-09").await.html.contains("Aucun accueil"));
}

#[rstest]
#[tokio::test]
async fn la_recherche_partielle_et_les_homonymes(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    for (annee, commune) in [(1950, "31555"), (1990, "75056")] {
        let corps = json!({"prenom": "Essai", "nom": "Homonyme", "annee_naissance": annee, "commune": commune});
        assert_eq!(a.api(&jeton, "POST", "/api/v1/personnes", corps).await.statut, 201);
    }
    let s = a.session("alpha.mediateur").await;
    let r = s.post("/accueil/recherche", &[("q", "homonyme")]).await;
    assert_eq!(r.statut, 200);
    assert!(r.html.contains("naissance en 1950, Toulouse (31)") && r.html.contains("naissance en 1990, Paris (75)"), "{}", r.html);
    let autre = a.session("beta.mediateur").await;
    assert!(!autre.post("/accueil/recherche", &[("q", "homonyme")]).await.html.contains("HOMONYME"));
}

/// The value of the hidden field `nom` of a page.
fn valeur(html: &str, nom: &str) -> String {
    let debut = format!("name=\"{nom}\" value=\"");
    let reste = html.split_once(&debut).unwrap_or_else(|| panic!("no field {nom} in {html}")).1;
    reste.split('"').next().unwrap().to_owned()
}
