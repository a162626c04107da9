//! Structure and lieux, through the pages and the API, on both engines.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn le_responsable_change_sa_structure_et_ses_lieux(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    let fiche = [("nom", "Alpha"), ("commune", "31555"), ("accent", "bleu"), ("telephone", "05 00 00 00 00"), ("version", "1")];
    assert_eq!(s.post("/structure/modifier", &fiche).await.statut, 303);
    let j = a.jeton("alpha.mediateur").await;
    let r = a.api(&j, "GET", &format!("/api/v1/structures/{}", a.structure_alpha()), Value::Null).await;
    assert_eq!((&r.corps["commune"], &r.corps["version"]), (&json!("31555"), &json!(2)));
    // The version read before is stale: what was typed comes back.
    let r = s.post("/structure/modifier", &[("nom", "Alpha bis"), ("accent", "bleu"), ("version", "1")]).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("Alpha bis"), "{}", r.html);
    // A second lieu of the same name is refused in words, case and accents aside.
    let r = s.post("/structure/lieux/nouveau", &[("nom", "ESPACE álpha"), ("actif", "oui")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("porte déjà ce nom") && r.html.contains("ESPACE álpha"), "{}", r.html);
    assert_eq!(s.post("/structure/lieux/nouveau", &[("nom", "Médiathèque d’essai"), ("actif", "oui")]).await.statut, 303);
    let r = a.api(&j, "GET", "/api/v1/lieux", Value::Null).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 2);
    // Closed, a lieu is kept and no longer proposed.
    let lieu = format!("/structure/lieux/{}", a.lieu_alpha());
    assert_eq!(s.post(&lieu, &[("nom", "Espace Alpha"), ("version", "1")]).await.statut, 303);
    let m = a.session("alpha.mediateur").await;
    assert!(!m.get("/accompagnements/nouveau").await.html.contains("Espace Alpha"));
}

#[rstest]
#[tokio::test]
async fn une_commune_ambigue_ou_inconnue_est_dite(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    for (saisie, mot) in [("Sainte-Nullepart-sur-Rien", "pas connue"), ("Saint-D", "Plusieurs communes")] {
        let r = s.post("/structure/modifier", &[("nom", "Alpha"), ("commune", saisie), ("version", "1")]).await;
        assert_eq!(r.statut, 422, "{saisie}");
        assert!(r.html.contains(mot) && r.html.contains(saisie), "{saisie} : {}", r.html);
    }
    assert_eq!(a.compter("SELECT count(*) FROM structure WHERE version > 1").await, 0);
}
