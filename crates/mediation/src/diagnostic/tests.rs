//! The diagnostic through the router, on both engines.

use essais::{Appli, Moteur, json};
use rstest::rstest;

const GESTES: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];

fn reponses(notes: [Option<u8>; 8]) -> serde_json::Value {
    json!({
        "acces": { "appareil": ["telephone_internet"], "usage_3_mois": "oui" },
        "gestes": GESTES.iter().zip(notes).map(|(g, n)| ((*g).to_owned(), json!(n))).collect::<serde_json::Map<_, _>>(),
        "confort": { "urgence": "ce_mois", "confiance": 2 },
    })
}

fn champs(r: &serde_json::Value) -> Vec<String> {
    let mut v: Vec<String> = r["erreurs"].as_array().into_iter().flatten().filter_map(|e| e["champ"].as_str().map(str::to_owned)).collect();
    v.sort();
    v
}

#[rstest]
#[tokio::test]
async fn un_diagnostic_se_propose_se_convient_et_se_relit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    let corps = json!({
        "id": "01960000-0000-7000-8000-000000000001",
        "personne": p,
        "date": "2026-03-02",
        "reponses": reponses([Some(3), Some(3), Some(2), Some(2), Some(3), Some(3), Some(1), None]),
        "objectif": "Écrire à ma fille",
        "etapes": ["Atelier messages", "  "],
        "convenu": true,
    });
    let r = a.api(&jeton, "POST", "/api/v1/diagnostics", corps.clone()).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    assert_eq!(r.corps["niveau_propose"], "en_chemin");
    assert_eq!(r.corps["niveau"], "en_chemin");
    assert_eq!(r.corps["etapes"], json!(["Atelier messages"]));
    assert_eq!(r.corps["grille"], "passeur-1");
    assert_eq!(r.corps["reponses"]["gestes"]["8"], json!(null));
    assert_eq!(r.corps["reponses"]["confort"]["confiance"], 2);
    assert!(r.corps["raison"].as_str().is_some_and(|t| t.contains("repérer un message suspect")), "{}", r.corps);
    let id = r.corps["id"].as_str().unwrap().to_owned();

    // The same request again is the same record; another body under the same id is refused.
    let encore = a.api(&jeton, "POST", "/api/v1/diagnostics", corps.clone()).await;
    assert_eq!((encore.statut, &encore.corps), (200, &r.corps));
    let mut autre = corps;
    autre["objectif"] = json!("Autre chose");
    assert_eq!(a.api(&jeton, "POST", "/api/v1/diagnostics", autre).await.statut, 409);

    let relu = a.api(&jeton, "GET", &format!("/api/v1/diagnostics/{id}"), json!(null)).await;
    assert_eq!((relu.statut, &relu.corps), (200, &r.corps));
    let liste = a.api(&jeton, "GET", &format!("/api/v1/diagnostics?personne={p}"), json!(null)).await;
    assert_eq!(liste.corps["elements"].as_array().map(Vec::len), Some(1));
    assert_eq!(liste.corps["suivant"], json!(null));
    let toutes = a.api(&jeton, "GET", "/api/v1/diagnostics", json!(null)).await;
    assert_eq!(toutes.corps["elements"].as_array().map(Vec::len), Some(1));

    let grille = a.api(&jeton, "GET", "/api/v1/diagnostics/grilles/passeur-1", json!(null)).await;
    assert_eq!(grille.statut, 200);
    assert_eq!(grille.corps["gestes"].as_array().map(Vec::len), Some(8));
    assert_eq!(a.api(&jeton, "GET", "/api/v1/diagnostics/grilles/passeur-0", json!(null)).await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn ce_qui_ne_va_pas_est_nomme(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    let poster = async |corps: serde_json::Value| a.api(&jeton, "POST", "/api/v1/diagnostics", corps).await;

    let r = poster(json!({
        "personne": p,
        "date": "2026-03-11",
        "reponses": { "acces": { "appareil": ["aucun", "tablette"], "voiture": "oui" }, "gestes": { "1": 4, "12": 0 }, "confort": { "urgence": "hier" } },
        "objectif": "x".repeat(501),
        "etapes": ["a", "b", "c", "d"],
        "convenu": true,
    }))
    .await;
    assert_eq!(r.statut, 422);
    assert_eq!(
        champs(&r.corps),
        [
            "date",
            "etapes",
            "objectif",
            "reponses.acces.appareil",
            "reponses.acces.voiture",
            "reponses.confort.urgence",
            "reponses.gestes.1",
            "reponses.gestes.12"
        ]
    );
    // Agreed without a next step, too old, unknown grid, wrong type, unknown level, unknown field, no person.
    assert_eq!(champs(&poster(json!({ "personne": p, "convenu": true })).await.corps), ["etapes"]);
    assert_eq!(champs(&poster(json!({ "personne": p, "date": "2024-03-09" })).await.corps), ["date"]);
    assert_eq!(champs(&poster(json!({ "personne": p, "grille": "passeur-9" })).await.corps), ["grille"]);
    assert_eq!(poster(json!({ "personne": p, "reponses": { "gestes": { "1": "trois" } } })).await.statut, 422);
    assert_eq!(poster(json!({ "personne": p, "niveau": "expert" })).await.statut, 422);
    assert_eq!(poster(json!({ "personne": p, "resultat": "bon" })).await.statut, 422);
    assert_eq!(poster(json!({ "convenu": false })).await.statut, 422);
    assert_eq!(poster(json!({ "personne": "01960000-0000-7000-8000-0000000000ff" })).await.statut, 404);
    // Nothing was half-written.
    let liste = a.api(&jeton, "GET", "/api/v1/diagnostics", json!(null)).await;
    assert_eq!(liste.corps["elements"], json!([]));
}

#[rstest]
#[tokio::test]
async fn une_autre_structure_ne_voit_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let alpha = a.jeton("alpha.mediateur").await;
    let beta = a.jeton("beta.mediateur").await;
    let coordinateur = a.jeton("alpha.coordinateur").await;
    let p = a.personne(&alpha, "Essai", "Un").await;
    let r = a.api(&alpha, "POST", "/api/v1/diagnostics", json!({ "personne": p })).await;
    let id = r.corps["id"].as_str().unwrap().to_owned();
    for (jeton, statut) in [(&beta, 404), (&coordinateur, 403)] {
        assert_eq!(a.api(jeton, "GET", &format!("/api/v1/diagnostics/{id}"), json!(null)).await.statut, statut);
        assert_eq!(a.api(jeton, "PATCH", &format!("/api/v1/diagnostics/{id}"), json!({ "convenu": false })).await.statut, statut);
        assert_eq!(a.api(jeton, "GET", &format!("/api/v1/diagnostics/{id}/fiche.pdf"), json!(null)).await.statut, statut);
        assert_eq!(a.api(jeton, "GET", &format!("/api/v1/diagnostics?personne={p}"), json!(null)).await.statut, statut);
        assert_eq!(a.api(jeton, "POST", "/api/v1/diagnostics", json!({ "personne": p })).await.statut, statut);
    }
    assert_eq!(a.api(&beta, "GET", "/api/v1/diagnostics", json!(null)).await.corps["elements"], json!([]));
    let s = a.session("beta.mediateur").await;
    assert_eq!(s.get(&format!("/diagnostics/{id}")).await.statut, 404);
    assert_eq!(s.get(&format!("/personnes/{p}/diagnostic")).await.statut, 404);
    assert_eq!(s.post(&format!("/personnes/{p}/diagnostic"), &[("objectif", "x")]).await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn un_diagnostic_reste_modifiable_et_personne_n_ecrase_l_autre(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    let r = a.api(&jeton, "POST", "/api/v1/diagnostics", json!({ "personne": p })).await;
    assert_eq!(r.corps["niveau"], "a_completer");
    let adresse = format!("/api/v1/diagnostics/{}", r.corps["id"].as_str().unwrap());

    // Neither agreed nor amended: the level follows the answers.
    let r = a.api(&jeton, "PATCH", &adresse, json!({ "version": 1, "reponses": reponses([Some(3); 8]) })).await;
    assert_eq!((r.statut, &r.corps["niveau"], &r.corps["version"]), (200, &json!("autonome"), &json!(2)));
    // Agreed at another level: it stays when the answers change.
    let r = a.api(&jeton, "PATCH", &adresse, json!({ "niveau": "en_chemin", "etapes": ["Un essai"], "convenu": true })).await;
    assert_eq!((r.statut, &r.corps["niveau"], &r.corps["niveau_propose"]), (200, &json!("en_chemin"), &json!("autonome")));
    let r = a.api(&jeton, "PATCH", &adresse, json!({ "reponses": reponses([Some(0); 8]) })).await;
    assert_eq!((&r.corps["niveau"], &r.corps["niveau_propose"]), (&json!("en_chemin"), &json!("eloigne")));
    // An older version is refused; an agreed diagnostic keeps a step.
    assert_eq!(a.api(&jeton, "PATCH", &adresse, json!({ "version": 1, "objectif": "x" })).await.statut, 409);
    assert_eq!(champs(&a.api(&jeton, "PATCH", &adresse, json!({ "etapes": [] })).await.corps), ["etapes"]);
    let r = a.api(&jeton, "PATCH", &adresse, json!({ "objectif": null, "constats": "Calme" })).await;
    assert_eq!((&r.corps["objectif"], &r.corps["constats"]), (&json!(null), &json!("Calme")));
}

#[rstest]
#[tokio::test]
async fn la_fiche_est_un_pdf(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    for (date, note) in [("2026-01-05", 1), ("2026-03-02", 3)] {
        let corps = json!({ "personne": p, "date": date, "reponses": reponses([Some(note); 8]), "etapes": ["Un essai"], "convenu": true });
        assert_eq!(a.api(&jeton, "POST", "/api/v1/diagnostics", corps).await.statut, 201);
    }
    let liste = a.api(&jeton, "GET", &format!("/api/v1/diagnostics?personne={p}"), json!(null)).await;
    let s = a.session("alpha.mediateur").await;
    for d in liste.corps["elements"].as_array().unwrap() {
        let r = s.get(&format!("/diagnostics/{}/fiche.pdf", d["id"].as_str().unwrap())).await;
        assert_eq!(r.statut, 200);
        assert!(r.html.starts_with("%PDF"), "{:.80}", r.html);
    }
}

/// Everything a browser without JavaScript sends, and nothing lost on the way.
#[rstest]
#[tokio::test]
async fn sans_javascript_rien_ne_se_perd(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    let s = a.session("alpha.mediateur").await;
    let adresse = format!("/personnes/{p}/diagnostic");

    let page = s.get(&adresse).await;
    assert_eq!(page.statut, 200);
    for mot in ["Pas encore", "Avec de l’aide", "Seul, sauf blocage", "Pas regardé", "Voir le résultat", "aria-live=\"polite\"", "ESSAI"]
    {
        assert!(page.html.to_uppercase().contains(&mot.to_uppercase()), "{mot}");
    }
    // Enter presses the first button of a form: it records.
    assert!(page.html.find("<span>Enregistrer").unwrap() < page.html.find("name=\"acte\"").unwrap());
    let id = page.html.split("name=\"id\" value=\"").nth(1).and_then(|t| t.split('"').next()).unwrap().to_owned();
    let mut saisie = vec![
        ("id", id.as_str()),
        ("grille", "passeur-1"),
        ("acces_appareil", "tablette"),
        ("acces_appareil", "ordinateur"),
        ("acces_usage_3_mois", "oui"),
        ("gestes_1", "3"),
        ("gestes_2", "3"),
        ("gestes_3", "2"),
        ("gestes_4", "non_observe"),
        ("gestes_5", "3"),
        ("gestes_6", "3"),
        ("gestes_7", "3"),
        ("confort_confiance", "4"),
        ("objectif", "Déclarer mes impôts « seul »"),
        ("niveau", "en_chemin"),
        ("date", "2026-03-10"),
    ];

    // « Voir le résultat » gives the same page, filled, and records nothing.
    let mut voir = saisie.clone();
    voir.push(("acte", "voir"));
    let r = s.post(&adresse, &voir).await;
    assert_eq!(r.statut, 200);
    assert!(r.html.contains("Niveau proposé") && r.html.contains("Autonome.") && r.html.contains("Déclarer mes impôts « seul »"));
    assert!(r.html.contains("name=\"gestes_3\" value=\"2\" checked") && r.html.contains("value=\"en_chemin\" checked"));
    // So does htmx, with the result alone.
    let r = s.post("/diagnostic/apercu", &saisie).await;
    assert_eq!(r.statut, 200);
    assert!(r.html.contains("Autonome.") && !r.html.contains("<html"));

    // Agreed without a next step: refused, all is still there.
    saisie.push(("convenu", "oui"));
    let r = s.post(&adresse, &saisie).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("href=\"#etape_1\"") && r.html.contains("data-garde=\"sale\""));
    for coche in [
        "value=\"tablette\" checked",
        "value=\"ordinateur\" checked",
        "name=\"gestes_1\" value=\"3\" checked",
        "name=\"convenu\" type=\"checkbox\" value=\"oui\" checked",
    ] {
        assert!(r.html.contains(coche), "{coche}");
    }
    assert_eq!(a.api(&jeton, "GET", "/api/v1/diagnostics", json!(null)).await.corps["elements"], json!([]));

    saisie.push(("etape_1", "Atelier impôts"));
    let r = s.post(&adresse, &saisie).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some(format!("/diagnostics/{id}").as_str())));
    // The button pressed twice: one record.
    assert_eq!(s.post(&adresse, &saisie).await.statut, 303);
    assert_eq!(a.api(&jeton, "GET", "/api/v1/diagnostics", json!(null)).await.corps["elements"].as_array().map(Vec::len), Some(1));
    // Back, changed, sent again: said, and still there.
    let mut change = saisie.clone();
    change.push(("etape_2", "Une autre étape"));
    let r = s.post(&adresse, &change).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("Une autre étape") && r.html.contains(&format!("/diagnostics/{id}/modifier")));

    let r = s.get(&format!("/diagnostics/{id}")).await;
    assert_eq!(r.statut, 200);
    for mot in
        ["convenu ensemble", "En chemin", "Atelier impôts", "Imprimer la fiche", "Faire le parcours", "Voir les valeurs", "Pas regardé"]
    {
        assert!(r.html.contains(mot), "{mot}");
    }

    // Two people on one diagnostic: the second is told, and keeps what was typed.
    let modifier = format!("/diagnostics/{id}/modifier");
    let r = s.get(&modifier).await;
    assert!(r.html.contains("name=\"version\" value=\"1\"") && r.html.contains("value=\"en_chemin\" checked"));
    saisie.push(("version", "1"));
    assert_eq!(s.post(&modifier, &saisie).await.statut, 303);
    saisie.retain(|(champ, _)| *champ != "objectif");
    saisie.push(("objectif", "Texte du second"));
    let r = s.post(&modifier, &saisie).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("Texte du second") && r.html.contains("name=\"version\" value=\"2\""));
}
