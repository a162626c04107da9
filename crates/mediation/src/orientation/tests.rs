//! Through the router, on both databases (compiled by the crate `essais`).

use essais::{Appli, Moteur, json};
use rstest::rstest;

async fn orienter(a: &Appli, jeton: &str) -> (String, String, String) {
    let personne = a.personne(jeton, "Essai", "Un").await;
    let partenaire = a.partenaire(jeton, "Partenaire d’essai").await;
    let corps =
        json!({"personne": personne, "partenaire": partenaire, "date": "2026-03-02", "motif": "Aide au logement", "consentement": true});
    let r = a.api(jeton, "POST", "/api/v1/orientations", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    (r.corps["id"].as_str().unwrap().to_owned(), personne, partenaire)
}

#[rstest]
#[tokio::test]
async fn une_orientation_va_de_l_envoi_au_resultat(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let (id, personne, _) = orienter(&a, &jeton).await;
    let chemin = format!("/api/v1/orientations/{id}");

    let r = a.api(&jeton, "GET", &chemin, json!(null)).await;
    assert_eq!((r.corps["statut"].as_str(), r.corps["acceptee"].as_bool()), (Some("envoyee"), Some(false)));
    assert!(r.corps["repondu_le"].is_null());

    let r = a.api(&jeton, "PATCH", &chemin, json!({"statut": "acceptee", "repondu_le": "2026-03-05", "version": 1})).await;
    assert_eq!((r.statut, r.corps["repondu_le"].as_str(), r.corps["acceptee"].as_bool()), (200, Some("2026-03-05"), Some(true)));
    let r = a.api(&jeton, "PATCH", &chemin, json!({"statut": "aboutie", "retour": "Dossier déposé"})).await;
    assert_eq!((r.corps["repondu_le"].as_str(), r.corps["retour"].as_str()), (Some("2026-03-05"), Some("Dossier déposé")));
    // Back to waiting: as if nothing had been answered.
    let r = a.api(&jeton, "PATCH", &chemin, json!({"statut": "envoyee", "retour": null})).await;
    assert_eq!((r.corps["repondu_le"].is_null(), r.corps["acceptee"].as_bool(), r.corps["retour"].is_null()), (true, Some(false), true));
    // The first answer is dated of the day.
    let r = a.api(&jeton, "PATCH", &chemin, json!({"statut": "refusee"})).await;
    assert_eq!((r.corps["repondu_le"].as_str(), r.corps["acceptee"].as_bool()), (Some("2026-03-10"), Some(false)));

    let r = a.api(&jeton, "GET", &format!("/api/v1/orientations?personne={personne}&statut=refusee"), json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 1);
    let r = a.api(&jeton, "GET", "/api/v1/orientations?statut=envoyee", json!(null)).await;
    assert_eq!(r.corps["elements"], json!([]));
}

#[rstest]
#[tokio::test]
async fn la_meme_orientation_deux_fois_n_en_fait_qu_une(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let (personne, partenaire) = (a.personne(&jeton, "Essai", "Un").await, a.partenaire(&jeton, "P").await);
    let corps = json!({"id": "0195f3a0-0000-7000-8000-000000000001", "personne": personne, "partenaire": partenaire, "motif": "M", "consentement": true});
    assert_eq!(a.api(&jeton, "POST", "/api/v1/orientations", corps.clone()).await.statut, 201);
    assert_eq!(a.api(&jeton, "POST", "/api/v1/orientations", corps.clone()).await.statut, 200);
    let mut autre = corps;
    autre["motif"] = json!("Autre");
    assert_eq!(a.api(&jeton, "POST", "/api/v1/orientations", autre).await.statut, 409);
    let r = a.api(&jeton, "GET", "/api/v1/orientations", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn chaque_faute_est_dite_et_rien_n_est_ecrit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let (id, personne, partenaire) = orienter(&a, &jeton).await;
    let beta = a.jeton("beta.mediateur").await;
    let partenaire_beta = a.partenaire(&beta, "Ailleurs").await;
    for (champ, corps) in [
        ("consentement", json!({"personne": personne, "partenaire": partenaire, "motif": "M", "consentement": false})),
        ("consentement", json!({"personne": personne, "partenaire": partenaire, "motif": "M"})),
        ("motif", json!({"personne": personne, "partenaire": partenaire, "motif": "  ", "consentement": true})),
        ("motif", json!({"personne": personne, "partenaire": partenaire, "motif": "x".repeat(1001), "consentement": true})),
        ("date", json!({"personne": personne, "partenaire": partenaire, "motif": "M", "consentement": true, "date": "2026-03-11"})),
        ("date", json!({"personne": personne, "partenaire": partenaire, "motif": "M", "consentement": true, "date": "2024-03-09"})),
        ("partenaire", json!({"personne": personne, "partenaire": partenaire_beta, "motif": "M", "consentement": true})),
        ("inconnu", json!({"personne": personne, "partenaire": partenaire, "motif": "M", "consentement": true, "inconnu": 1})),
    ] {
        let r = a.api(&jeton, "POST", "/api/v1/orientations", corps).await;
        assert_eq!((r.statut, r.corps["erreurs"][0]["champ"].as_str()), (422, Some(champ)), "{}", r.corps);
    }
    let chemin = format!("/api/v1/orientations/{id}");
    for (champ, corps) in [
        ("statut", json!({"statut": "perdue"})),
        ("repondu_le", json!({"statut": "acceptee", "repondu_le": "2026-03-01"})),
        ("repondu_le", json!({"statut": "acceptee", "repondu_le": "2026-03-11"})),
        ("retour", json!({"retour": "x".repeat(1001)})),
    ] {
        let r = a.api(&jeton, "PATCH", &chemin, corps).await;
        assert_eq!((r.statut, r.corps["erreurs"][0]["champ"].as_str()), (422, Some(champ)), "{}", r.corps);
    }
    assert_eq!(a.api(&jeton, "PATCH", &chemin, json!({"statut": "acceptee", "version": 9})).await.statut, 409);
    let r = a.api(&jeton, "GET", "/api/v1/orientations", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 1);
    assert_eq!(r.corps["elements"][0]["version"], json!(1));
    assert_eq!(a.api(&jeton, "GET", "/api/v1/orientations?statut=x", json!(null)).await.statut, 422);
    assert_eq!(a.api(&jeton, "GET", "/api/v1/orientations?inconnu=x", json!(null)).await.statut, 400);
}

#[rstest]
#[tokio::test]
async fn une_autre_structure_n_en_sait_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let (id, personne, partenaire) = orienter(&a, &jeton).await;
    let beta = a.jeton("beta.mediateur").await;
    for (methode, chemin) in [("GET", format!("/api/v1/orientations/{id}")), ("GET", format!("/api/v1/orientations/{id}/lettre.pdf"))] {
        assert_eq!(a.api(&beta, methode, &chemin, json!(null)).await.statut, 404);
    }
    assert_eq!(a.api(&beta, "PATCH", &format!("/api/v1/orientations/{id}"), json!({"statut": "acceptee"})).await.statut, 404);
    let corps = json!({"personne": personne, "partenaire": partenaire, "motif": "M", "consentement": true});
    assert_eq!(a.api(&beta, "POST", "/api/v1/orientations", corps).await.statut, 404);
    assert_eq!(a.api(&beta, "GET", "/api/v1/orientations", json!(null)).await.corps["elements"], json!([]));
    // Figures, no names.
    let coordination = a.jeton("alpha.coordinateur").await;
    assert_eq!(a.api(&coordination, "GET", &format!("/api/v1/orientations/{id}"), json!(null)).await.statut, 403);
    assert_eq!(a.api(&coordination, "GET", "/api/v1/orientations", json!(null)).await.statut, 403);
    // Once the person is erased, nothing is left to read.
    assert_eq!(a.api(&jeton, "DELETE", &format!("/api/v1/personnes/{personne}"), json!(null)).await.statut, 204);
    assert_eq!(a.api(&jeton, "GET", &format!("/api/v1/orientations/{id}"), json!(null)).await.statut, 404);
    assert_eq!(a.api(&jeton, "GET", "/api/v1/orientations", json!(null)).await.corps["elements"], json!([]));
}

#[rstest]
#[tokio::test]
async fn les_pages_menent_de_l_envoi_au_retour(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let (personne, partenaire) = (a.personne(&jeton, "Essai", "Un").await, a.partenaire(&jeton, "Centre d’essai").await);
    let s = a.session("alpha.mediateur").await;
    let chemin = format!("/personnes/{personne}/orienter");
    let r = s.get(&chemin).await;
    assert!(r.statut == 200 && r.html.contains("Centre d’essai") && r.html.contains("La personne est d’accord"), "{}", r.html);

    let motif = "Un motif d’essai à garder";
    let r = s.post(&chemin, &[("partenaire", partenaire.as_str()), ("motif", motif), ("date", "2026-03-09")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains(motif) && r.html.contains("resume-erreurs") && r.html.contains("#consentement"), "{}", r.html);

    let envoi = [
        ("id", "0195f3a0-0000-7000-8000-000000000002"),
        ("partenaire", partenaire.as_str()),
        ("motif", motif),
        ("date", "2026-03-09"),
        ("consentement", "oui"),
    ];
    let vers = s.post(&chemin, &envoi).await.vers.unwrap();
    assert_eq!(vers, "/orientations/0195f3a0-0000-7000-8000-000000000002");
    // The button pressed twice.
    assert_eq!(s.post(&chemin, &envoi).await.vers.unwrap(), vers);

    let liste = s.get("/orientations").await;
    assert!(liste.statut == 200 && liste.html.contains("En attente de réponse") && liste.html.contains("Centre d’essai"));
    assert!(s.get(&vers).await.html.contains(motif));
    assert_eq!(s.get(&format!("{vers}/lettre.pdf")).await.statut, 200);

    let retour = format!("{vers}/retour");
    let r =
        s.post(&retour, &[("statut", "acceptee"), ("repondu_le", "2026-03-01"), ("retour", "Rendez-vous pris"), ("version", "1")]).await;
    assert!(r.statut == 422 && r.html.contains("Rendez-vous pris"), "{}", r.html);
    let r = s.post(&retour, &[("statut", "acceptee"), ("repondu_le", ""), ("retour", "Rendez-vous pris"), ("version", "1")]).await;
    assert_eq!(r.vers.as_deref(), Some(vers.as_str()));
    let r = s.post(&retour, &[("statut", "refusee"), ("retour", "Écrit en retard"), ("version", "1")]).await;
    assert!(r.statut == 409 && r.html.contains("Écrit en retard"), "{}", r.html);
    assert!(s.get(&vers).await.html.contains("Acceptée"));
    assert!(s.get(&format!("/personnes/{personne}")).await.html.contains("Orientation vers Centre d’essai"));
}
