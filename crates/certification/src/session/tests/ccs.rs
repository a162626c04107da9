//! A session of a CCS, from the imported title to the documents handed over.

use essais::{Moteur, Value, json};
use rstest::rstest;

use super::{BASE, examen::Examen};

const CODE: &str = "essai-ccs";

/// The shipped title under another code, with a CCS that is invented.
fn referentiel() -> String {
    let livre = include_str!("../../../../../referentiels/mediateur-numerique.toml");
    let autre = livre.replacen("code = \"mediateur-numerique-2025\"", &format!("code = \"{CODE}\""), 1);
    format!(
        "{autre}\n[[unites]]\ncode = \"ccs-1\"\nintitule = \"Spécialité inventée\"\nnature = \"ccs\"\n\n\
         [[unites.competences]]\ncode = \"ccs-1-c1\"\nintitule = \"Compétence inventée\"\n"
    )
}

#[rstest]
#[tokio::test]
async fn un_ccs_de_l_inscription_au_parchemin(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    use sea_orm::ConnectionTrait;
    let e = Examen::preparer(moteur, &[]).await;
    let poster = async |chemin: &str, corps: Value| {
        let r = e.a.api(&e.gestion, "POST", &format!("{BASE}{chemin}"), corps).await;
        assert_eq!(r.statut, 201, "{chemin} : {}", r.corps);
        r
    };
    poster("/titres", json!({"contenu": referentiel()})).await;
    poster("/agrements", json!({"lieu": e.a.lieu_alpha(), "version": CODE, "debut": "2025-06-01", "ccs": ["ccs-1"]})).await;
    for j in &e.jures {
        poster(&format!("/jures/{j}/habilitations"), json!({"version": CODE, "debut": "2025-06-01"})).await;
    }
    let session = json!({"lieu": e.a.lieu_alpha(), "version": CODE, "type_session": "ccs", "ccs": "ccs-1", "jours": ["2026-05-12"]});
    let session = poster("/sessions", session).await.id();
    let zoe = e.a.candidat_pret("Zoe", "Croquis", None, None).await;
    let yan = e.a.candidat_pret("Yan", "Croquis", None, None).await;
    let tx = e.a.etat.base.ecriture().await.unwrap();
    tx.execute_unprepared(&format!("UPDATE candidature SET version_code = '{CODE}', origines = '{{\"ccs-1\": \"formation\"}}'"))
        .await
        .unwrap();
    for table in ["dp_exemple", "ecf_evaluation", "ecf_synthese"] {
        tx.execute_unprepared(&format!("UPDATE {table} SET unite = 'ccs-1' WHERE unite = 'ccp-1'")).await.unwrap();
    }
    tx.execute_unprepared("UPDATE ecf_evaluation SET competences = '[\"ccs-1-c1\"]' WHERE unite = 'ccs-1'").await.unwrap();
    tx.commit().await.unwrap();
    e.a.titre_valide(&zoe.candidat).await;

    // Who does not hold the title does not sit for its CCS.
    let r = e.inscrire(&session, &yan, &["ccs-1"], "2026-05-12").await;
    assert!(r.statut == 422 && r.corps["detail"].as_str().unwrap().contains("n’est pas détenu"), "{}", r.corps);
    let r = e.inscrire(&session, &zoe, &["ccs-1"], "2026-05-12").await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let e = Examen { session, passages: vec![r.id()], candidats: vec![zoe], ..e };
    assert_eq!(e.composer(&e.jures.clone()).await.statut, 204);
    e.jusqu_a_la_deliberation().await;
    let j = e.a.jeton("alpha.jure").await;
    let d = e.a.api(&j, "GET", &format!("{BASE}/passages/{}/deliberation", e.passages[0]), Value::Null).await.corps;
    let libelles: Vec<_> = d["options"].as_array().unwrap().iter().map(|o| o["libelle"].as_str().unwrap().replace('\u{a0}', " ")).collect();
    assert_eq!(libelles, ["CCS obtenu : « Spécialité inventée »", "CCS non obtenu"]);
    // The interview decides: granted without it, or a unit of the title instead, is refused.
    for (accordees, titre) in [(["ccs-1"], false), (["ccp-1"], true)] {
        let corps = json!({"accordees": accordees, "titre": titre, "entretien_favorable": true});
        assert_eq!(e.decider("alpha.jure", &e.passages[0], corps).await.statut, 422);
    }
    let corps = json!({"accordees": ["ccs-1"], "titre": true, "entretien_favorable": true});
    assert_eq!(e.decider("alpha.jure", &e.passages[0], corps).await.statut, 204);
    e.signer_tous().await;
    for corps in [json!({"action": "transmettre"}), json!({"action": "valider", "numero": "7"})] {
        assert_eq!(e.agir(corps).await.statut, 200);
    }
    let l = e.livret(&e.candidats[0]).await;
    assert!(l["livret"]["attributions"].as_array().unwrap().iter().any(|a| a["unite"] == "ccs-1" && a["version"] == CODE), "{l}");
    assert_eq!(l["livret"]["titres"].as_array().unwrap().len(), 1, "le titre est celui d’avant");
    // « Un parchemin est attribué au candidat ayant obtenu le titre complet ou le CCS. »
    let r = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions/{}/documents", e.session), Value::Null).await;
    let mut natures: Vec<_> = r.corps["elements"].as_array().unwrap().iter().map(|d| d["nature"].as_str().unwrap()).collect();
    natures.sort_unstable();
    assert_eq!(natures, ["attestation", "lettre", "parchemin"], "{}", r.corps);
}
