//! The register of jurors, through the API and the pages, on both engines.

use essais::{Appli, Moteur, Value, centre::VERSION, json};
use rstest::rstest;

const JURES: &str = "/api/v1/certification/jures";

#[rstest]
#[tokio::test]
async fn le_registre_s_ecrit_et_se_lit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    a.centre().await;
    let j = a.jeton("alpha.certification").await;
    let id = a.membre_de_jury("Ada", "Maquette", Some("alpha.jure"), Some("2026-12-31")).await;
    let c = a.candidat_pret("Zoé", "Croquis", None, None).await;
    let lien = json!({"candidat": c.candidat, "nature": "formateur"});
    let r = a.api(&j, "PUT", &format!("{JURES}/{id}/liens"), lien.clone()).await;
    assert_eq!((r.statut, &r.corps["liens"][0]["nature"]), (200, &json!("formateur")));
    let r = a.api(&j, "PUT", &format!("{JURES}/{id}/liens"), lien.clone()).await;
    assert_eq!(r.corps["liens"].as_array().unwrap().len(), 1, "le même lien deux fois est un lien");
    let r = a.api(&j, "PATCH", &format!("{JURES}/{id}"), json!({"version": 1, "employeur": "Employeur d’essai"})).await;
    assert_eq!((r.statut, &r.corps["version"]), (200, &json!(2)));
    let r = a.api(&j, "PATCH", &format!("{JURES}/{id}"), json!({"version": 1, "employeur": null})).await;
    assert_eq!(r.statut, 409, "une version périmée est refusée");
    let h = "SELECT id FROM habilitation";
    let h = a.identifiant(h).await;
    let r = a.api(&j, "PUT", &format!("{JURES}/{id}/habilitations/{h}/retrait"), json!({"jour": "2026-04-01"})).await;
    assert_eq!((r.statut, &r.corps["habilitations"][0]["retiree_le"]), (200, &json!("2026-04-01")));
    let r = a.api(&j, "PUT", &format!("{JURES}/{id}/liens/retrait"), lien).await;
    assert_eq!((r.statut, &r.corps["liens"]), (200, &json!([])));
    // A trainer reads, does not write; another centre sees nothing; a juror has no register.
    let f = a.jeton("alpha.formateur").await;
    assert_eq!(a.api(&f, "GET", &format!("{JURES}/{id}"), Value::Null).await.statut, 200);
    assert_eq!(a.api(&f, "PATCH", &format!("{JURES}/{id}"), json!({"nom": "x"})).await.statut, 403);
    let b = a.jeton("beta.certification").await;
    assert_eq!(a.api(&b, "GET", &format!("{JURES}/{id}"), Value::Null).await.statut, 404);
    assert_eq!(a.api(&b, "PATCH", &format!("{JURES}/{id}"), json!({"nom": "x"})).await.statut, 404);
    assert_eq!(a.api(&a.jeton("alpha.jure").await, "GET", JURES, Value::Null).await.statut, 403);
}

#[rstest]
#[tokio::test]
async fn les_fautes_sont_nommees(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    a.centre().await;
    let j = a.jeton("alpha.certification").await;
    for (corps, champ) in [
        (json!({"prenom": "", "nom": "x"}), "prenom"),
        (json!({"prenom": "x", "nom": "x".repeat(101)}), "nom"),
        (json!({"prenom": "x", "nom": "x", "courriel": "pas une adresse"}), "courriel"),
        (json!({"prenom": "x", "nom": "x", "pratique_annees": -1}), "pratique_annees"),
        (json!({"prenom": "x", "nom": "x", "pratique_annees": 3, "pratique_quittee_le": "2026-03-11"}), "pratique_quittee_le"),
        (json!({"prenom": "x", "nom": "x", "pratique_quittee_le": "2026-02-30"}), "pratique_quittee_le"),
        (json!({"prenom": "x", "nom": "x", "utilisateur": a.utilisateur("beta.jure")}), "utilisateur"),
        (json!({"prenom": "x", "nom": "x", "utilisateur": a.utilisateur("alpha.candidat")}), "utilisateur"),
    ] {
        let r = a.api(&j, "POST", JURES, corps.clone()).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{corps} -> {}", r.corps);
    }
    assert_eq!(a.compter("SELECT count(*) FROM jure").await, 0, "rien n’est écrit à moitié");
    let id = a.membre_de_jury("Ada", "Maquette", Some("alpha.jure"), None).await;
    let r = a.api(&j, "POST", JURES, json!({"prenom": "Bis", "nom": "Bis", "utilisateur": a.utilisateur("alpha.jure")})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["utilisateur".to_owned()]), "un compte, un membre : {}", r.corps);
    for (corps, champ) in [
        (json!({"version": "inconnue", "debut": "2026-01-01"}), "version"),
        (json!({"version": VERSION, "debut": "2026-02-01", "fin": "2026-01-31"}), "fin"),
    ] {
        let r = a.api(&j, "POST", &format!("{JURES}/{id}/habilitations"), corps).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{}", r.corps);
    }
}

#[rstest]
#[tokio::test]
async fn les_pages_du_registre(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    a.centre().await;
    a.candidat_pret("Zoé", "Croquis", None, None).await;
    let s = a.session("alpha.certification").await;
    assert!(s.get("/certification/jures").await.html.contains("Le registre est vide"));
    let r = s.post("/certification/jures/nouveau", &[("prenom", "Ada"), ("employeur", "Employeur d’essai")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("Employeur d’essai") && r.html.contains("#nom"), "le formulaire revient rempli : {}", r.html);
    let r = s.post("/certification/jures/nouveau", &[("prenom", "Ada"), ("nom", "Maquette"), ("pratique_annees", "8")]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let fiche = r.vers.unwrap();
    let r = s.post(&format!("{fiche}/habilitations"), &[("version", VERSION), ("debut", "")]).await;
    assert_eq!(r.statut, 422);
    let r = s.post(&format!("{fiche}/habilitations"), &[("version", VERSION), ("debut", "2025-06-01")]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let html = s.get(&fiche).await.html;
    assert!(
        html.contains("Médiateur numérique") && html.contains("jusqu’à la fin du titre") && html.contains("toujours en poste"),
        "{html}"
    );
    assert_eq!(s.get(&format!("{fiche}/modifier")).await.statut, 200);
    assert!(s.get("/certification/jures").await.html.contains("Ada Maquette"));
}
