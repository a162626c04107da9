//! The application as a whole: health, refusals, headers, sign-in, idempotence of the kernel.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn elle_est_en_vie_et_prete(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    assert_eq!(a.api("", "GET", "/health/live", Value::Null).await.statut, 200);
    let r = a.api("", "GET", "/health/ready", Value::Null).await;
    assert_eq!((r.statut, &r.corps["statut"]), (200, &json!("pret")));
}

#[tokio::test]
async fn chaque_reponse_porte_les_entetes_de_securite() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    for chemin in ["/connexion", "/style", "/inconnue", "/api/v1/personnes", "/api/v1/openapi.json"] {
        let r = a.navigateur().get(chemin).await;
        let csp = r.entetes["content-security-policy"].to_str().unwrap();
        assert!(csp.contains("script-src 'self'") && !csp.contains("unsafe"), "{chemin} : {csp}");
        assert_eq!(r.entetes["x-content-type-options"], "nosniff", "{chemin}");
    }
}

#[tokio::test]
async fn une_demande_d_un_autre_site_est_refusee() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let s = a.session("alpha.mediateur").await;
    let r = s.post_avec("/partenaires/nouveau", &[("nom", "x"), ("nature", "autre")], &[("origin", "http://ailleurs.invalid")]).await;
    // The kit's own header says same-origin; a real browser cannot lie about it.
    assert_eq!(r.statut, 303);
    let mut b = axum::http::Request::builder().method("POST").uri("/partenaires/nouveau");
    b = b.header("host", "passeur.test").header("origin", "http://ailleurs.invalid").header("sec-fetch-site", "cross-site");
    let r = tower::ServiceExt::oneshot(a.routeur.clone(), b.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert_eq!(r.status(), 403);
}

#[tokio::test]
async fn les_refus_sont_des_pages_ou_des_problemes() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let s = a.session("alpha.mediateur").await;
    let r = s.get("/inconnue").await;
    assert_eq!(r.statut, 404);
    assert!(r.html.contains("<h1>Introuvable</h1>") && r.html.contains("lang=\"fr\""), "{}", r.html);
    let j = a.jeton("alpha.mediateur").await;
    let r = a.api(&j, "GET", "/api/v1/inconnue", Value::Null).await;
    assert_eq!((r.statut, &r.corps["status"], &r.corps["type"]), (404, &json!(404), &json!("/problemes/introuvable")));
    let r = a.api(&j, "PUT", "/api/v1/personnes", json!({})).await;
    assert_eq!(r.statut, 405);
    assert_eq!(r.corps["status"], 405);
    let r = a.api("", "GET", "/api/v1/personnes", Value::Null).await;
    assert_eq!(r.statut, 401);
    assert!(r.entetes.contains_key("www-authenticate"));
    let r = a.api(&j, "GET", "/api/v1/personnes/pas-un-uuid", Value::Null).await;
    assert_eq!(r.statut, 404);
    let r = a.api_avec(&j, "POST", "/api/v1/personnes", &Value::Null, &[("content-type", "application/json")]).await;
    assert_eq!(r.statut, 400);
    let trop = "x".repeat(1_100_000);
    let r = a.api(&j, "POST", "/api/v1/personnes", json!({"prenom": "a", "nom": "b", "notes": trop})).await;
    assert_eq!(r.statut, 413);
}

#[tokio::test]
async fn la_description_de_l_api_est_connue() {
    let json = serde_json::to_value(passeur::apidoc::description()).unwrap();
    assert_eq!(json["openapi"], "3.1.0");
    for chemin in ["/api/v1/personnes", "/api/v1/personnes/{id}", "/api/v1/accompagnements", "/api/v1/structures", "/api/v1/lieux"] {
        assert!(json["paths"][chemin].is_object(), "{chemin}");
    }
    let a = Appli::lancer(Moteur::Sqlite).await;
    let r = a.navigateur().get("/api/v1/docs").await;
    assert_eq!(r.statut, 200);
    assert!(r.html.contains("/api/v1/accompagnements"));
}

#[rstest]
#[tokio::test]
async fn plusieurs_noeuds_migrent_en_meme_temps(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let vide = essais::Essai::vide(moteur).await;
    let mut noeuds = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let url = vide.url.clone();
        noeuds.spawn(async move { socle::base::migrer::<passeur::Migrateur>(&url).await });
    }
    for r in noeuds.join_all().await {
        r.unwrap();
    }
    let base = socle::base::Base::ouvrir(&vide.url, 1).await.unwrap();
    assert_eq!(passeur::sante::migrations_en_attente(&base).await, Ok(0));
}

/// What a reader sees of one commit is whole: nothing half-written when a request ends in a refusal.
#[rstest]
#[tokio::test]
async fn un_refus_n_ecrit_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let avant = a.compter("SELECT count(*) FROM journal").await;
    let corps = json!({"id": "0195a000-0000-7000-8000-0000000000cc", "type": "collectif", "date": "2026-03-02", "duree_minutes": 30,
        "lieu_type": "autre", "thematiques": ["email"], "personnes": ["0195a000-0000-7000-8000-0000000000dd"]});
    assert_eq!(a.api(&j, "POST", "/api/v1/accompagnements", corps.clone()).await.statut, 422);
    for table in ["accompagnement", "accompagnement_code", "participation", "creation"] {
        assert_eq!(a.compter(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    assert_eq!(a.compter("SELECT count(*) FROM journal").await, avant);
    // The same id, mended, is then accepted: the refused try left no claim.
    let mut mieux = corps;
    mieux["personnes"] = json!([]);
    mieux["anonymes"] = json!({"total": 4});
    assert_eq!(a.api(&j, "POST", "/api/v1/accompagnements", mieux).await.statut, 201);
}
