//! What happens on the way of a cycle: cancelled, moved, waited for, through the router.

use essais::{Appli, Moteur, Reponse, Value, json};
use rstest::rstest;

/// A cycle of Alpha on two Fridays of March 2026 at 14 h: its id, and those of its dates.
async fn cycle(a: &Appli, places: u32) -> (String, [String; 2]) {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "duree_minutes": 90, "places": places,
        "dates": [{"jour": "2026-03-20", "heure": "14:00"}, {"jour": "2026-03-27", "heure": "14:00"}],
        "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    (r.id(), [0, 1].map(|i| r.corps["dates"][i]["id"].as_str().unwrap().to_owned()))
}

fn espaces(texte: &str) -> String {
    texte.replace('\u{a0}', " ")
}

async fn appel(a: &Appli, methode: &str, chemin: &str, corps: Value) -> Reponse {
    a.api(&a.jeton("alpha.mediateur").await, methode, &format!("/api/v1/ateliers/{chemin}"), corps).await
}

async fn inscrire(a: &Appli, s: &str, nom: &str, attendre: bool) -> String {
    let corps = json!({"nom": nom, "courriel": format!("{}@exemple.invalid", nom.to_lowercase()), "par": "accueil", "attendre": attendre});
    let r = appel(a, "POST", &format!("seances/{s}/reservations"), corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

async fn marquer(a: &Appli, date: &str, marques: &[(&str, &str)]) -> Reponse {
    let marques: Vec<Value> = marques.iter().map(|(r, e)| json!({"reservation": r, "etat": e})).collect();
    appel(a, "PUT", &format!("dates/{date}/presences"), json!({ "marques": marques })).await
}

async fn etats(a: &Appli, s: &str) -> Vec<String> {
    let r = appel(a, "GET", &format!("seances/{s}/reservations"), Value::Null).await;
    let mut v: Vec<_> =
        r.corps["elements"].as_array().unwrap().iter().map(|e| format!("{} {}", e["nom"], e["etat"]).replace('"', "")).collect();
    v.sort();
    v
}

#[rstest]
#[tokio::test]
async fn un_cycle_annule_en_route_garde_ce_qui_a_eu_lieu(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (s, [premiere, seconde]) = cycle(&a, 2).await;
    let ada = inscrire(&a, &s, "Ada", false).await;
    inscrire(&a, &s, "Bob", false).await;
    inscrire(&a, &s, "Zoe", true).await;
    // Nobody has come yet; an absence said beforehand is noted.
    assert_eq!(marquer(&a, &premiere, &[(&ada, "present")]).await.statut, 409);
    assert_eq!(marquer(&a, &premiere, &[(&ada, "excuse")]).await.statut, 200);
    a.regler("2026-03-20T14:00:00Z");
    assert_eq!(marquer(&a, &premiere, &[(&ada, "present")]).await.statut, 200);
    a.travailler().await;
    let avant = a.courriels().len();
    // The day after, before it is closed.
    a.regler("2026-03-21T10:00:00Z");
    let r = appel(&a, "POST", &format!("seances/{s}/annulation"), json!({"motif": "Salle inondée."})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    let dates: Vec<&str> = r.corps["dates"].as_array().unwrap().iter().map(|d| d["etat"].as_str().unwrap()).collect();
    assert_eq!((r.corps["etat"].as_str().unwrap(), dates), ("programmee", vec!["prevue", "annulee"]));
    assert_eq!(etats(&a, &s).await, ["Ada confirmee", "Bob confirmee", "Zoe annulee"]);
    a.travailler().await;
    let lettres = a.courriels().split_off(avant);
    assert_eq!(lettres.len(), 3, "{lettres:?}");
    for mut l in lettres {
        l.corps = espaces(&l.corps);
        assert!(l.sujet.starts_with("Dates annulées") && l.corps.contains("Salle inondée."), "{l:?}");
        assert!(l.corps.contains("27 mars") && !l.corps.contains("20 mars"), "{}", l.corps);
    }
    // What was held is closed, counted and kept; there is nothing left to cancel.
    let r = appel(&a, "POST", &format!("dates/{premiere}/cloture"), json!({})).await;
    assert!(r.statut == 200 && r.corps["accompagnement"].is_string(), "{}", r.corps);
    let r = appel(&a, "POST", &format!("seances/{s}/annulation"), json!({})).await;
    assert!(r.statut == 409 && r.corps.to_string().contains("rien à annuler"), "{}", r.corps);
    assert_eq!(appel(&a, "POST", &format!("dates/{seconde}/cloture"), json!({})).await.statut, 409);
    let p = a.session("alpha.mediateur").await.get(&format!("/ateliers/seances/{s}")).await.html;
    assert!(!p.contains("Annuler la séance") && p.contains("Close") && p.contains("Annulée"));
}

#[rstest]
#[tokio::test]
async fn qui_est_venu_reste_compte(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (s, [premiere, _]) = cycle(&a, 1).await;
    let ada = inscrire(&a, &s, "Ada", false).await;
    let zoe = inscrire(&a, &s, "Zoe", true).await;
    a.regler("2026-03-20T14:00:00Z");
    assert_eq!(marquer(&a, &premiere, &[(&ada, "present")]).await.statut, 200);
    // Who waited comes all the same: they wait no more, and are there once.
    let r = a.session("alpha.mediateur").await.post(&format!("/ateliers/dates/{premiere}"), &[("action", "nom"), ("nom", "ZOE")]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    assert_eq!(etats(&a, &s).await, ["Ada confirmee", "Zoe sur_place"]);
    // The team cancels the rest for one who came: that day stays theirs, and can be mended.
    assert_eq!(appel(&a, "POST", &format!("reservations/{ada}/annulation"), json!({})).await.statut, 200);
    assert_eq!(marquer(&a, &premiere, &[(&ada, "excuse")]).await.corps["presents"], 1);
    assert_eq!(marquer(&a, &premiere, &[(&ada, "present")]).await.corps["presents"], 2);
    let r = appel(&a, "POST", &format!("dates/{premiere}/cloture"), json!({})).await;
    let acc = r.corps["accompagnement"].as_str().unwrap().to_owned();
    let acc = a.api(&a.jeton("alpha.mediateur").await, "GET", &format!("/api/v1/accompagnements/{acc}"), Value::Null).await.corps;
    let r = appel(&a, "GET", "resultats", Value::Null).await.corps["elements"][0].clone();
    assert_eq!((&acc["anonymes"]["total"], &r["presents"], &r["sans_place"]), (&json!(2), &json!(2), &json!(0)), "{r}");
    assert_eq!(appel(&a, "POST", &format!("reservations/{zoe}/confirmation"), json!({})).await.statut, 410);
}

#[rstest]
#[tokio::test]
async fn chaque_date_a_son_rappel(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (s, [_, seconde]) = cycle(&a, 8).await;
    inscrire(&a, &s, "Ada", false).await;
    let r = appel(&a, "PUT", &format!("seances/{s}/dates/{seconde}"), json!({"quand": {"jour": "2026-03-28", "heure": "10:00"}})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    for (instant, dits, tus) in [("2026-03-18T14:00:00Z", "20 mars", "28 mars"), ("2026-03-26T10:00:00Z", "28 mars", "20 mars")] {
        a.regler(instant);
        a.travailler().await;
        let mut l = a.courriels().pop().unwrap();
        l.corps = espaces(&l.corps);
        assert!(l.sujet.starts_with("Rappel") && l.corps.contains(dits) && !l.corps.contains(tus), "{l:?}");
    }
    assert_eq!(a.courriels().iter().filter(|l| l.sujet.starts_with("Rappel")).count(), 2);
}

#[rstest]
#[tokio::test]
async fn on_reserve_ce_qu_on_a_vu(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (s, [premiere, _]) = cycle(&a, 8).await;
    let n = a.navigateur();
    let chemin = format!("/programme/atelier/{s}/reserver");
    let caches = |p: &essais::ReponsePage| p.champs_caches().into_iter().filter(|(n, _)| n == "id" || n == "dates").collect::<Vec<_>>();
    let envoyer = async |caches: &[(String, String)], nom: &str| {
        let mut champs: Vec<(&str, &str)> = caches.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        champs.extend([("nom", nom), ("telephone", "06 00 00 00 01")]);
        n.post(&chemin, &champs).await
    };
    let vu = caches(&n.get(&chemin).await);
    // Moved while one types: said, nothing is booked, and what was typed stays.
    assert_eq!(
        appel(&a, "PUT", &format!("seances/{s}/dates/{premiere}"), json!({"quand": {"jour": "2026-03-19", "heure": "10:00"}})).await.statut,
        200
    );
    let r = envoyer(&vu, "Mari").await;
    assert_eq!(r.statut, 409);
    assert!(
        r.html.contains("vient de changer de date") && espaces(&r.html).contains("19 mars") && r.html.contains("value=\"Mari\""),
        "{}",
        r.html
    );
    let vu = caches(&r);
    assert_eq!(envoyer(&vu, "Mari").await.statut, 303);
    // Back, for somebody else: said once, then booked.
    let r = envoyer(&vu, "Femme").await;
    assert!(r.statut == 409 && r.html.contains("Pour une autre personne"), "{}", r.html);
    assert_eq!(envoyer(&caches(&r), "Femme").await.statut, 303);
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation").await, 2);
    // The same person from the file, at the desk, is the one of that name and number.
    let corps = json!({"prenom": "Mari", "telephone": "+33 6 00 00 00 01"});
    let p = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/personnes", corps).await.id();
    let corps = json!({"personne": p, "par": "accueil", "attendre": true});
    assert_eq!(appel(&a, "POST", &format!("seances/{s}/reservations"), corps).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn des_places_en_moins_se_resserrent(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (s, [premiere, _]) = cycle(&a, 10).await;
    let places = async |corps: Value| appel(&a, "PATCH", &format!("seances/{s}"), corps).await;
    assert_eq!(places(json!({"places_reservees": 2})).await.statut, 200);
    let corps = json!({"nom": "Ada", "par": "accueil", "orientee": true});
    assert_eq!(appel(&a, "POST", &format!("seances/{s}/reservations"), corps).await.statut, 201);
    inscrire(&a, &s, "Bob", false).await;
    assert_eq!(a.compter("SELECT MAX(siege) FROM reservation").await, 9);
    assert_eq!(places(json!({"places": 1, "places_reservees": 0})).await.champs(), ["places"]);
    assert_eq!(places(json!({"places": 2, "places_reservees": 0})).await.statut, 200);
    assert_eq!(a.compter("SELECT MAX(siege) FROM reservation").await, 2);
    // A date before bookings open would never be booked.
    assert_eq!(places(json!({"ouverture_le": "2026-03-18T08:00:00Z"})).await.statut, 200);
    let r = appel(&a, "PUT", &format!("seances/{s}/dates/{premiere}"), json!({"quand": {"jour": "2026-03-17", "heure": "10:00"}})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["jour".to_owned()]), "{}", r.corps);
}
