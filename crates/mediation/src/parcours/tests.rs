//! Plans through the router, on both engines.

use essais::{Appli, Moteur, json};
use rstest::rstest;

fn champs(r: &serde_json::Value) -> Vec<String> {
    let mut v: Vec<String> = r["erreurs"].as_array().into_iter().flatten().filter_map(|e| e["champ"].as_str().map(str::to_owned)).collect();
    v.sort();
    v
}

fn texte(v: &serde_json::Value) -> String {
    v.as_str().unwrap_or_default().to_owned()
}

#[rstest]
#[tokio::test]
async fn un_parcours_part_du_diagnostic_et_il_n_y_en_a_qu_un_d_ouvert(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    let d = a
        .api(
            &jeton,
            "POST",
            "/api/v1/diagnostics",
            json!({ "personne": p, "objectif": "Écrire à ma fille", "etapes": ["Atelier messages", "Essai chez moi"], "convenu": true }),
        )
        .await;
    let corps = json!({ "id": "01960000-0000-7000-8000-000000000010", "personne": p, "diagnostic": d.corps["id"] });
    let r = a.api(&jeton, "POST", "/api/v1/parcours", corps.clone()).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    assert_eq!(r.corps["ouvert_le"], "2026-03-10");
    assert_eq!(r.corps["objectifs"][0]["libelle"], "Écrire à ma fille");
    assert_eq!(r.corps["objectifs"][0]["statut"], "en_cours");
    assert_eq!(r.corps["etapes"].as_array().map(Vec::len), Some(2));
    assert_eq!(r.corps["etapes"][1]["libelle"], "Essai chez moi");
    assert_eq!(r.corps["etapes"][0]["nature"], "accompagnement");

    // The same request, and another one: the plan already open.
    let encore = a.api(&jeton, "POST", "/api/v1/parcours", corps).await;
    assert_eq!((encore.statut, &encore.corps), (200, &r.corps));
    let autre = json!({ "id": "01960000-0000-7000-8000-000000000011", "personne": p, "objectifs": ["Autre"] });
    for _ in 0..2 {
        let deuxieme = a.api(&jeton, "POST", "/api/v1/parcours", autre.clone()).await;
        assert_eq!((deuxieme.statut, &deuxieme.corps["id"]), (200, &r.corps["id"]));
    }
    let liste = a.api(&jeton, "GET", &format!("/api/v1/parcours?personne={p}"), json!(null)).await;
    assert_eq!(liste.corps["elements"].as_array().map(Vec::len), Some(1));
    assert_eq!(a.api(&jeton, "GET", &format!("/api/v1/parcours/{}", texte(&r.corps["id"])), json!(null)).await.corps, r.corps);
}

#[rstest]
#[tokio::test]
async fn objectifs_et_etapes_vivent_puis_le_parcours_se_termine(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    let r = a.api(&jeton, "POST", "/api/v1/parcours", json!({ "personne": p, "ouvert_le": "2026-02-01" })).await;
    let adresse = format!("/api/v1/parcours/{}", texte(&r.corps["id"]));

    let o = a
        .api(
            &jeton,
            "POST",
            &format!("{adresse}/objectifs"),
            json!({ "id": "01960000-0000-7000-8000-000000000020", "libelle": " Payer en ligne " }),
        )
        .await;
    assert_eq!((o.statut, &o.corps["libelle"]), (201, &json!("Payer en ligne")));
    let memes = a
        .api(
            &jeton,
            "POST",
            &format!("{adresse}/objectifs"),
            json!({ "id": "01960000-0000-7000-8000-000000000020", "libelle": " Payer en ligne " }),
        )
        .await;
    assert_eq!(memes.statut, 200);
    let objectif = format!("{adresse}/objectifs/{}", texte(&o.corps["id"]));
    let r = a.api(&jeton, "PATCH", &objectif, json!({ "statut": "atteint", "evalue_le": "2026-03-01" })).await;
    assert_eq!((r.statut, &r.corps["evalue_le"]), (200, &json!("2026-03-01")));
    let r = a.api(&jeton, "PATCH", &objectif, json!({ "libelle": "Payer mes factures en ligne" })).await;
    assert_eq!((&r.corps["statut"], &r.corps["evalue_le"]), (&json!("atteint"), &json!("2026-03-01")));
    let r = a.api(&jeton, "PATCH", &objectif, json!({ "statut": "en_cours" })).await;
    assert_eq!(r.corps["evalue_le"], json!(null));
    let r = a.api(&jeton, "PATCH", &objectif, json!({ "statut": "partiellement_atteint" })).await;
    assert_eq!(r.corps["evalue_le"], "2026-03-10");
    a.api(&jeton, "POST", &format!("{adresse}/objectifs"), json!({ "libelle": "Un deuxième" })).await;

    let e = a
        .api(
            &jeton,
            "POST",
            &format!("{adresse}/etapes"),
            json!({ "libelle": "Atelier", "nature": "atelier", "prevue_le": "2026-03-17", "heure": "14 h" }),
        )
        .await;
    assert_eq!((e.statut, &e.corps["heure"], &e.corps["statut"]), (201, &json!("14:00"), &json!("a_faire")));
    let etape = format!("{adresse}/etapes/{}", texte(&e.corps["id"]));
    let r = a.api(&jeton, "PATCH", &etape, json!({ "statut": "faite" })).await;
    assert_eq!(r.corps["faite_le"], "2026-03-10");
    let r = a.api(&jeton, "PATCH", &etape, json!({ "statut": "a_faire", "heure": null })).await;
    assert_eq!((&r.corps["faite_le"], &r.corps["heure"]), (&json!(null), &json!(null)));
    let e2 = a.api(&jeton, "POST", &format!("{adresse}/etapes"), json!({ "libelle": "Une erreur" })).await;
    let fausse = format!("{adresse}/etapes/{}", texte(&e2.corps["id"]));
    assert_eq!(a.api(&jeton, "DELETE", &fausse, json!(null)).await.statut, 204);
    assert_eq!(a.api(&jeton, "DELETE", &fausse, json!(null)).await.statut, 404);

    // An objective under way holds the plan open, unless it is abandoned in so many words.
    let r = a.api(&jeton, "PATCH", &adresse, json!({ "clos_le": "2026-03-10" })).await;
    assert_eq!((r.statut, champs(&r.corps)), (422, vec!["abandonner".to_owned()]));
    assert_eq!(champs(&a.api(&jeton, "PATCH", &adresse, json!({ "clos_le": "2026-01-31", "abandonner": true })).await.corps), ["clos_le"]);
    let r = a.api(&jeton, "PATCH", &adresse, json!({ "clos_le": "2026-03-10", "abandonner": true })).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    let statuts: Vec<String> = r.corps["objectifs"].as_array().unwrap().iter().map(|o| texte(&o["statut"])).collect();
    assert_eq!(statuts, ["partiellement_atteint", "abandonne"]);
    assert_eq!(r.corps["etapes"][0]["statut"], "abandonnee");
    // A closed plan is not written any more; another can be opened, then this one cannot be opened again.
    assert_eq!(a.api(&jeton, "POST", &format!("{adresse}/etapes"), json!({ "libelle": "Trop tard" })).await.statut, 409);
    assert_eq!(a.api(&jeton, "PATCH", &objectif, json!({ "statut": "atteint" })).await.statut, 409);
    assert_eq!(a.api(&jeton, "PATCH", &adresse, json!({ "clos_le": null })).await.corps["clos_le"], json!(null));
    assert_eq!(a.api(&jeton, "PATCH", &adresse, json!({ "clos_le": "2026-03-10" })).await.statut, 200);
    assert_eq!(a.api(&jeton, "POST", "/api/v1/parcours", json!({ "personne": p })).await.statut, 201);
    assert_eq!(a.api(&jeton, "PATCH", &adresse, json!({ "clos_le": null })).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn ce_qui_ne_va_pas_est_nomme(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let (p, autre) = (a.personne(&jeton, "Essai", "Un").await, a.personne(&jeton, "Essai", "Deux").await);
    let d = a.api(&jeton, "POST", "/api/v1/diagnostics", json!({ "personne": autre })).await;
    let poster = async |adresse: &str, corps: serde_json::Value| a.api(&jeton, "POST", adresse, corps).await;

    let r = poster("/api/v1/parcours", json!({ "personne": p, "ouvert_le": "2026-03-11", "objectifs": [" "], "etapes": [{ "libelle": "x", "heure": "14:00" }, { "libelle": "y", "prevue_le": "2206-01-01" }] })).await;
    assert_eq!(r.statut, 422);
    assert_eq!(champs(&r.corps), ["etapes[0].prevue_le", "etapes[1].prevue_le", "objectifs[0]", "ouvert_le"]);
    assert_eq!(champs(&poster("/api/v1/parcours", json!({ "personne": p, "diagnostic": d.corps["id"] })).await.corps), ["diagnostic"]);
    assert_eq!(a.api(&jeton, "GET", "/api/v1/parcours", json!(null)).await.corps["elements"], json!([]));

    let r = poster("/api/v1/parcours", json!({ "personne": p })).await;
    let adresse = format!("/api/v1/parcours/{}", texte(&r.corps["id"]));
    let r = poster(&format!("{adresse}/etapes"), json!({ "libelle": "x".repeat(501), "heure": "25:00", "prevue_le": "2026-03-12" })).await;
    assert_eq!(champs(&r.corps), ["heure", "libelle"]);
    assert_eq!(poster(&format!("{adresse}/etapes"), json!({ "libelle": "x", "nature": "promenade" })).await.statut, 422);
    assert_eq!(
        champs(&poster(&format!("{adresse}/etapes"), json!({ "libelle": "x", "statut": "faite", "faite_le": "2026-03-11" })).await.corps),
        ["faite_le"]
    );
    assert_eq!(champs(&poster(&format!("{adresse}/objectifs"), json!({ "libelle": "" })).await.corps), ["libelle"]);
    let o = poster(&format!("{adresse}/objectifs"), json!({ "libelle": "Un" })).await;
    let objectif = format!("{adresse}/objectifs/{}", texte(&o.corps["id"]));
    assert_eq!(
        champs(&a.api(&jeton, "PATCH", &objectif, json!({ "statut": "atteint", "evalue_le": "2026-04-01" })).await.corps),
        ["evalue_le"]
    );
    assert_eq!(a.api(&jeton, "PATCH", &objectif, json!({ "version": 1, "libelle": "Deux" })).await.statut, 409);
    assert_eq!(a.api(&jeton, "PATCH", &adresse, json!({ "version": 1, "clos_le": "2026-03-10", "abandonner": true })).await.statut, 409);

    // A line of another plan is not found through this one.
    let r = poster("/api/v1/parcours", json!({ "personne": autre })).await;
    let ailleurs = format!("/api/v1/parcours/{}/objectifs/{}", texte(&r.corps["id"]), texte(&o.corps["id"]));
    assert_eq!(a.api(&jeton, "PATCH", &ailleurs, json!({ "statut": "atteint" })).await.statut, 404);

    // Another structure finds nothing; a coordinator has no right to names.
    for (qui, statut) in [("beta.mediateur", 404), ("alpha.coordinateur", 403)] {
        let j = a.jeton(qui).await;
        assert_eq!(a.api(&j, "GET", &adresse, json!(null)).await.statut, statut);
        assert_eq!(a.api(&j, "PATCH", &objectif, json!({ "statut": "atteint" })).await.statut, statut);
        assert_eq!(a.api(&j, "POST", "/api/v1/parcours", json!({ "personne": p })).await.statut, statut);
        let s = a.session(qui).await;
        assert_eq!(s.get(&format!("/personnes/{p}/parcours")).await.statut, statut);
        assert_eq!(s.post(&format!("{}/etapes", adresse.trim_start_matches("/api/v1")), &[("etape", "x")]).await.statut, statut);
    }
}

fn cache(html: &str, formulaire: &str) -> String {
    html.split(formulaire)
        .nth(1)
        .and_then(|t| t.split("name=\"id\" value=\"").nth(1))
        .and_then(|t| t.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

#[rstest]
#[tokio::test]
async fn sans_javascript_rien_ne_se_perd(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    let d = a
        .api(
            &jeton,
            "POST",
            "/api/v1/diagnostics",
            json!({ "personne": p, "objectif": "Écrire à ma fille", "etapes": ["Atelier messages"], "convenu": true }),
        )
        .await;
    let d = texte(&d.corps["id"]);
    let s = a.session("alpha.mediateur").await;
    let adresse = format!("/personnes/{p}/parcours");

    // Filled from the diagnostic.
    let page = s.get(&format!("{adresse}?diagnostic={d}")).await;
    assert_eq!(page.statut, 200);
    assert!(page.html.contains("Écrire à ma fille") && page.html.contains("Atelier messages"));
    let id = cache(&page.html, "novalidate");
    let vide = s.post(&adresse, &[("id", &id), ("diagnostic", &d), ("objectif", " ")]).await;
    assert_eq!(vide.statut, 422);
    assert!(vide.html.contains("href=\"#objectif\""));
    let long = "x".repeat(501);
    let r = s.post(&adresse, &[("id", &id), ("objectif", "Écrire"), ("etape_2", &long)]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("href=\"#etape_2\"") && r.html.contains(&long));
    let envoi = [("id", id.as_str()), ("diagnostic", d.as_str()), ("objectif", "Écrire à ma fille"), ("etape_1", "Atelier messages")];
    let r = s.post(&adresse, &envoi).await;
    let plan = format!("/parcours/{id}");
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some(plan.as_str())));
    assert_eq!(s.post(&adresse, &envoi).await.statut, 303);

    let page = s.get(&adresse).await;
    assert!(page.html.contains("« Écrire à ma fille »") && page.html.contains("C’est fait"));
    // A refused step comes back filled; the other form of the page is untouched.
    let id_etape = cache(&page.html, &format!("action=\"{plan}/etapes\""));
    let r = s
        .post(
            &format!("{plan}/etapes"),
            &[("id", &id_etape), ("etape", "Permanence"), ("nature", "orientation"), ("prevue_le", "31/02/2026"), ("heure", "tard")],
        )
        .await;
    assert_eq!(r.statut, 422);
    for mot in ["value=\"Permanence\"", "value=\"orientation\" checked", "href=\"#prevue_le\"", "href=\"#heure\"", "value=\"tard\""] {
        assert!(r.html.contains(mot), "{mot}");
    }
    let bonne =
        [("id", id_etape.as_str()), ("etape", "Permanence"), ("nature", "orientation"), ("prevue_le", "2026-03-12"), ("heure", "9h30")];
    assert_eq!(s.post(&format!("{plan}/etapes"), &bonne).await.statut, 303);
    assert_eq!(s.post(&format!("{plan}/etapes"), &bonne).await.statut, 303);
    let lu = a.api(&jeton, "GET", &format!("/api/v1{plan}"), json!(null)).await;
    assert_eq!(lu.corps["etapes"].as_array().map(Vec::len), Some(2));

    // Done in one act, and undone.
    let etape = format!("{plan}/etapes/{}", texte(&lu.corps["etapes"][0]["id"]));
    assert_eq!(s.post(&format!("{etape}/faite"), &[]).await.statut, 303);
    assert_eq!(s.post(&format!("{etape}/a-faire"), &[]).await.statut, 303);
    assert_eq!(s.get(&etape).await.statut, 200);
    assert_eq!(s.get(&format!("{etape}/retirer")).await.statut, 200);

    // Two people evaluate one objective: the second is told, and keeps what was typed.
    let objectif = format!("{plan}/objectifs/{}", texte(&lu.corps["objectifs"][0]["id"]));
    let page = s.get(&objectif).await;
    let version = page.html.split("name=\"version\" value=\"").nth(1).and_then(|t| t.split('"').next()).unwrap().to_owned();
    let premier = [("version", version.as_str()), ("statut", "atteint"), ("libelle", "Écrire à ma fille")];
    assert_eq!(s.post(&objectif, &premier).await.statut, 303);
    let second = [("version", version.as_str()), ("statut", "non_atteint"), ("libelle", "Écrire à ma sœur")];
    let r = s.post(&objectif, &second).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("Écrire à ma sœur") && r.html.contains("value=\"non_atteint\" checked"));

    // Under way again, with the date that the form showed.
    let reprise = [("statut", "en_cours"), ("evalue_le", "2026-03-10"), ("libelle", "Écrire à ma fille")];
    assert_eq!(s.post(&objectif, &reprise).await.statut, 303);
    assert_eq!(s.post(&objectif, &[("statut", "atteint"), ("libelle", "Écrire à ma fille")]).await.statut, 303);

    // A newer diagnostic offers its steps.
    let d2 = a
        .api(
            &jeton,
            "POST",
            "/api/v1/diagnostics",
            json!({ "personne": p, "etapes": ["Atelier messages", "Une nouvelle"], "convenu": true }),
        )
        .await;
    let d2 = texte(&d2.corps["id"]);
    assert!(s.get(&format!("{adresse}?diagnostic={d2}")).await.html.contains("/reprendre"));
    assert_eq!(s.post(&format!("{plan}/reprendre"), &[("diagnostic", &d2)]).await.statut, 303);
    let lu = a.api(&jeton, "GET", &format!("/api/v1{plan}"), json!(null)).await;
    assert_eq!((lu.corps["etapes"].as_array().map(Vec::len), &lu.corps["diagnostic"]), (Some(3), &json!(d2)));

    assert_eq!(s.get(&format!("{plan}/clore")).await.statut, 200);
    let r = s.post(&format!("{plan}/clore"), &[("version", &lu.corps["version"].to_string()), ("clos_le", "12/04/2026")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("value=\"12/04/2026\""));
    assert_eq!(s.post(&format!("{plan}/clore"), &[("clos_le", "10/03/2026")]).await.statut, 303);
    assert!(s.get(&plan).await.html.contains("Rouvrir ce parcours"));
    assert!(s.get(&adresse).await.html.contains("Parcours terminés"));
    assert_eq!(s.post(&format!("{plan}/rouvrir"), &[]).await.statut, 303);
}
