//! The simulation through the API: any account, nothing stored, faults named.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

const ICI: &str = "/api/v1/certification/simulation";

/// The cases of the README of the rules, one for each question.
fn exemples() -> Vec<Value> {
    include_str!("../../../certification_regles/README.md")
        .split("```json\n")
        .skip(1)
        .filter_map(|b| b.split("```").next())
        .map(|c| serde_json::from_str(c).unwrap())
        .collect()
}

#[rstest]
#[tokio::test]
async fn chaque_question_a_sa_reponse_et_rien_n_est_garde(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let avant = a.compter("SELECT count(*) FROM journal").await;
    let exemples = exemples();
    assert!(exemples.len() > 20);
    for e in exemples {
        let r = a.api(&j, "POST", ICI, e.clone()).await;
        assert_eq!(r.statut, 200, "{e} : {}", r.corps);
        assert_eq!(r.corps["question"], e["question"]);
        assert!(r.corps["favorable"].is_boolean() && r.corps["motifs"].is_array(), "{}", r.corps);
        for m in r.corps["motifs"].as_array().unwrap() {
            assert!(m["phrase"].as_str().is_some_and(|p| !p.is_empty()) && m["reference"]["libelle"].is_string(), "{m}");
        }
    }
    assert_eq!(a.compter("SELECT count(*) FROM journal").await, avant);
}

#[tokio::test]
async fn tout_compte_y_a_droit_et_personne_sans_compte() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let cas = json!({"question": "horaires", "titre": "cmn-plan-de-formation", "date": "2026-05-10"});
    assert_eq!(a.api("", "POST", ICI, cas.clone()).await.statut, 401);
    for compte in ["alpha.mediateur", "alpha.responsable", "alpha.coordinateur", "administrateur"] {
        let j = a.jeton(compte).await;
        let r = a.api(&j, "POST", ICI, cas.clone()).await;
        assert_eq!((r.statut, &r.corps["favorable"]), (200, &json!(false)), "{compte}");
    }
}

#[tokio::test]
async fn un_refus_des_regles_est_une_reponse_une_faute_un_probleme() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let j = a.jeton("alpha.mediateur").await;
    // Case 14: notified 10/03/2025, the last day is accepted and the next is not.
    for (date, favorable) in [("2026-03-10", true), ("2026-03-11", false)] {
        let cas = json!({"question": "vae_recevabilite", "titre": "mediateur-numerique", "date": date, "faits": {"notification": {"date": "2025-03-10"}}});
        let r = a.api(&j, "POST", ICI, cas).await;
        assert_eq!((r.statut, &r.corps["favorable"]), (200, &json!(favorable)), "{date}");
    }
    for (cas, champ) in [
        (json!({"question": "horoscope", "titre": "26573", "date": "2026-05-10"}), "question"),
        (json!({"question": "horaires", "titre": "inconnu", "date": "2026-05-10"}), "titre"),
        (json!({"question": "horaires", "titre": "26573", "date": "2026-02-30"}), "date"),
        (json!({"question": "horaires", "titre": "26573", "date": "2026-05-10", "surprise": true}), "surprise"),
        (json!({"question": "jury", "titre": "26573", "date": "2026-05-10", "faits": {"surprise": true}}), "faits"),
    ] {
        let r = a.api(&j, "POST", ICI, cas.clone()).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{cas} : {}", r.corps);
        assert_eq!(r.entetes["content-type"], "application/problem+json");
    }
    let r = a.api_avec(&j, "POST", ICI, &Value::Null, &[("content-type", "application/json")]).await;
    assert_eq!(r.statut, 400);
    let trop = "x".repeat(1_100_000);
    let r = a.api(&j, "POST", ICI, json!({"question": trop, "titre": "26573", "date": "2026-05-10"})).await;
    assert_eq!(r.statut, 413);
}
