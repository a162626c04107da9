//! Notes on one's practice, through the API and the pages, on both engines.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

async fn accompagnement(a: &Appli, jeton: &str, personne: &str) -> String {
    let corps = json!({"type": "individuel", "date": "2026-03-02", "duree_minutes": 30, "lieu_type": "autre", "thematiques": ["email"], "personnes": [personne]});
    a.api(jeton, "POST", "/api/v1/accompagnements", corps).await.id()
}

#[rstest]
#[tokio::test]
async fn une_note_n_est_vue_que_de_son_auteur(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (j, r) = (a.jeton("alpha.mediateur").await, a.jeton("alpha.responsable").await);
    let p = a.personne(&j, "Ada", "Essai").await;
    let id = accompagnement(&a, &j, &p).await;
    let adresse = format!("/api/v1/accompagnements/{id}/note");
    let vide = a.api(&j, "PUT", &adresse, json!({"reussi": "  "})).await;
    assert_eq!((vide.statut, vide.champs()), (422, vec!["reussi".to_owned()]));
    assert_eq!(a.api(&j, "PUT", &adresse, json!({"reussi": "x", "competences": ["ccp-9"]})).await.statut, 422);
    let n = a.api(&j, "PUT", &adresse, json!({"reussi": "Laisser la souris", "competences": ["ccp-1-c4", "ccp-1-c1", "ccp-1-c4"]})).await;
    assert_eq!(n.statut, 201, "{}", n.corps);
    assert_eq!(n.corps["competences"], json!(["ccp-1-c1", "ccp-1-c4"]));
    // The head of the structure sees neither it nor that there is one, and may write their own.
    assert_eq!(a.api(&r, "GET", "/api/v1/notes-de-pratique", Value::Null).await.corps["elements"], json!([]));
    let s = a.session("alpha.responsable").await;
    for chemin in ["/notes-de-pratique".to_owned(), format!("/accompagnements/{id}/note"), format!("/accompagnements/{id}")] {
        let page = s.get(&chemin).await;
        assert!(page.statut == 200 && !page.html.contains("souris"), "{chemin}");
    }
    assert_eq!(a.api(&r, "DELETE", &adresse, Value::Null).await.statut, 404);
    assert_eq!(a.api(&r, "PUT", &adresse, json!({"a_changer": "Moins parler"})).await.statut, 201);
    let b = a.jeton("beta.mediateur").await;
    assert_eq!(a.api(&b, "PUT", &adresse, json!({"reussi": "x"})).await.statut, 404);

    let m = a.session("alpha.mediateur").await;
    let page = m.get("/notes-de-pratique").await;
    assert!(page.html.contains("Laisser la souris") && !page.html.contains("Moins parler"), "{}", page.html);
    assert!(page.html.contains("Accueillir et présenter les missions"));
    // Written from a page read before another change: nothing is lost.
    let champs = [("version", "1"), ("reussi", "Laisser le clavier"), ("competences", "ccp-1-c5")];
    assert_eq!(m.post(&format!("/accompagnements/{id}/note"), &champs).await.statut, 303);
    let r = m.post(&format!("/accompagnements/{id}/note"), &champs).await;
    assert!(r.statut == 409 && r.html.contains("Laisser le clavier"), "{}", r.html);
    let l = a.api(&j, "GET", "/api/v1/notes-de-pratique", Value::Null).await.corps;
    assert_eq!((&l["elements"][0]["reussi"], &l["elements"][0]["version"]), (&json!("Laisser le clavier"), &json!(2)));
    assert_eq!(m.get(&format!("/accompagnements/{id}/note/supprimer")).await.statut, 200);
    assert_eq!(m.post(&format!("/accompagnements/{id}/note/supprimer"), &[]).await.statut, 303);
    assert_eq!(a.compter("SELECT count(*) FROM note_pratique").await, 1);
    // The journal tells that a note was written, never a word of it.
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE objet = 'note_pratique'").await, 4);
}

#[rstest]
#[tokio::test]
async fn l_effacement_d_une_personne_vide_les_notes(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Ada", "Partie").await;
    let id = accompagnement(&a, &j, &p).await;
    let corps = json!({"reussi": "Avec Ada, doucement", "competences": ["ccp-1-c2"]});
    assert_eq!(a.api(&j, "PUT", &format!("/api/v1/accompagnements/{id}/note"), corps).await.statut, 201);
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/personnes/{p}"), Value::Null).await.statut, 204);
    let l = a.api(&j, "GET", "/api/v1/notes-de-pratique", Value::Null).await.corps;
    assert_eq!((&l["elements"][0]["reussi"], &l["elements"][0]["competences"]), (&Value::Null, &json!(["ccp-1-c2"])));
    let page = a.session("alpha.mediateur").await.get("/notes-de-pratique").await;
    assert!(page.html.contains("a disparu") && !page.html.contains("Ada"), "{}", page.html);
}
