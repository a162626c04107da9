//! The convocation that a member of a jury reads in the application.

use super::*;

#[rstest]
#[tokio::test]
async fn un_membre_du_jury_lit_sa_convocation_et_elle_seule(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoé"]).await;
    let (ada, bob) = (e.a.session("alpha.jure").await, e.a.session("alpha.jure2").await);
    let ici = format!("/certification/jury/{}", e.session);
    assert!(ada.get(&ici).await.html.contains("pas encore émise"), "pas encore convoqué");
    for action in ["declarer", "convoquer"] {
        assert_eq!(e.agir(json!({ "action": action })).await.statut, 200);
    }
    let html = ada.get(&ici).await.html.replace('\u{a0}', " ");
    assert!(html.contains("mardi 12 mai 2026") && html.contains("Espace Alpha") && !html.contains("pas encore émise"), "{html}");
    let pdf = |html: &str| {
        let (_, suite) = html.split_once("href=\"/certification/documents/").unwrap();
        format!("/certification/documents/{}", suite.split_once('"').unwrap().0)
    };
    let (sienne, autre) = (pdf(&html), pdf(&bob.get(&ici).await.html));
    assert_ne!(sienne, autre);
    let r = ada.get(&sienne).await;
    assert!(r.statut == 200 && r.octets.starts_with(b"%PDF"), "{}", r.statut);
    let api = format!("/api/v1{sienne}");
    assert_eq!(e.a.api(&e.a.jeton("alpha.jure").await, "GET", &api, Value::Null).await.statut, 200);
    assert_eq!(e.a.api(&e.a.jeton("alpha.jure2").await, "GET", &api, Value::Null).await.statut, 403);
    // Neither another's, nor a candidate's, nor any paper of the session.
    for d in documents(&e).await {
        let chemin = format!("/certification/documents/{}/pdf", d["id"].as_str().unwrap());
        let attendu = if chemin == sienne { 200 } else { 403 };
        assert_eq!(ada.get(&chemin).await.statut, attendu, "{d}");
    }
    assert_eq!(e.a.session("beta.jure").await.get(&sienne).await.statut, 404, "un autre centre");
    assert_eq!(e.a.session("alpha.candidat").await.get(&sienne).await.statut, 403);
    // The calendar: the day, the place, nobody.
    let agenda = format!("{ici}/agenda.ics");
    let r = ada.get(&agenda).await;
    assert!(
        r.statut == 200 && r.html.contains("DTSTART;VALUE=DATE:20260512") && r.html.contains("DTEND;VALUE=DATE:20260513"),
        "{}",
        r.html
    );
    assert!(r.html.contains("Espace Alpha") && !r.html.contains("Zo"), "{}", r.html);
    assert_eq!(e.a.session("alpha.certification").await.get(&agenda).await.statut, 403, "le centre n’y siège pas");
    // One more member, then the papers that are missing: one convocation, theirs.
    let avant = documents(&e).await.len();
    let neuf = e.a.membre_de_jury("Dan", "Patron", None, None).await;
    assert_eq!(e.composer(&[e.jures[0].clone(), neuf]).await.statut, 204);
    let s = e.a.session("alpha.certification").await;
    let page = format!("/certification/sessions/{}/documents", e.session);
    for _ in 0..2 {
        assert_eq!(s.post(&page, &[("nature", "convocation")]).await.statut, 303);
    }
    assert_eq!(documents(&e).await.len(), avant + 1);
    // Who no longer sits no longer reads it.
    assert_eq!(bob.get(&autre).await.statut, 403);
    assert_eq!(bob.get(&ici).await.statut, 404);
    assert_eq!(ada.get(&sienne).await.statut, 200);
}

#[rstest]
#[tokio::test]
async fn une_convocation_d_avant_se_reconnait_au_nom(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoé"]).await;
    for action in ["declarer", "convoquer"] {
        assert_eq!(e.agir(json!({ "action": action })).await.statut, 200);
    }
    use sea_orm::ConnectionTrait;
    let tx = e.a.etat.base.ecriture().await.unwrap();
    tx.execute_unprepared("UPDATE document_certification SET jure_id = NULL").await.unwrap();
    tx.commit().await.unwrap();
    let html = e.a.session("alpha.jure").await.get(&format!("/certification/jury/{}", e.session)).await.html;
    assert!(html.contains("Votre convocation (PDF)"), "{html}");
    let s = e.a.session("alpha.certification").await;
    let page = format!("/certification/sessions/{}/documents", e.session);
    let avant = documents(&e).await.len();
    assert_eq!(s.post(&page, &[("nature", "convocation")]).await.statut, 303);
    assert_eq!(documents(&e).await.len(), avant, "aucune n’est refaite");
}
