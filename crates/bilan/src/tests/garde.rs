//! Filters of the bilan that a person keeps.

use essais::{Appli, Moteur, json};
use rstest::rstest;

use super::recevoir;

#[rstest]
#[tokio::test]
async fn une_periode_relative_avance_avec_le_calendrier(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Filtre").await;
    recevoir(&a, &jeton, &p, "2025-12-30").await;
    recevoir(&a, &jeton, &p, "2026-02-03").await;

    // From the page: the form proposes the period that these dates are.
    let page = s.get("/bilan?periode=trimestre_dernier&thematique=email").await;
    assert!(page.statut == 200 && page.html.contains("du 1er\u{a0}octobre 2025 au 31\u{a0}décembre 2025"), "{}", page.html);
    let form = s.get("/bilan/filtres/nouveau?du=2025-10-01&au=2025-12-31&thematique=email").await;
    assert!(form.html.contains("value=\"trimestre_dernier\" checked"), "{}", form.html);
    let mut champs = form.champs_caches();
    champs.extend([("nom".into(), "Courriel, trimestre".into()), ("periode".into(), "trimestre_dernier".into())]);
    let champs: Vec<_> = champs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let r = s.post("/bilan/filtres", &champs).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some("/bilan?periode=trimestre_dernier&thematique=email")), "{}", r.html);

    // It is at the top of the bilan, marked when it is what is shown.
    let page = s.get(r.vers.as_deref().unwrap()).await;
    let onglet = "<a href=\"/bilan?periode=trimestre_dernier&#38;thematique=email\" aria-current=\"page\">Courriel, trimestre</a>";
    assert!(page.html.contains(onglet), "{}", page.html);

    let filtres = a.api(&jeton, "GET", "/api/v1/bilan/filtres", json!(null)).await.corps;
    let f = &filtres["elements"][0];
    assert_eq!((f["periode"].as_str(), &f["du"]), (Some("trimestre_dernier"), &json!(null)));
    let adresse = format!("/api/v1/bilan?{}", f["adresse"].as_str().unwrap());
    let b = a.api(&jeton, "GET", &adresse, json!(null)).await.corps;
    assert_eq!((b["du"].as_str(), &b["activites"]["total"]), (Some("2025-10-01"), &json!(1)));
    a.regler("2026-04-02T09:00:00Z");
    let b = a.api(&jeton, "GET", &adresse, json!(null)).await.corps;
    assert_eq!((b["du"].as_str(), b["au"].as_str(), &b["activites"]["total"]), (Some("2026-01-01"), Some("2026-03-31"), &json!(1)));
}

#[rstest]
#[tokio::test]
async fn un_filtre_n_est_qu_a_son_auteur(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (jeton, autre) = (a.jeton("alpha.mediateur").await, a.jeton("alpha.responsable").await);
    let corps = json!({"id": "0199aaaa-0000-7000-8000-000000000001", "nom": " Ateliers ", "filtre": {"du": "2025-01-01", "au": "2025-06-30", "type": "collectif"}});
    let r = a.api(&jeton, "POST", "/api/v1/bilan/filtres", corps.clone()).await;
    assert_eq!((r.statut, r.corps["nom"].as_str()), (201, Some("Ateliers")), "{}", r.corps);
    assert_eq!(r.corps["adresse"], json!("du=2025-01-01&au=2025-06-30&type=collectif"));
    let id = r.id();
    assert_eq!(a.api(&jeton, "POST", "/api/v1/bilan/filtres", corps).await.statut, 200, "la même demande");
    // The same name, whatever its case; another person may use it.
    let meme = json!({"nom": "ATELIERS"});
    let r = a.api(&jeton, "POST", "/api/v1/bilan/filtres", meme.clone()).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["nom".to_owned()]));
    assert_eq!(a.api(&autre, "POST", "/api/v1/bilan/filtres", meme).await.statut, 201);
    for (methode, corps) in [("GET", json!(null)), ("PUT", json!({"nom": "À moi"})), ("DELETE", json!(null))] {
        assert_eq!(a.api(&autre, methode, &format!("/api/v1/bilan/filtres/{id}"), corps).await.statut, 404, "{methode}");
    }
    let r = a.api(&jeton, "PUT", &format!("/api/v1/bilan/filtres/{id}"), json!({"nom": "Ateliers du semestre"})).await;
    assert_eq!((r.statut, r.corps["nom"].as_str()), (200, Some("Ateliers du semestre")));
    let s = a.session("alpha.mediateur").await;
    assert!(s.get("/bilan/filtres").await.html.contains("Ateliers du semestre"));
    let r = s.post(&format!("/bilan/filtres/{id}"), &[("nom", "")]).await;
    assert!(r.statut == 422 && r.html.contains("Donnez un nom"), "{}", r.html);
    assert_eq!(s.post(&format!("/bilan/filtres/{id}/supprimer"), &[]).await.statut, 303);
    assert_eq!(a.api(&jeton, "GET", &format!("/api/v1/bilan/filtres/{id}"), json!(null)).await.statut, 404);
    assert_eq!(a.compter("SELECT COUNT(*) FROM journal WHERE objet = 'filtre_bilan'").await, 4);
}

#[rstest]
#[tokio::test]
async fn un_filtre_impossible_n_est_pas_garde(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    for (champ, corps) in [
        ("nom", json!({"nom": " "})),
        ("nom", json!({"nom": "x".repeat(61)})),
        ("nom", json!({"nom": "a\nb"})),
        ("du", json!({"nom": "x", "filtre": {"du": "2026-03-02", "au": "2026-03-01"}})),
        ("periode", json!({"nom": "x", "filtre": {"periode": "ce_mois", "du": "2026-03-01"}})),
        ("lieu", json!({"nom": "x", "filtre": {"lieu": a.lieu_beta()}})),
    ] {
        let r = a.api(&jeton, "POST", "/api/v1/bilan/filtres", corps.clone()).await;
        assert_eq!((r.statut, r.champs().first().map(String::as_str)), (422, Some(champ)), "{corps} : {}", r.corps);
    }
    let r = a.api(&jeton, "POST", "/api/v1/bilan/filtres", json!({"nom": "x", "filtre": {"structures": [a.structure_beta()]}})).await;
    assert_eq!(r.statut, 404, "{}", r.corps);
    assert_eq!(a.api(&jeton, "POST", "/api/v1/bilan/filtres", json!({"nom": "x", "inconnu": 1})).await.statut, 422);
    // A refused form comes back with what was typed and chosen.
    let s = a.session("alpha.mediateur").await;
    let champs = [("du", "2026-01-01"), ("au", "2026-01-31"), ("type", "collectif"), ("nom", ""), ("periode", "dates")];
    let r = s.post("/bilan/filtres", &champs).await;
    assert!(r.statut == 422 && r.html.contains("Donnez un nom") && r.html.contains("value=\"dates\" checked"), "{}", r.html);
    assert!(r.html.contains("name=\"type\" value=\"collectif\""), "{}", r.html);
    for n in 0..30 {
        assert_eq!(a.api(&jeton, "POST", "/api/v1/bilan/filtres", json!({"nom": format!("Filtre {n}")})).await.statut, 201);
    }
    assert_eq!(a.api(&jeton, "POST", "/api/v1/bilan/filtres", json!({"nom": "De trop"})).await.statut, 409);
    assert_eq!(a.compter("SELECT COUNT(*) FROM filtre_bilan").await, 30);
}
