//! The titles, read by anybody through the pages and by an account through the API.

use essais::{Appli, Moteur, Value, json};

const CODES: [&str; 3] = ["mediateur-numerique-2025", "cmn-rncp26573", "cmn-plan-de-formation"];

#[tokio::test]
async fn les_titres_se_lisent_sans_compte() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let n = a.navigateur();
    let r = n.get("/titres").await;
    assert_eq!(r.statut, 200);
    for code in CODES {
        assert!(r.html.contains(&format!("href=\"/titres/{code}\"")), "{code}");
        let t = n.get(&format!("/titres/{code}")).await;
        assert_eq!(t.statut, 200, "{code}");
        assert!(t.html.contains("Obtenir le titre") && t.html.contains("lang=\"fr\""), "{code}");
    }
    // Other names of a title lead to its page.
    for nom in ["26573", "conseiller-mediateur-numerique"] {
        let r = n.get(&format!("/titres/{nom}")).await;
        assert_eq!((r.statut, r.vers.as_deref()), (303, Some("/titres/cmn-rncp26573")), "{nom}");
    }
    assert_eq!(n.get("/titres/inconnu").await.statut, 404);
    // And a signed-in account reads them too.
    assert_eq!(a.session("alpha.mediateur").await.get("/titres/cmn-rncp26573").await.statut, 200);
}

#[tokio::test]
async fn les_pieges_des_documents_sont_montres() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let n = a.navigateur();
    let plan = n.get("/titres/cmn-plan-de-formation").await.html;
    assert!(plan.contains("le document imprime 39,5\u{a0}h, la somme des modules donne 38,5\u{a0}h"));
    assert!(plan.contains("352,5\u{a0}h") && plan.contains("351,5\u{a0}h"));
    assert!(plan.contains("sans durée imprimée") && plan.contains("nomenclature de 1969"));
    let fiche = n.get("/titres/cmn-rncp26573").await.html;
    assert!(fiche.contains("pendant 5\u{a0}ans") && fiche.contains("RNCP26573") && fiche.contains("320t") && fiche.contains("G1202"));
    let titre = n.get("/titres/mediateur-numerique-2025").await.html;
    assert!(titre.contains("tant que le titre est valide") && titre.contains("abrogé le 29\u{a0}décembre 2023"));
    // Before the repeal, the text held.
    a.regler("2023-06-01T09:00:00Z");
    let avant = n.get("/titres/mediateur-numerique-2025").await.html;
    assert!(avant.contains("en vigueur jusqu’au 29\u{a0}décembre 2023"));
}

#[tokio::test]
async fn deux_titres_se_comparent() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let n = a.navigateur();
    let r = n.get("/titres/cmn-rncp26573/comparer/cmn-plan-de-formation").await;
    assert_eq!(r.statut, 200);
    assert!(r.html.contains("durée de validité d’une unité") && r.html.contains("plan de formation"));
    let r = n.get("/titres/26573/comparer/mediateur-numerique").await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some("/titres/cmn-rncp26573/comparer/mediateur-numerique-2025")));
    let r = n.get("/titres/cmn-rncp26573/comparer/cmn-rncp26573").await;
    assert!(r.html.contains("rien ne change"));
    assert_eq!(n.get("/titres/cmn-rncp26573/comparer/inconnu").await.statut, 404);
}

#[tokio::test]
async fn l_api_donne_les_titres_a_tout_compte() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    assert_eq!(a.api("", "GET", "/api/v1/certification/titres", Value::Null).await.statut, 401);
    let j = a.jeton("alpha.coordinateur").await;
    let r = a.api(&j, "GET", "/api/v1/certification/titres", Value::Null).await;
    let codes: Vec<&str> = r.corps["elements"].as_array().unwrap().iter().filter_map(|t| t["code"].as_str()).collect();
    assert_eq!(codes, CODES);
    assert_eq!((&r.corps["suivant"], &r.corps["elements"][1]["sort"]), (&Value::Null, &json!("revisee")));
    let r = a.api(&j, "GET", "/api/v1/certification/titres/cmn-plan-de-formation", Value::Null).await;
    assert_eq!((r.statut, &r.corps["horaires"]["total_imprime_minutes"]), (200, &json!(21150)));
    let r = a.api(&j, "GET", "/api/v1/certification/titres/26573", Value::Null).await;
    assert_eq!(r.corps["unites"].as_array().unwrap().len(), 3);
    assert_eq!(a.api(&j, "GET", "/api/v1/certification/titres/inconnu", Value::Null).await.statut, 404);
}
