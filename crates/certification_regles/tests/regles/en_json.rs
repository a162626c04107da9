//! Une demande et sa réponse JSON en une ligne.

use certification_regles::simuler;
use serde_json::{Value, json};

/// Une version au CCS associé au titre, une au CCS d'un autre titre, une privée, une au même titre que A.
fn versions() -> Value {
    json!([
        {"code": "A", "titre": "essai", "effet": "2020-01-01", "fin": "2026-06-30",
         "unites": [{"code": "A1"}, {"code": "A2"}, {"code": "S1", "nature": "ccs", "intitule": "Spécialité une"}, {"code": "S2", "nature": "ccs"}, {"code": "SX", "nature": "ccs", "titre": "autre"}],
         "equivalences": [{"certification": "X", "unites": ["A1"]}]},
        {"code": "A-bis", "titre": "essai", "effet": "2026-01-01", "succede_a": "A", "unites": [{"code": "B1"}]},
        {"code": "O", "titre": "autre", "effet": "2020-01-01", "unites": [{"code": "O1"}]},
        {"code": "P", "titre": "prive", "nature": "prive", "effet": "2020-01-01", "fin": "2026-06-30", "limite_delivrance": "2026-12-31", "unites": [{"code": "P1"}]}
    ])
}

/// La demande, complétée des versions et de la version visée.
pub fn repondre(question: &str, date: &str, reste: Value, faits: &Value) -> Value {
    let mut d = json!({"question": question, "date": date, "version": "A", "versions": versions(), "faits": faits});
    d.as_object_mut().unwrap().extend(reste.as_object().unwrap().clone());
    serde_json::from_str(&simuler(&d.to_string()).unwrap_or_else(|e| panic!("{e}\n{d}"))).unwrap()
}

/// Les règles qui refusent.
pub fn refus(r: &Value) -> Vec<String> {
    let regles = r["motifs"].as_array().unwrap().iter().filter(|m| m["sens"] == "defavorable");
    let refus: Vec<String> = regles.map(|m| m["regle"].as_str().unwrap().to_owned()).collect();
    assert_eq!(r["favorable"] == true, refus.is_empty(), "{r:#}");
    refus
}

/// La règle attendue refuse, ou rien ne refuse : `oui`.
#[track_caller]
pub fn attendre(r: &Value, attendu: &str) {
    let refus = refus(r);
    assert!(if attendu == "oui" { refus.is_empty() } else { refus.iter().any(|x| x == attendu) }, "attendu {attendu}, {refus:?}\n{r:#}");
}

/// Les titres détenus, par version.
pub fn titres(versions: &[&str]) -> Value {
    versions.iter().map(|v| json!({"version": v, "date": "2025-01-01"})).collect()
}
