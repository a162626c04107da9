//! CCS, dates des sessions, expérience et périodes en entreprise à une date : un cas par règle.

use certification_regles::simuler;
use rstest::rstest;
use serde_json::{Value, json};

use crate::en_json::{attendre, repondre, titres};

#[rstest]
#[case::le_titre_associe_est_detenu(&["O"], "SX", "oui")]
#[case::seul_le_titre_de_la_version_l_est(&["A"], "SX", "sans_entretien")]
#[case::associe_a_la_version(&["A"], "S1", "oui")]
#[case::par_une_autre_version_du_titre(&["A-bis"], "S1", "oui")]
#[case::sans_titre(&[], "S1", "sans_entretien")]
fn un_ccs_regarde_le_titre_auquel_il_est_associe(#[case] tenus: &[&str], #[case] ccs: &str, #[case] attendu: &str) {
    let (acquis, oui) = (json!({"titres": titres(tenus), "origine": "formation"}), attendu == "oui");
    let base = json!({"session": "ccs", "presentees": [ccs], "accordees": [ccs]});
    assert_eq!(repondre("entretien_final", "2026-05-10", acquis.clone(), &base)["favorable"], oui);
    let acces = repondre("acces_session", "2026-05-10", acquis.clone(), &json!({"session": "ccs", "unites": [ccs]}));
    attendre(&acces, if oui { "oui" } else { "ccs.titre_detenu" });
    let mut avec = base.clone();
    avec["entretien_favorable"] = json!(true);
    let r = repondre("deliberation", "2026-05-10", acquis.clone(), &avec);
    attendre(&r, &if oui { attendu.to_owned() } else { format!("deliberation.{attendu}") });
    // Accordé, il est attribué : il lui faut l'entretien, et rien ne se contredit.
    let issue = if oui { ("ccs_obtenu", json!(["parchemin"])) } else { ("echec", json!([])) };
    assert_eq!((r["resultat"]["issue"].as_str().unwrap(), r["resultat"]["documents"].clone()), issue, "{r:#}");
    attendre(
        &repondre("deliberation", "2026-05-10", acquis, &base),
        if oui { "deliberation.entretien_defavorable" } else { "deliberation.sans_entretien" },
    );
}

#[rstest]
#[case::un_sur_deux(&["S1"], Some(true), "oui", "ccs_obtenu")]
#[case::aucun(&[], None, "oui", "echec")]
#[case::entretien_defavorable(&["S1", "S2"], Some(false), "deliberation.entretien_defavorable", "echec")]
fn une_session_de_deux_ccs(#[case] accordes: &[&str], #[case] entretien: Option<bool>, #[case] attendu: &str, #[case] issue: &str) {
    let faits = json!({"session": "ccs", "presentees": ["S1", "S2"], "accordees": accordes, "entretien_favorable": entretien});
    let r = repondre("deliberation", "2026-05-10", json!({"titres": titres(&["A"])}), &faits);
    attendre(&r, attendu);
    assert_eq!(r["resultat"]["issue"], issue);
    let attribution = r["motifs"].as_array().unwrap().iter().find(|m| m["regle"] == "deliberation.attribution");
    assert_eq!(attribution.map(|m| m["phrase"].as_str().unwrap().contains("Spécialité une")), (issue == "ccs_obtenu").then_some(true));
}

#[rstest]
#[case::commence_apres_la_fin("2026-08-01", None, "2026-05-01", "2026-09-01", "titre", "apres_fin")]
#[case::commence_le_dernier_jour("2026-06-30", None, "2026-05-01", "2026-09-01", "titre", "oui")]
#[case::la_prolongation_ne_vaut_pas_pour_un_ccs("2024-01-01", None, "2026-05-01", "2026-09-01", "ccs", "apres_fin")]
#[case::un_ccs_avant_la_fin("2024-01-01", None, "2026-05-01", "2026-06-30", "ccs", "oui")]
fn un_agrement_vaut_a_la_fin_du_titre(
    #[case] debut: &str,
    #[case] fin: Option<&str>,
    #[case] declaree: &str,
    #[case] jour: &str,
    #[case] session: &str,
    #[case] attendu: &str,
) {
    let agrement = json!([{"version": "A", "site": "Lyon", "debut": debut, "fin": fin}]);
    let faits = json!({"session": session, "site": "Lyon", "declaree_le": declaree, "agrements": agrement});
    let prefixe = |p: &str| if attendu == "oui" { "oui".to_owned() } else { format!("{p}.{attendu}") };
    attendre(&repondre("agrement", jour, json!({}), &faits), &prefixe("agrement"));
    if session == "titre" {
        let jures: Vec<Value> =
            ["j1", "j2"].map(|id| json!({"id": id, "habilitations": [{"version": "A", "debut": debut, "fin": fin}]})).to_vec();
        let r = repondre("jury", jour, json!({}), &json!({"declaree_le": declaree, "jures": jures}));
        attendre(&r, if attendu == "oui" { "oui" } else { "jury.membres_du_jour" });
    }
}

#[rstest]
#[case::la_derniere_journee("2026-12-31", "oui")]
#[case::le_lendemain("2027-01-01", "agrement.apres_fin")]
fn un_titre_prive_se_delivre_jusqu_a_sa_limite(#[case] jour: &str, #[case] attendu: &str) {
    let faits = json!({"site": "Lyon", "agrements": [{"version": "P", "site": "Lyon", "debut": "2024-01-01"}]});
    attendre(&repondre("agrement", jour, json!({"version": "P"}), &faits), attendu);
    let acces =
        repondre("acces_session", jour, json!({"version": "P", "origine": "formation"}), &json!({"session": "titre", "unites": ["P1"]}));
    attendre(&acces, if attendu == "oui" { "oui" } else { "limite.date" });
    let jures: Vec<Value> = ["j1", "j2"].map(|id| json!({"id": id, "habilitations": [{"version": "P", "debut": "2024-01-01"}]})).to_vec();
    attendre(
        &repondre("jury", jour, json!({"version": "P"}), &json!({"jures": jures})),
        if attendu == "oui" { "oui" } else { "jury.membres_du_jour" },
    );
}

#[rstest]
#[case::la_restriction_demande_de_savoir_lequel(json!(["S1"]), None, "agrement.ccs_non_couvert")]
#[case::celui_de_la_liste(json!(["S1"]), Some("S1"), "oui")]
#[case::un_autre(json!(["S1"]), Some("S2"), "agrement.ccs_non_couvert")]
#[case::sans_liste(Value::Null, None, "oui")]
fn un_agrement_restreint_a_des_ccs(#[case] liste: Value, #[case] ccs: Option<&str>, #[case] attendu: &str) {
    let faits = json!({"session": "ccs", "ccs": ccs, "site": "Lyon", "agrements": [{"version": "A", "site": "Lyon", "debut": "2024-01-01", "ccs": liste}]});
    attendre(&repondre("agrement", "2026-05-10", json!({}), &faits), attendu);
}

#[rstest]
#[case::apres_la_fin("2026-07-01", &["S1"], "limite.date")]
#[case::avant_l_effet("2019-12-31", &["S1"], "limite.avant_effet")]
#[case::le_dernier_jour("2026-06-30", &["S1"], "oui")]
#[case::sans_ccs("2026-05-10", &[], "acces.aucune_unite")]
fn une_session_ccs_a_ses_dates_et_son_ccs(#[case] date: &str, #[case] unites: &[&str], #[case] attendu: &str) {
    let acquis = json!({"titres": [{"version": "A", "date": "2019-01-01"}], "origine": "formation"});
    let r = repondre("acces_session", date, acquis, &json!({"session": "ccs", "unites": unites}));
    attendre(&r, attendu);
    // Avant l'effet, la réponse ne dit pas aussi que la date est bonne.
    assert_eq!(r["motifs"].as_array().unwrap().iter().filter(|m| m["regle"].as_str().unwrap().starts_with("limite.")).count(), 1);
}

#[rstest]
#[case::deux_semestres(json!([["2024-01-01", "2024-06-30"], ["2024-09-01", "2025-02-28"]]), 12)]
#[case::un_an_moins_un_jour(json!([["2024-01-01", "2024-12-30"]]), 11)]
#[case::des_periodes_qui_se_touchent(json!([["2024-01-15", "2024-04-10"], ["2024-04-11", "2025-01-14"]]), 12)]
#[case::un_chevauchement_ne_compte_qu_une_fois(json!([["2024-01-01", "2024-06-30"], ["2024-01-01", "2024-06-30"]]), 6)]
#[case::des_restes_qui_font_un_mois(json!([["2024-01-01", "2024-01-20"], ["2024-03-01", "2024-03-20"]]), 1)]
#[case::a_venir(json!([["2027-01-01", "2028-12-31"]]), 0)]
#[case::en_partie_a_venir(json!([["2026-04-11", "2027-12-31"]]), 1)]
#[case::en_cours(json!([["2025-05-11", null]]), 12)]
fn l_experience_compte_en_mois_civils_jusqu_a_la_date(#[case] periodes: Value, #[case] mois: u32) {
    let experiences: Vec<Value> =
        periodes.as_array().unwrap().iter().map(|p| json!({"activite": "salarie", "debut": p[0], "fin": p[1]})).collect();
    let r = repondre("vae_experience", "2026-05-10", json!({}), &json!({"experiences": experiences.clone()}));
    assert_eq!(r["resultat"]["mois"], mois, "{r:#}");
    let ccs = repondre("ccs", "2026-05-10", json!({"titres": titres(&["A"])}), &json!({"unite": "S1", "experiences": experiences}));
    attendre(&ccs, if mois >= 12 { "oui" } else { "ccs.experience" });
}

#[rstest]
#[case::depuis_un_debut(json!({"debut": "2026-01-10", "mois": 20}), 4, "oui")]
#[case::sans_dates(json!({"mois": 20}), 20, "oui")]
#[case::debut_a_venir(json!({"debut": "2026-06-01", "mois": 20}), 0, "oui")]
#[case::dates_inversees(json!({"debut": "2026-01-10", "fin": "2025-01-10"}), 0, "experience.fin_avant_debut")]
#[case::rien(json!({}), 0, "experience.sans_duree")]
fn une_experience_se_compte_ou_se_refuse(#[case] experience: Value, #[case] mois: u32, #[case] attendu: &str) {
    let mut e = json!({"activite": "benevole"});
    e.as_object_mut().unwrap().extend(experience.as_object().unwrap().clone());
    let r = repondre("vae_experience", "2026-05-10", json!({}), &json!({"experiences": [e]}));
    attendre(&r, attendu);
    assert_eq!(r["resultat"]["mois"], mois);
}

#[rstest]
#[case::faite("2026-04-12", None, 6, "oui")]
#[case::la_veille_de_la_sixieme_semaine("2026-04-09", None, 5, "entreprise.semaines_continues")]
#[case::prevue("2026-03-01", None, 0, "entreprise.semaines_continues")]
#[case::minutes_d_une_periode_finie("2026-04-12", Some(12_600), 6, "oui")]
#[case::minutes_d_une_periode_en_cours("2026-04-11", Some(12_600), 6, "entreprise.minutes")]
#[case::minutes_plus_grandes_que_u32("2026-04-12", Some(u32::MAX), 6, "oui")]
fn une_periode_en_entreprise_compte_une_fois_faite(
    #[case] date: &str,
    #[case] minutes: Option<u32>,
    #[case] semaines: u32,
    #[case] attendu: &str,
) {
    let periode = json!({"debut": "2026-03-02", "fin": "2026-04-12", "minutes": minutes});
    let contrat = minutes.map(|_| json!({"minutes": 12_000, "semaines_continues": 1}));
    // Deux fois la même : le total des minutes passe 32 bits sans arrêter le programme.
    let faits = json!({"periodes": [periode, periode], "contrat": contrat});
    let voie = if minutes.is_some() { "formation_continue" } else { "initiale" };
    let d = json!({"question": "periode_entreprise", "titre": "cmn-plan-de-formation", "voie": voie, "date": date, "faits": faits});
    let r: Value = serde_json::from_str(&simuler(&d.to_string()).unwrap()).unwrap();
    attendre(&r, attendu);
    assert_eq!(r["resultat"]["semaines_continues"], semaines);
}

#[test]
fn six_semaines_commencent_n_importe_quel_jour() {
    for (debut, fin, semaines) in
        [("2026-03-02", "2026-04-10", 6), ("2026-03-02", "2026-04-09", 5), ("2026-03-04", "2026-04-14", 6), ("2026-03-04", "2026-04-13", 5)]
    {
        let d = json!({"question": "periode_entreprise", "titre": "cmn-plan-de-formation", "voie": "initiale", "date": "2026-05-10", "faits": {"periodes": [{"debut": debut, "fin": fin}]}});
        let r: Value = serde_json::from_str(&simuler(&d.to_string()).unwrap()).unwrap();
        assert_eq!(r["resultat"]["semaines_continues"], semaines, "{debut} {fin}");
    }
}

#[test]
fn des_horaires_enormes_n_arretent_pas_le_calcul() {
    let modules: Vec<Value> = (0..3).map(|i| json!({"code": format!("m{i}"), "minutes": u32::MAX})).collect();
    let horaires = json!({"total_imprime_minutes": 60, "blocs": [{"code": "b", "modules": modules}, {"code": "c", "modules": [{"code": "m9", "minutes": 1}]}]});
    let v = json!([{"code": "H", "titre": "h", "unites": [{"code": "H1"}], "horaires": horaires}]);
    let d = json!({"question": "horaires", "date": "2026-05-10", "versions": v});
    let r: Value = serde_json::from_str(&simuler(&d.to_string()).unwrap()).unwrap();
    assert_eq!((&r["favorable"], &r["resultat"]["lignes"][2]["calcule_minutes"]), (&json!(false), &json!(u32::MAX)));
}
