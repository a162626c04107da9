//! Accès aux sessions, issues, retraits, automates, demandes incohérentes : un cas par règle.

use certification_regles::simuler;
use rstest::rstest;
use serde_json::{Value, json};

use crate::en_json::{attendre, refus, repondre, titres};

/// Des unités de A détenues depuis le 10 mars 2026.
fn unites(codes: &[&str]) -> Value {
    codes.iter().map(|u| json!({"version": "A", "unite": u, "date": "2026-03-10"})).collect()
}

const SANS: &str = "acces.experience_sans_recevabilite";

#[rstest]
#[case::titre_sans_recevabilite("titre", &["A1", "A2"], &[], json!({}), SANS)]
#[case::ccp_sans_recevabilite("ccp", &["A1"], &[], json!({}), SANS)]
#[case::titre_recevable("titre", &["A1", "A2"], &[], json!({"notification": {"date": "2026-01-10"}}), "oui")]
#[case::titre_recevabilite_perimee("titre", &["A1", "A2"], &[], json!({"notification": {"date": "2025-05-09"}}), "vae.validite")]
#[case::ccp_apres_une_reussite_partielle("ccp", &["A2"], &["A1"], json!({}), "oui")]
#[case::titre_apres_une_reussite_partielle("titre", &["A2"], &["A1"], json!({}), SANS)]
#[case::entretien_seul_du("titre", &[], &["A1", "A2"], json!({}), "oui")]
fn l_experience_seule_n_ouvre_qu_un_ccs(
    #[case] session: &str,
    #[case] presentees: &[&str],
    #[case] acquises: &[&str],
    #[case] vae: Value,
    #[case] attendu: &str,
) {
    let mut faits = json!({"session": session, "unites": presentees});
    faits.as_object_mut().unwrap().extend(vae.as_object().unwrap().clone());
    let reste = json!({"voie": "candidature_individuelle", "origine": "experience", "attributions": unites(acquises)});
    attendre(&repondre("acces_session", "2026-05-10", reste, &faits), attendu);
}

#[rstest]
#[case::par_equivalence(json!({"certifications": [{"code": "X", "date": "2020-01-01"}]}), "vae.incomplet")]
#[case::devant_un_jury(json!({"attributions": [{"version": "A", "unite": "A1", "date": "2026-03-10"}]}), "oui")]
fn la_capitalisation_suppose_une_reussite_devant_un_jury(#[case] acquis: Value, #[case] attendu: &str) {
    let mut reste = json!({"voie": "vae"});
    reste.as_object_mut().unwrap().extend(acquis.as_object().unwrap().clone());
    attendre(&repondre("acces_session", "2026-05-10", reste, &json!({"session": "ccp", "unites": ["A2"]})), attendu);
}

#[rstest]
#[case::dans_la_limite("2026-05-10", &[], &["A1"], &[], "oui")]
#[case::passe_la_fin_sans_unite("2026-07-01", &[], &["A1"], &[], "deliberation.hors_limite")]
#[case::dans_la_prolongation("2027-06-30", &["A1"], &["A2"], &[], "oui")]
#[case::passe_la_prolongation("2027-07-01", &["A1"], &["A2"], &[], "deliberation.hors_limite")]
#[case::rien_accorde_apres_la_limite("2027-07-01", &["A1"], &[], &[], "oui")]
#[case::titre_deja_detenu("2026-05-10", &[], &["A1"], &["A"], "deliberation.titre_deja_detenu")]
#[case::titre_detenu_par_une_autre_version("2026-05-10", &[], &["A1"], &["A-bis"], "deliberation.titre_deja_detenu")]
fn aucune_unite_ne_s_accorde_hors_limite_ni_le_titre_detenu(
    #[case] date: &str,
    #[case] acquises: &[&str],
    #[case] accordees: &[&str],
    #[case] tenus: &[&str],
    #[case] attendu: &str,
    #[values("titre", "ccp")] session: &str,
) {
    let faits = json!({"session": session, "presentees": ["A1", "A2"], "accordees": accordees});
    let r = repondre("deliberation", date, json!({"titres": titres(tenus), "attributions": unites(acquises)}), &faits);
    attendre(&r, attendu);
    // Ce qui ne peut s'accorder n'est pas acquis.
    if attendu != "oui" {
        assert_eq!(r["resultat"]["acquises"], json!(acquises), "{r:#}");
    }
}

#[rstest]
#[case::un_ccp_tenu_l_autre_refuse(&["A1"], &["A2"], "partielle")]
#[case::rien_de_tenu(&[], &["A1", "A2"], "echec")]
fn la_meme_situation_a_la_meme_issue_en_session_titre_et_ccp(#[case] acquises: &[&str], #[case] presentees: &[&str], #[case] issue: &str) {
    for session in ["titre", "ccp"] {
        let faits = json!({"session": session, "presentees": presentees, "accordees": []});
        let r = repondre("deliberation", "2026-05-10", json!({"attributions": unites(acquises)}), &faits);
        assert_eq!(r["resultat"]["issue"], issue, "{session}");
        // L'automate des inscriptions admet cette issue.
        let action = if issue == "partielle" { "reussir_partiellement" } else { "echouer" };
        let gardes = json!({"unites_acquises": acquises.len(), "titre_attribue": false});
        attendre(&repondre("inscription", "2026-05-10", json!({}), &json!({"etat": "evaluee", "action": action, "gardes": gardes})), "oui");
    }
}

#[test]
fn un_titre_tenu_dans_une_version_ferme_les_autres() {
    let reste = json!({"version": "A-bis", "titres": titres(&["A"]), "origine": "formation"});
    let acces = repondre("acces_session", "2026-05-10", reste.clone(), &json!({"session": "titre", "unites": ["B1"]}));
    attendre(&acces, "acces.titre_detenu");
    let faits = json!({"session": "titre", "titre_propose": true, "entretien_favorable": true});
    attendre(&repondre("deliberation", "2026-05-10", reste.clone(), &faits), "deliberation.titre_deja_detenu");
    let r = repondre("revision", "2026-05-10", reste, &json!({}));
    assert_eq!((&r["resultat"]["cible"]["titre_detenu"], &r["resultat"]["cible"]["entretien_final_du"]), (&json!(true), &json!(false)));
}

#[rstest]
#[case::un_ccs("s", &["parchemin du CCS à retirer", "attestation du CCS à révoquer"])]
#[case::un_ccp("u", &["livret à refaire"])]
#[case::le_titre_et_ses_unites("t", &["parchemin à retirer", "attestation du titre à révoquer", "livret à refaire"])]
fn chaque_retrait_dit_ses_documents(#[case] cible: &str, #[case] documents: &[&str]) {
    let unite = |unite: &str, id: &str| json!({"version": "A", "unite": unite, "date": "2025-01-01", "decision": id});
    let reste = json!({"attributions": [unite("A1", "u"), unite("A2", "t"), unite("S1", "s")],
                       "titres": [{"version": "A", "date": "2025-01-01", "decision": "t"}]});
    let r = repondre("retrait", "2026-05-10", reste, &json!({ "cible": cible }));
    assert_eq!(r["resultat"]["documents"], json!(documents));
}

#[rstest]
#[case::sans_formation(json!({}), "reprise.duree")]
#[case::formation_faite(json!({"nouvelle_formation_le": "2026-02-01"}), "oui")]
#[case::formation_le_jour_meme(json!({"nouvelle_formation_le": "2026-05-10"}), "oui")]
#[case::formation_a_venir(json!({"nouvelle_formation_le": "2026-09-01"}), "reprise.duree")]
#[case::un_ccp_jamais_presente(json!({"session": "ccp", "unites": ["A2"]}), "oui")]
#[case::un_ccp_deja_presente(json!({"session": "ccp", "unites": ["A1", "A2"]}), "reprise.duree")]
#[case::le_titre_entier(json!({"unites": ["A2"]}), "reprise.duree")]
fn l_horloge_de_la_seconde_chance(#[case] plus: Value, #[case] attendu: &str) {
    let mut faits = json!({"session": "titre", "sessions_passees": [{"type": "ccp", "date": "2025-01-15", "unites": ["A1"]}]});
    faits.as_object_mut().unwrap().extend(plus.as_object().unwrap().clone());
    attendre(&repondre("seconde_chance", "2026-05-10", json!({"origine": "formation"}), &faits), attendu);
    if faits["session"] == "ccp" && faits["unites"] == json!(["A2"]) {
        attendre(&repondre("acces_session", "2026-05-10", json!({"origine": "formation"}), &faits), attendu);
    }
}

#[rstest]
#[case("session", "convoquee", "constater_quorum_non_atteint", json!({}), "session.quorum")]
#[case("session", "convoquee", "constater_quorum_non_atteint", json!({"jures_presents": 1}), "oui")]
#[case("session", "ouverte", "deliberer", json!({}), "session.quorum")]
#[case("session", "ouverte", "deliberer", json!({"jures_presents": 1}), "session.quorum")]
#[case("session", "ouverte", "deliberer", json!({"jures_presents": 2}), "oui")]
#[case("session", "en_deliberation", "signer_pv", json!({"membres_presents": ["a", "b"], "signataires": ["a", "b"]}), "session.decisions_completes")]
#[case("session", "en_deliberation", "signer_pv", json!({"membres_presents": ["a"], "signataires": ["a"], "candidats_sans_decision": 0}), "session.quorum")]
#[case("session", "en_deliberation", "signer_pv", json!({"membres_presents": ["a", "b"], "signataires": ["a", "b"], "candidats_sans_decision": 0}), "oui")]
#[case("inscription", "deposee", "preparer", json!({}), "inscription.origine")]
#[case("inscription", "deposee", "preparer", json!({"origine": "experience"}), "oui")]
#[case("inscription", "echec", "se_representer", json!({"origine": "vae"}), "oui")]
#[case("inscription", "echec", "se_representer", json!({"origine": "formation"}), "inscription.seconde_chance")]
fn un_fait_qui_manque_fait_refuser(
    #[case] question: &str,
    #[case] etat: &str,
    #[case] action: &str,
    #[case] gardes: Value,
    #[case] attendu: &str,
) {
    attendre(&repondre(question, "2026-05-10", json!({}), &json!({"etat": etat, "action": action, "gardes": gardes})), attendu);
}

#[test]
fn sans_unite_rien_n_est_pret_ni_du_sauf_l_entretien() {
    let signe = json!({"dossier_professionnel": {"signe": true}});
    let pret = |acquises: &[&str]| repondre("preparation", "2026-05-10", json!({"voie": "vae", "attributions": unites(acquises)}), &signe);
    attendre(&pret(&["A1"]), "preparation.aucune_unite");
    attendre(&pret(&["A1", "A2"]), "oui");
    // Une session titre porte sur tout ce qui manque.
    let dues = |acquises: &[&str]| {
        let r = repondre(
            "epreuves_dues",
            "2026-05-10",
            json!({"origine": "formation", "attributions": unites(acquises)}),
            &json!({"session": "titre"}),
        );
        let epreuves = r["resultat"]["epreuves"].as_array().unwrap().clone();
        (epreuves.len(), epreuves[0]["unites"].clone())
    };
    assert_eq!((dues(&[]), dues(&["A1"])), ((4, json!(["A1", "A2"])), (4, json!(["A2"]))));
    assert_eq!(dues(&["A1", "A2"]), (1, json!([])));
}

#[rstest]
#[case::code_de_version("mediateur-numerique-2025", "mediateur-numerique")]
#[case::numero_rncp("26573", "conseiller-mediateur-numerique")]
#[case::numero_rncp_entier("RNCP26573", "conseiller-mediateur-numerique")]
fn une_certification_a_plusieurs_noms(#[case] nom: &str, #[case] titre: &str) {
    let faits =
        json!({"anterieurs": [{"certification": nom, "date": "2026-01-05"}], "nouveau": {"certification": titre, "date": "2026-03-05"}});
    let r = repondre("vae_plafonds", "2026-05-10", json!({}), &faits);
    assert_eq!(refus(&r), ["vae.plafond_certification"]);
}

#[rstest]
#[case::faits_en_liste(r#"{"question":"jury","titre":"26573","date":"2026-01-01","faits":[1]}"#, "à la place d’un objet")]
#[case::demande_en_liste("[]", "à la place d’un objet")]
#[case::jure_en_liste(r#"{"question":"jury","titre":"26573","date":"2026-01-01","faits":{"jures":[[]]}}"#, "à la place d’un objet")]
#[case::origine_absente(r#"{"question":"preparation","titre":"26573","date":"2026-01-01","faits":{"unites":["bloc-1"]}}"#, "« voie »).")]
#[case::voie_et_origine(
    r#"{"question":"revision","titre":"26573","date":"2026-01-01","voie":"vae","origine":"formation"}"#,
    "ne vont pas ensemble"
)]
#[case::unite_retiree_avant(r#"{"question":"revision","titre":"26573","date":"2026-01-01","attributions":[{"version":"cmn-rncp26573","unite":"bloc-1","date":"2020-05-04","retiree_le":"2020-05-03"}]}"#, "avant d’être attribué")]
#[case::titre_retire_avant(r#"{"question":"revision","titre":"26573","date":"2026-01-01","titres":[{"version":"cmn-rncp26573","date":"2020-05-04","retire_le":"2020-05-03"}]}"#, "avant d’être attribué")]
#[case::retrait_inconnu(r#"{"question":"livret","titre":"26573","date":"2026-01-01","faits":{"journal":[{"id":"d1","date":"2020-01-01","prononce":{"objet":"retrait","decision":"d9","motif":"x"}}]}}"#, "absente du journal")]
#[case::exemple_d_une_unite_inconnue(r#"{"question":"preparation","titre":"26573","date":"2026-01-01","origine":"vae","faits":{"unites":["bloc-1"],"dossier_professionnel":{"signe":true,"exemples":{"bloc-9":1}}}}"#, "« bloc-9 »")]
fn une_demande_incoherente_est_refusee_en_francais(#[case] json: &str, #[case] mots: &str) {
    let message = simuler(json).unwrap_err().to_string().replace('\u{a0}', " ");
    assert!(message.contains(mots), "{message}");
    assert!(!message.contains("expected") && !message.contains("struct"), "{message}");
}

#[test]
fn le_meme_jour_deux_fois_est_refuse() {
    let jours = json!(["2026-05-10", "2026-05-10"]);
    let faits = json!({"site": "Lyon", "jours": jours, "agrements": [{"version": "A", "site": "Lyon", "debut": "2024-01-01"}]});
    attendre(&repondre("agrement", "2026-05-10", json!({}), &faits), "agrement.jour_en_double");
    let jures: Vec<Value> = ["j1", "j2"].map(|id| json!({"id": id, "habilitations": [{"version": "A", "debut": "2024-01-01"}]})).to_vec();
    attendre(&repondre("jury", "2026-05-10", json!({}), &json!({"jours": jours, "jures": jures})), "jury.jour_en_double");
}

#[test]
fn une_marque_d_ordre_se_lit_et_une_limite_est_en_temps_universel() {
    let cas = r#"{"question":"date_limite","date":"2026-05-10","versions":[{"code":"A","titre":"t","fin":"2026-06-30","unites":[{"code":"A1"}]}]}"#;
    let r = simuler(&format!("\u{feff}{cas}")).unwrap();
    assert_eq!(r, simuler(cas).unwrap());
    let r: Value = serde_json::from_str(&r).unwrap();
    assert_eq!(r["resultat"]["limite_utc"], "2026-06-30T21:59:59Z");
}
