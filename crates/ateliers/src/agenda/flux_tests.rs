//! Feeds, and calendars followed, through the router.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

use crate::ateliers_agenda::{agenda, occurrence, seance, serie, stand, temps};

#[rstest]
#[tokio::test]
async fn un_flux_se_lit_a_son_adresse_secrete(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    seance(&a, "2026-03-20", "14:00").await;
    let r = temps(&a, serie("2026-03-16", "09:00", "FREQ=WEEKLY;COUNT=4")).await;
    a.api(&j, "POST", &format!("/api/v1/agenda/occurrences/{}/annulation", occurrence(&r, 1)), json!({})).await;
    let corps = json!({"quand": {"jour": "2026-04-01", "heure": "11:00"}});
    a.api(&j, "PUT", &format!("/api/v1/agenda/occurrences/{}", occurrence(&r, 2)), corps).await;
    let f = a.api(&j, "POST", "/api/v1/agenda/flux", json!({})).await;
    assert_eq!(f.statut, 201, "{}", f.corps);
    let adresse = f.corps["adresse"].as_str().unwrap().strip_prefix("http://passeur.test").unwrap().to_owned();
    let n = a.navigateur();
    let p = n.get(&adresse).await;
    assert_eq!(p.statut, 200);
    assert!(p.entetes.get("set-cookie").is_none());
    assert_eq!(p.entetes["content-type"], "text/calendar; charset=utf-8");
    let deplie = p.html.replace("\r\n ", "");
    for dit in [
        "BEGIN:VTIMEZONE",
        "SUMMARY:Atelier : Atelier d’essai",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE;TZID=Europe/Paris:20260323T090000",
        "RECURRENCE-ID;TZID=Europe/Paris:20260330T090000",
        "DTSTART;TZID=Europe/Paris:20260401T110000",
    ] {
        assert!(deplie.contains(dit), "{dit} : {deplie}");
    }
    // Cancelled from its first day on, a series without end does not come back.
    let sans_fin = temps(&a, serie("2026-03-17", "09:00", "FREQ=WEEKLY;BYDAY=TU")).await;
    assert!(n.get(&adresse).await.html.contains("BYDAY=TU"));
    let corps = json!({"portee": "suivantes"});
    a.api(&j, "POST", &format!("/api/v1/agenda/occurrences/{}/annulation", occurrence(&sans_fin, 0)), corps).await;
    let p = n.get(&adresse).await;
    assert!(!p.html.contains("BYDAY=TU"));
    let etag = p.entetes["etag"].to_str().unwrap().to_owned();
    // Asked again: the same, told so.
    let b = axum::http::Request::builder().uri(&adresse).header("if-none-match", &etag).body(axum::body::Body::empty()).unwrap();
    let r = tower::ServiceExt::oneshot(a.routeur.clone(), b).await.unwrap();
    assert_eq!(r.status().as_u16(), 304);
    // That of the lieu says what is held there, not what an own time is called.
    let f2 = a.api(&j, "POST", "/api/v1/agenda/flux", json!({"lieu": a.lieu_alpha()})).await;
    let lieu = f2.corps["adresse"].as_str().unwrap().strip_prefix("http://passeur.test").unwrap().to_owned();
    let texte = n.get(&lieu).await.html;
    assert!(texte.contains("Atelier d’essai") && !texte.contains("Stand"), "{texte}");
    // Closed, it answers no more; nobody else closes it.
    let s = a.session("alpha.mediateur").await;
    assert!(s.get("/agenda/partage").await.html.contains("Ouverte le"));
    let fermer = format!("/agenda/partage/flux/{}/fermer", f.id());
    assert_eq!(a.session("beta.mediateur").await.post(&fermer, &[]).await.statut, 404);
    assert_eq!(s.post(&fermer, &[]).await.statut, 303);
    assert_eq!(n.get(&adresse).await.statut, 404);
    assert_eq!(n.get("/agenda/flux/inconnu.ics").await.statut, 404);
    let p = s.post("/agenda/partage", &[("lieu", "")]).await;
    assert!(p.statut == 200 && p.html.contains("/agenda/flux/") && p.html.contains("Copiez cette adresse maintenant"));
}

#[rstest]
#[tokio::test]
async fn un_agenda_d_ailleurs_ne_dit_que_les_heures_prises(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let ics = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Zqxsecret\r\nDTSTART;TZID=Europe/Paris:20260320T090000\r\nDTEND;TZID=Europe/Paris:20260320T100000\r\nRRULE:FREQ=DAILY;COUNT=2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let r = a.api(&j, "POST", "/api/v1/agenda/externes", json!({"nom": "Formation", "contenu": ics})).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let moi = a.utilisateur("alpha.mediateur");
    let v = agenda(&a, &format!("du=2026-03-20&utilisateur={moi}")).await;
    assert_eq!(v[0], ("Occupé ailleurs".to_owned(), "2026-03-20T08:00:00Z".to_owned()));
    assert_eq!(v.len(), 2);
    let r2 = temps(&a, stand("2026-03-20", "09:30")).await;
    assert!(r2.statut == 422 && r2.corps.to_string().contains("d’après un agenda suivi ailleurs"), "{}", r2.corps);
    // Files and addresses that are none.
    for (corps, champ) in [
        (json!({"contenu": "bonjour"}), "fichier"),
        (json!({"adresse": "http://agenda.invalid/a.ics"}), "adresse"),
        (json!({"adresse": "https://127.0.0.1/a.ics"}), "adresse"),
        (json!({"adresse": "https://[fe80::1]/a.ics"}), "adresse"),
        (json!({}), "adresse"),
    ] {
        let r = a.api(&j, "POST", "/api/v1/agenda/externes", corps).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{}", r.corps);
    }
    // An address that does not answer is said, and tried again later; it is sealed.
    let r3 = a.api(&j, "POST", "/api/v1/agenda/externes", json!({"adresse": "webcal://agenda.invalid/zqxsecret.ics"})).await;
    assert_eq!(r3.statut, 201, "{}", r3.corps);
    assert_eq!(a.compter("SELECT COUNT(*) FROM agenda_externe WHERE adresse LIKE '%zqxsecret%'").await, 0);
    a.travailler().await;
    let liste = a.api(&j, "GET", "/api/v1/agenda/externes", Value::Null).await;
    assert!(liste.corps["elements"][1]["erreur"].is_string(), "{}", liste.corps);
    let s = a.session("alpha.mediateur").await;
    assert!(s.get("/agenda/partage").await.html.contains("Dernière lecture manquée"));
    // Another's: nobody sees it, nor takes it away.
    let autre = a.jeton("alpha.responsable").await;
    assert!(a.api(&autre, "GET", "/api/v1/agenda/externes", Value::Null).await.corps["elements"].as_array().unwrap().is_empty());
    assert_eq!(a.api(&autre, "DELETE", &format!("/api/v1/agenda/externes/{}", r.id()), Value::Null).await.statut, 404);
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/agenda/externes/{}", r.id()), Value::Null).await.statut, 204);
    assert_eq!(a.compter("SELECT COUNT(*) FROM occupe_ailleurs").await, 0);
}
