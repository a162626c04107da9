//! Webhooks, through the router and to a server of this machine.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use axum::{Router, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

#[derive(Clone, Default)]
struct Recepteur {
    recus: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    reponse: Arc<AtomicU16>,
}

async fn recevoir(State(r): State<Recepteur>, entetes: HeaderMap, corps: String) -> (StatusCode, HeaderMap) {
    r.recus.lock().unwrap().push((entetes, corps));
    let mut h = HeaderMap::new();
    h.insert("location", "/ailleurs".parse().unwrap());
    (StatusCode::from_u16(r.reponse.load(Ordering::Relaxed)).unwrap(), h)
}

async fn recepteur() -> (Recepteur, String) {
    let r = Recepteur::default();
    r.reponse.store(204, Ordering::Relaxed);
    let ecoute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let adresse = format!("http://{}/passeur", ecoute.local_addr().unwrap());
    let app = Router::new().route("/passeur", post(recevoir)).route("/ailleurs", post(recevoir).get(recevoir)).with_state(r.clone());
    tokio::spawn(async move { axum::serve(ecoute, app).await });
    (r, adresse)
}

async fn seance(a: &Appli) -> String {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "dates": [{"jour": "2026-03-20", "heure": "14:00"}],
        "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true, "places": 3
    });
    a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await.id()
}

const TOUS: [&str; 4] = ["reservation_creee", "reservation_changee", "reservation_annulee", "presence_notee"];

#[rstest]
#[tokio::test]
async fn un_autre_logiciel_est_prevenu(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let (r, adresse) = recepteur().await;
    let a = Appli::lancer_avec(moteur, |c| c.webhooks_private = true).await;
    let responsable = a.jeton("alpha.responsable").await;
    let w = a.api(&responsable, "POST", "/api/v1/webhooks", json!({"nom": "Essai", "adresse": adresse, "evenements": TOUS})).await;
    assert_eq!(w.statut, 201, "{}", w.corps);
    let secret = w.corps["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("psw_"));
    let liste = a.api(&responsable, "GET", "/api/v1/webhooks", Value::Null).await;
    assert!(!liste.corps.to_string().contains("psw_"), "montré une fois");
    let id = seance(&a).await;
    let j = a.jeton("alpha.mediateur").await;
    let chemin = format!("/api/v1/ateliers/seances/{id}/reservations");
    let res = a
        .api(
            &j,
            "POST",
            &chemin,
            json!({"nom": "Ada Secrète", "courriel": "ada@exemple.invalid", "besoins": "Plain-pied", "par": "accueil"}),
        )
        .await;
    a.travailler().await;
    a.api(&j, "POST", &format!("/api/v1/ateliers/reservations/{}/annulation", res.id()), json!({})).await;
    // What is refused is not told.
    assert_eq!(a.api(&j, "POST", &chemin, json!({"nom": "", "par": "accueil"})).await.statut, 422);
    let venue = a.api(&j, "POST", &chemin, json!({"nom": "Bob", "par": "accueil"})).await.id();
    a.regler("2026-03-20T13:10:00Z");
    let date = a.identifiant("SELECT id FROM seance_date").await;
    let marque = a
        .api(
            &j,
            "PUT",
            &format!("/api/v1/ateliers/dates/{date}/presences"),
            json!({"marques": [{"reservation": venue, "etat": "present"}]}),
        )
        .await;
    assert!(marque.statut < 300, "{}", marque.corps);
    a.travailler().await;
    let recus = r.recus.lock().unwrap().clone();
    let evenements: Vec<_> = recus.iter().map(|(h, _)| h["passeur-evenement"].to_str().unwrap().to_owned()).collect();
    assert_eq!(evenements, ["reservation_creee", "reservation_annulee", "reservation_creee", "presence_notee"]);
    for (h, corps) in &recus {
        // As who receives checks it.
        let signature = h["passeur-signature"].to_str().unwrap();
        let instant: i64 = signature.strip_prefix("t=").unwrap().split(',').next().unwrap().parse().unwrap();
        assert_eq!(signature, ateliers::webhook::regles::signer(&secret, instant, corps));
        let v: Value = serde_json::from_str(corps).unwrap();
        assert_eq!(v["id"], h["passeur-livraison"].to_str().unwrap());
        assert_eq!(v["donnees"]["seance"], id.as_str());
        for mot in ["Ada", "Secr", "exemple.invalid", "Plain", "Bob"] {
            assert!(!corps.contains(mot), "{mot}");
        }
    }
    assert_eq!(serde_json::from_str::<Value>(&recus[0].1).unwrap()["donnees"]["etat"], "confirmee");
    assert_eq!(a.compter("SELECT COUNT(*) FROM webhook_livraison WHERE etat = 'livree' AND essais = 1").await, 4);
    assert_eq!(a.compter(&format!("SELECT COUNT(*) FROM webhook WHERE secret LIKE '%{secret}%'")).await, 0, "chiffré");
    // Kept a month.
    a.regler("2026-04-20T13:00:00Z");
    a.planifier().await;
    a.travailler().await;
    assert_eq!(a.compter("SELECT COUNT(*) FROM webhook_livraison").await, 0);
}

#[rstest]
#[tokio::test]
async fn ce_qui_n_est_pas_recu_est_renvoye(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let (r, adresse) = recepteur().await;
    let a = Appli::lancer_avec(moteur, |c| c.webhooks_private = true).await;
    let s = a.session("alpha.responsable").await;
    let champs = [("nom", "Essai"), ("adresse", adresse.as_str()), ("evenements", "reservation_creee")];
    let page = s.post("/structure/webhooks", &champs).await;
    assert_eq!((page.statut, page.entetes["cache-control"].to_str().unwrap()), (200, "no-store"), "{}", page.html);
    assert!(page.html.contains("psw_") && !s.get("/structure/webhooks").await.html.contains("psw_"));
    let w = a.identifiant("SELECT id FROM webhook").await;
    r.reponse.store(500, Ordering::Relaxed);
    let j = a.jeton("alpha.mediateur").await;
    let id = seance(&a).await;
    a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), json!({"nom": "Ada", "par": "accueil"})).await;
    a.travailler().await;
    let vue = s.get(&format!("/structure/webhooks/{w}")).await.html;
    assert!(vue.contains("À envoyer") && vue.contains("réponse 500"), "{vue}");
    // A redirection is not followed: it could lead anywhere.
    r.reponse.store(307, Ordering::Relaxed);
    a.regler("2026-03-10T09:01:00Z");
    a.travailler().await;
    assert_eq!(r.recus.lock().unwrap().len(), 2);
    r.reponse.store(200, Ordering::Relaxed);
    a.regler("2026-03-10T09:10:00Z");
    a.travailler().await;
    assert!(s.get(&format!("/structure/webhooks/{w}")).await.html.contains("Reçue"));
    let recus = r.recus.lock().unwrap().clone();
    assert_eq!(recus.len(), 3);
    // The same delivery, signed at another instant.
    assert_eq!(recus[0].0["passeur-livraison"], recus[2].0["passeur-livraison"]);
    assert_ne!(recus[0].0["passeur-signature"], recus[2].0["passeur-signature"]);
    // Sent again on demand; then stopped.
    let l = a.identifiant("SELECT id FROM webhook_livraison").await;
    assert_eq!(s.post(&format!("/structure/webhooks/{w}/livraisons/{l}/renvoyer"), &[]).await.statut, 303);
    a.travailler().await;
    assert_eq!(r.recus.lock().unwrap().len(), 4);
    assert_eq!(s.post(&format!("/structure/webhooks/{w}/activer"), &[("actif", "non")]).await.statut, 303);
    a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), json!({"nom": "Bob", "par": "accueil"})).await;
    a.travailler().await;
    assert_eq!(r.recus.lock().unwrap().len(), 4);
    // Another structure neither sees nor touches it; a mediator neither.
    let b = a.session("beta.responsable").await;
    assert_eq!(b.get(&format!("/structure/webhooks/{w}")).await.statut, 404);
    assert_eq!(b.post(&format!("/structure/webhooks/{w}/supprimer"), &[]).await.statut, 404);
    assert_eq!(a.session("alpha.mediateur").await.get("/structure/webhooks").await.statut, 403);
    assert_eq!(s.post(&format!("/structure/webhooks/{w}/supprimer"), &[]).await.statut, 303);
    assert_eq!(a.compter("SELECT COUNT(*) FROM webhook_livraison").await, 0);
}

#[rstest]
#[tokio::test]
async fn on_n_appelle_pas_le_reseau_prive(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let (r, adresse) = recepteur().await;
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.responsable").await;
    for mauvaise in [
        adresse.as_str(),
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/x",
        "https://localhost:8080/",
        "ftp://x.invalid",
        "rien",
        "",
    ] {
        let r = a.api(&j, "POST", "/api/v1/webhooks", json!({"nom": "Essai", "adresse": mauvaise, "evenements": TOUS})).await;
        assert_eq!((r.statut, r.champs()), (422, vec!["adresse".to_owned()]), "{mauvaise}");
    }
    // A name that leads inside is refused when it is called, were the form fooled.
    let corps = json!({"nom": "Essai", "adresse": "https://exemple.invalid/", "evenements": TOUS});
    let w = a.api(&j, "POST", "/api/v1/webhooks", corps).await.id();
    let port = adresse.rsplit(':').next().unwrap();
    {
        let tx = a.etat.base.ecriture().await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&tx, &format!("UPDATE webhook SET adresse = 'https://localhost.:{port}'"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    a.api(&j, "POST", &format!("/api/v1/webhooks/{w}/livraisons"), Value::Null).await;
    a.travailler().await;
    let l = a.api(&j, "GET", &format!("/api/v1/webhooks/{w}/livraisons"), Value::Null).await.corps;
    assert!(l["elements"][0]["erreur"].as_str().is_some_and(|e| e.contains("réseau privé")), "{l}");
    assert!(r.recus.lock().unwrap().is_empty());
    for corps in [
        json!({"nom": "", "adresse": "https://exemple.invalid/", "evenements": TOUS}),
        json!({"nom": "x", "adresse": "https://exemple.invalid/", "evenements": []}),
    ] {
        assert_eq!(a.api(&j, "POST", "/api/v1/webhooks", corps).await.statut, 422);
    }
}
