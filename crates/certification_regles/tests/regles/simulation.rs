//! La simulation : chaque exemple du README répond ce que le README dit, et les mauvaises demandes
//! sont refusées en français clair.

use std::collections::BTreeSet;

use certification_regles::simulation::{QUESTIONS, analyser, repondre};
use certification_regles::{ErreurSimulation, simuler};
use rstest::rstest;
use serde_json::{Value, json};

const README: &str = include_str!("../../README.md");

fn reponse(demande: &Value) -> Value {
    serde_json::from_str(&simuler(&demande.to_string()).unwrap()).unwrap()
}

#[test]
fn chaque_exemple_du_readme_repond_comme_annonce() {
    let mut vues = BTreeSet::new();
    for bloc in README.split("```json\n").skip(1) {
        let (texte, suite) = bloc.split_once("```").unwrap();
        let favorable = suite.trim_start().starts_with("→ favorable");
        assert!(favorable || suite.trim_start().starts_with("→ défavorable"));
        let r: Value = serde_json::from_str(&simuler(texte).unwrap_or_else(|e| panic!("{e}\n{texte}"))).unwrap();
        assert_eq!(r["favorable"], favorable, "{texte}\n{r:#}");
        vues.insert(r["question"].as_str().unwrap().to_owned());
        for m in r["motifs"].as_array().unwrap() {
            assert!(!m["phrase"].as_str().unwrap().is_empty() && !m["reference"]["libelle"].as_str().unwrap().is_empty());
            // Typographie : pas d'espace ordinaire devant une ponctuation double.
            for texte in [m["phrase"].as_str().unwrap(), m["reference"]["libelle"].as_str().unwrap()] {
                assert!(!texte.contains(" :") && !texte.contains(" ;") && !texte.contains("« "), "{texte}");
            }
        }
    }
    assert_eq!(vues, QUESTIONS.iter().map(|q| (*q).to_owned()).collect());
}

#[rstest]
#[case(r#"{"question":"revision","titre":"mediateur-numerique","date":"2026-01-01","couleur":"bleu"}"#, &["« couleur »", "n’existe pas", "Champs admis"])]
#[case(r#"{"question":"jury","titre":"mediateur-numerique","date":"2026-01-01","faits":{"jurys":[]}}"#, &["« jurys »", "n’existe pas"])]
#[case(r#"{"question":"jury","titre":"mediateur-numerique","date":"2026-01-01"}"#, &["« jures » manque"])]
#[case(r#"{"question":"horoscope","titre":"mediateur-numerique","date":"2026-01-01"}"#, &["« horoscope »", "Questions admises"])]
#[case(r#"{"question":"revision","titre":"mediateur-numerique"}"#, &["« date » manque"])]
#[case(r#"{"question":"revision","titre":"mediateur-numerique","date":"2026-02-30"}"#, &["une date n’existe pas"])]
#[case(r#"{"question":"revision","titre":"inconnu","date":"2026-01-01"}"#, &["Aucun titre livré", "« inconnu »"])]
#[case(r#"{"question":"revision","date":"2026-01-01"}"#, &["titre"])]
#[case(r#"{"question":"revision","titre":"mediateur-numerique","date":"2026-01-01","voie":"ailleurs"}"#, &["« ailleurs »", "Valeurs admises"])]
#[case(r#"{"question":"revision","titre":"mediateur-numerique","date":"2026-01-01","attributions":[{"version":"mediateur-numerique-2025","unite":"ccp-9","date":"2025-01-01"}]}"#, &["« ccp-9 »", "n’existe pas"])]
#[case(r#"{"question":"revision","versions":[{"code":"A","titre":"t","unites":[{"code":"A1"}],"correspondances":[{"de_version":"Z","unites_source":["Z1"],"unites":["A1"]}]}],"date":"2026-01-01"}"#, &["se contredit", "« Z »"])]
#[case(r#"{"question":"revision""#, &["s’arrête trop tôt", "ligne 1"])]
#[case("", &["vide"])]
#[case(r#"{"question":"entretien_final","titre":"mediateur-numerique","date":"2026-01-01","faits":{"session":"ccp","presentees":["ccp-1"],"accordees":["ccp-2"]}}"#, &["sans avoir été présentée"])]
fn une_mauvaise_demande_est_refusee_en_francais(#[case] json: &str, #[case] mots: &[&str]) {
    let message = simuler(json).unwrap_err().to_string().replace('\u{a0}', " ");
    for mot in mots {
        assert!(message.contains(mot), "{message}");
    }
    assert!(!message.contains("expected") && !message.contains("unknown"), "{message}");
}

#[test]
fn les_motifs_citent_un_nombre_avec_sa_certitude_et_la_version_peut_le_changer() {
    let demande = |regles: Value| {
        json!({"question": "jury", "date": "2026-03-10", "versions": [{"code": "A", "titre": "t", "unites": [{"code": "A1"}], "regles": regles}],
               "faits": {"jures": [{"id": "j1", "habilitations": [{"version": "A", "debut": "2024-01-01"}], "pratique": {"annees": 2}}, {"id": "j2", "habilitations": [{"version": "A", "debut": "2024-01-01"}], "pratique": {"annees": 9, "quitte_le": "2021-03-10"}}]}})
    };
    let r = reponse(&demande(json!([])));
    assert_eq!(r["favorable"], false);
    let regles: Vec<&str> = r["resultat"]["exclusions"].as_array().unwrap().iter().map(|e| e["regle"].as_str().unwrap()).collect();
    assert_eq!(regles, ["jury.pratique_insuffisante", "jury.metier_quitte"]);
    let motif = r["motifs"].as_array().unwrap().iter().find(|m| m["regle"] == "jury.pratique_insuffisante").unwrap();
    assert_eq!(motif["reference"]["certitude"], "secondaire");
    let modifiee = json!([{"code": "jury.experience_min_annees", "valeur": 2, "source": "arrêté d’essai"}, {"code": "jury.depart_max_annees", "valeur": 6, "source": "arrêté d’essai"}]);
    assert_eq!(reponse(&demande(modifiee))["favorable"], true);
}

#[test]
fn les_automates_refusent_avec_la_raison() {
    let r = |question: &str, etat: &str, action: &str, gardes: Value| {
        reponse(
            &json!({"question": question, "titre": "mediateur-numerique", "date": "2026-03-10", "origine": "formation", "faits": {"etat": etat, "action": action, "gardes": gardes}}),
        )
    };
    let premier = |v: &Value| v["motifs"][0]["regle"].as_str().unwrap().to_owned();
    assert_eq!(
        r("session", "prevue", "declarer", json!({"agrement_couvre": true, "jures_habilites": 2}))["resultat"]["suivant"],
        "declaree"
    );
    assert_eq!(
        premier(&r("session", "prevue", "declarer", json!({"agrement_couvre": true, "jures_habilites": 1}))),
        "session.jures_habilites"
    );
    assert_eq!(premier(&r("session", "prevue", "ouvrir", json!({}))), "session.transition_interdite");
    assert_eq!(premier(&r("session", "transmise", "modifier_pv", json!({}))), "session.pv_fige");
    assert_eq!(premier(&r("session", "transmise", "valider", json!({}))), "session.numero");
    assert_eq!(premier(&r("inscription", "deposee", "declarer_complete", json!({}))), "inscription.reserve_vae");
    assert_eq!(premier(&r("inscription", "deposee", "preparer", json!({"origine": "vae"}))), "inscription.recevabilite");
    assert_eq!(premier(&r("inscription", "echec", "se_representer", json!({"seconde_chance": false}))), "inscription.seconde_chance");
    assert_eq!(r("inscription", "echec", "suivre_nouvelle_formation", json!({}))["resultat"]["suivant"], "en_preparation");
    assert_eq!(premier(&r("inscription", "evaluee", "echouer", json!({"unites_acquises": 1}))), "inscription.aucune_unite");
    for (etat, gardes, attendu) in [
        ("titre_obtenu", json!({"titre_attribue": false, "unites_acquises": 1}), json!("partielle")),
        ("titre_obtenu", json!({"titre_attribue": false, "unites_acquises": 0}), json!("echec")),
        ("partielle", json!({"unites_acquises": 0}), json!("echec")),
        // Still held, or not said: nothing moves.
        ("titre_obtenu", json!({"titre_attribue": true, "unites_acquises": 2}), Value::Null),
        ("titre_obtenu", json!({}), Value::Null),
        ("partielle", json!({"unites_acquises": 1}), Value::Null),
        ("partielle", json!({}), Value::Null),
        ("echec", json!({"unites_acquises": 0}), Value::Null),
        ("en_preparation", json!({"titre_attribue": false, "unites_acquises": 0}), Value::Null),
    ] {
        assert_eq!(r("inscription", etat, "constater_retrait", gardes.clone())["resultat"]["suivant"], attendu, "{etat} {gardes}");
    }
    assert_eq!(r("inscription", "titre_obtenu", "expirer", json!({"limite_passee": true}))["favorable"], false);
}

#[test]
fn un_titre_prive_s_arrete_a_sa_limite_de_delivrance() {
    let r = |date: &str| {
        reponse(&json!({"question": "date_limite", "date": date, "attributions": [{"version": "P", "unite": "P1", "date": "2026-01-10"}],
            "versions": [{"code": "P", "titre": "p", "nature": "prive", "fin": "2026-06-30", "limite_delivrance": "2026-12-31", "unites": [{"code": "P1"}]}]}))
    };
    assert_eq!(r("2026-12-31")["favorable"], true);
    assert_eq!(r("2027-01-01")["favorable"], false);
    let parchemin = reponse(
        &json!({"question": "delivrance", "date": "2026-03-10", "versions": [{"code": "P", "titre": "p", "nature": "prive", "unites": [{"code": "P1"}]}], "faits": {"document": "parchemin"}}),
    );
    assert_eq!(parchemin["resultat"]["delivre_par_la_plateforme"], true);
}

#[test]
fn deux_sessions_le_meme_jour_sont_refusees() {
    let r = reponse(&json!({"question": "acces_session", "titre": "mediateur-numerique", "date": "2026-03-10", "origine": "formation",
        "faits": {"session": "titre", "unites": ["ccp-1", "ccp-2"], "autres_sessions": ["2026-03-10"]}}));
    assert!(r["motifs"].as_array().unwrap().iter().any(|m| m["regle"] == "acces.deux_sessions_le_meme_jour" && m["sens"] == "defavorable"));
}

#[test]
fn la_forme_typee_et_la_forme_texte_disent_la_meme_chose() {
    let json = r#"{"question":"horaires","titre":"cmn-plan-de-formation","date":"2026-01-01"}"#;
    let typee = repondre(&analyser(json).unwrap()).unwrap();
    assert_eq!(serde_json::to_string(&typee).unwrap(), simuler(json).unwrap());
    assert!(matches!(simuler("[]"), Err(ErreurSimulation::Demande(_))));
}

#[test]
fn la_recevabilite_se_verifie_a_l_acces_et_la_capitalisation_s_en_passe() {
    let r = |session: &str, unites: Value, attributions: Value, faits: Value| {
        let mut f = json!({"session": session, "unites": unites});
        f.as_object_mut().unwrap().extend(faits.as_object().unwrap().clone());
        reponse(
            &json!({"question": "acces_session", "titre": "mediateur-numerique", "date": "2026-03-11", "voie": "vae", "attributions": attributions, "faits": f}),
        )["favorable"]
            == true
    };
    let toutes = json!(["ccp-1", "ccp-2"]);
    assert!(!r("titre", toutes.clone(), json!([]), json!({})));
    assert!(!r("titre", toutes.clone(), json!([]), json!({"notification": {"date": "2025-03-10"}})));
    assert!(r("titre", toutes.clone(), json!([]), json!({"notification": {"date": "2025-03-11"}})));
    assert!(r("titre", toutes, json!([]), json!({"complet_le": "2026-01-11"})));
    let une = json!([{"version": "mediateur-numerique-2025", "unite": "ccp-1", "date": "2025-06-20"}]);
    assert!(r("ccp", json!(["ccp-2"]), une.clone(), json!({})));
    assert!(!r("ccp", json!(["ccp-1", "ccp-2"]), une, json!({})));
}

#[test]
fn proposer_le_titre_accorde_tout_ce_qui_est_presente() {
    let r =
        |faits: Value| reponse(&json!({"question": "deliberation", "titre": "mediateur-numerique", "date": "2026-03-10", "faits": faits}));
    let titre = r(json!({"session": "titre", "titre_propose": true, "entretien_favorable": true}));
    assert_eq!(titre["resultat"]["issue"], "titre_obtenu");
    let partiel = r(json!({"session": "titre", "accordees": ["ccp-1"]}));
    assert_eq!(partiel["resultat"]["documents"], json!(["livret"]));
    let force = r(json!({"session": "titre", "accordees": ["ccp-1"], "titre_propose": true, "entretien_favorable": true}));
    assert_eq!((force["favorable"].clone(), force["resultat"]["titre_attribue"].clone()), (json!(false), json!(false)));
}
