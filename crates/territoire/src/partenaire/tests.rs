//! Partners, through the API and the pages, on both engines.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn l_annuaire_s_ecrit_et_se_lit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let r = a.api(&j, "POST", "/api/v1/partenaires", json!({"nom": " Centre d’essai ", "nature": "aide_sociale"})).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    assert_eq!(r.corps["nom"], "Centre d’essai");
    let id = r.id();
    let r = a.api(&j, "PATCH", &format!("/api/v1/partenaires/{id}"), json!({"version": 1, "telephone": "01 02 03 04 05"})).await;
    assert_eq!((r.statut, &r.corps["version"]), (200, &json!(2)));
    let r = a.api(&j, "PATCH", &format!("/api/v1/partenaires/{id}"), json!({"version": 1, "telephone": null})).await;
    assert_eq!(r.statut, 409, "une version périmée est refusée");
    let r = a.api(&j, "GET", "/api/v1/partenaires", Value::Null).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 1);
    // The other structure does not see it, and a coordinator may not write.
    let b = a.jeton("beta.mediateur").await;
    assert_eq!(a.api(&b, "GET", &format!("/api/v1/partenaires/{id}"), Value::Null).await.statut, 404);
    assert_eq!(a.api(&b, "PATCH", &format!("/api/v1/partenaires/{id}"), json!({"nom": "x"})).await.statut, 404);
    let c = a.jeton("alpha.coordinateur").await;
    assert_eq!(a.api(&c, "PATCH", &format!("/api/v1/partenaires/{id}"), json!({"nom": "x"})).await.statut, 403);
}

#[rstest]
#[tokio::test]
async fn les_fautes_sont_nommees(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    for (corps, champ) in [
        (json!({"nom": "", "nature": "autre"}), "nom"),
        (json!({"nom": "x".repeat(200), "nature": "autre"}), "nom"),
        (json!({"nom": "x", "nature": "boulangerie"}), "nature"),
        (json!({"nom": "x"}), "nature"),
        (json!({"nom": "x", "nature": "autre", "courriel": "pas une adresse"}), "courriel"),
        (json!({"nom": "x", "nature": "autre", "inconnu": 1}), "inconnu"),
    ] {
        let r = a.api(&j, "POST", "/api/v1/partenaires", corps.clone()).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{corps} -> {}", r.corps);
        assert_eq!(r.entetes["content-type"], "application/problem+json");
    }
    assert_eq!(a.compter("SELECT count(*) FROM partenaire").await, 0);
}

#[rstest]
#[tokio::test]
async fn un_formulaire_refuse_revient_rempli(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let r = s.post("/partenaires/nouveau", &[("nom", "Partenaire d’essai"), ("description", "Aide les essais")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("Partenaire d’essai") && r.html.contains("Aide les essais") && r.html.contains("#nature"), "{}", r.html);
    let r = s.post("/partenaires/nouveau", &[("nom", "Partenaire d’essai"), ("nature", "autre")]).await;
    assert_eq!(r.statut, 303);
    let r = s.get("/partenaires").await;
    assert!(r.html.contains("Partenaire d’essai") && r.html.contains("Le partenaire est dans l’annuaire."));
}
