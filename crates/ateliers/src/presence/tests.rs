//! Attendance and closing, through the router.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

async fn seance(a: &Appli) -> (String, String) {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": "2026-03-20", "heure": "14:00"}],
        "duree_minutes": 90, "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true, "places": 8
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    (r.id(), r.corps["dates"][0]["id"].as_str().unwrap().to_owned())
}

#[rstest]
#[tokio::test]
async fn clore_enregistre_l_accompagnement_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, date) = seance(&a).await;
    let zoe = a.personne(&j, "Zoé", "Essai").await;
    let tom = a.personne(&j, "Tom", "Essai").await;
    let inscrire = async |corps: Value| a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), corps).await.id();
    let r_zoe = inscrire(json!({"personne": zoe, "par": "accueil"})).await;
    let r_ada = inscrire(json!({"nom": "Ada", "par": "accueil"})).await;
    let _absent = inscrire(json!({"nom": "Bob", "par": "accueil"})).await;
    let presences = format!("/api/v1/ateliers/dates/{date}/presences");
    let cloture = format!("/api/v1/ateliers/dates/{date}/cloture");
    assert_eq!(a.api(&j, "POST", &cloture, json!({})).await.statut, 409, "pas avant le début");
    a.regler("2026-03-20T15:00:00Z");
    let marque = |r: &str| json!({"reservation": r, "etat": "present"});
    let corps = json!({"marques": [marque(&r_zoe), marque(&r_ada)], "sur_place": [tom], "anonymes": 2});
    let r = a.api(&j, "PUT", &presences, corps.clone()).await;
    assert_eq!((r.statut, &r.corps["presents"]), (200, &json!(5)));
    // Tapped twice, nobody is twice there.
    assert_eq!(a.api(&j, "PUT", &presences, corps).await.corps["presents"], 5);
    assert_eq!(a.api(&j, "PUT", &presences, json!({"anonymes": 1001})).await.champs(), ["anonymes"]);
    let clotures = futures_util::future::join_all((0..5).map(|_| a.api(&j, "POST", &cloture, json!({})))).await;
    assert_eq!(clotures.iter().filter(|r| r.statut == 200).count(), 1);
    assert_eq!(a.compter("SELECT COUNT(*) FROM accompagnement").await, 1);
    let acc = clotures.iter().find(|r| r.statut == 200).unwrap().corps["accompagnement"].as_str().unwrap().to_owned();
    let acc = a.api(&j, "GET", &format!("/api/v1/accompagnements/{acc}"), Value::Null).await.corps;
    assert_eq!((&acc["type"], &acc["duree_minutes"], &acc["date"]), (&json!("collectif"), &json!(90), &json!("2026-03-20")));
    assert_eq!(acc["personnes"].as_array().unwrap().len(), 2);
    assert_eq!(acc["anonymes"]["total"], 3);
    // Closed: nothing more is tapped.
    assert_eq!(a.api(&j, "PUT", &presences, json!({"anonymes": 3})).await.statut, 409);
    let r = a.api(&j, "GET", "/api/v1/ateliers/resultats", Value::Null).await.corps["elements"][0].clone();
    let chiffres = ["seances", "places", "inscrits", "venus", "presents"].map(|c| r[c].as_i64().unwrap());
    assert_eq!(chiffres, [1, 8, 3, 2, 5]);
    let s = a.session("alpha.mediateur").await;
    assert!(s.get("/ateliers/resultats").await.html.contains("Atelier d’essai"));
}

#[rstest]
#[tokio::test]
async fn la_feuille_se_coche_sur_la_page(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, date) = seance(&a).await;
    let r = a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), json!({"nom": "Ada", "par": "accueil"})).await.id();
    let tom = a.personne(&j, "Tom", "Essai").await;
    let s = a.session("alpha.mediateur").await;
    let page = format!("/ateliers/dates/{date}");
    assert_eq!(s.post(&page, &[("marque", &format!("{r}:present"))]).await.statut, 303);
    assert!(s.get(&page).await.html.contains("1 personne présente") || s.get(&page).await.html.contains("1\u{a0}personne présente"));
    assert!(s.post(&page, &[("action", "chercher"), ("cherche", "tom")]).await.html.contains(&tom));
    assert_eq!(s.post(&page, &[("personne", &tom)]).await.statut, 303);
    assert_eq!(s.post(&page, &[("action", "nom"), ("nom", "")]).await.statut, 422);
    assert_eq!(s.post(&page, &[("action", "anonymes"), ("anonymes", "beaucoup")]).await.statut, 422);
    a.regler("2026-03-20T15:00:00Z");
    // The session of ten days ago has ended.
    let s = a.session("alpha.mediateur").await;
    let r = s.post(&format!("{page}/clore"), &[]).await;
    assert!(r.vers.unwrap().starts_with("/accompagnements/"));
    assert!(s.get(&page).await.html.contains("est close"));
    // Nobody came: nothing is counted.
    a.regler("2026-03-10T09:00:00Z");
    let corps = json!({"fiche": ateliers::fiche::livrees::LIVREES[0].code, "dates": [{"jour": "2026-03-21", "heure": "14:00"}], "lieu_genre": "lieu", "lieu": a.lieu_alpha()});
    let r = a.api(&j, "POST", "/api/v1/ateliers/seances", corps).await;
    let vide = r.corps["dates"][0]["id"].as_str().unwrap().to_owned();
    a.regler("2026-03-21T15:00:00Z");
    let r = a.api(&j, "POST", &format!("/api/v1/ateliers/dates/{vide}/cloture"), json!({})).await;
    assert_eq!((r.statut, &r.corps["accompagnement"]), (200, &Value::Null));
    assert_eq!(a.compter("SELECT COUNT(*) FROM accompagnement").await, 1);
}
