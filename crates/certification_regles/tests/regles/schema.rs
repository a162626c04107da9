//! Les fichiers livrés suivent `referentiels/schema.json`, et le schéma dit les mêmes champs que les types.

use certification_regles::referentiel::Version;
use certification_regles::referentiel::embarques::textes_embarques;
use certification_regles::referentiel::regles::CODES;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../referentiels/schema.json")).unwrap()
}

/// Ce qu'il faut de JSON Schema pour le nôtre.
fn valider(racine: &Value, schema: &Value, valeur: &Value, chemin: &str, erreurs: &mut Vec<String>) {
    if let Some(renvoi) = schema["$ref"].as_str() {
        return valider(racine, racine.pointer(renvoi.trim_start_matches('#')).unwrap(), valeur, chemin, erreurs);
    }
    if let Some(admis) = schema["enum"].as_array()
        && !admis.contains(valeur)
    {
        erreurs.push(format!("{chemin} : {valeur} n’est pas admis"));
    }
    let bon_type = match schema["type"].as_str() {
        Some("object") => valeur.is_object(),
        Some("array") => valeur.is_array(),
        Some("string") => valeur.is_string(),
        Some("integer") => valeur.is_u64(),
        Some("boolean") => valeur.is_boolean(),
        _ => true,
    };
    if !bon_type {
        erreurs.push(format!("{chemin} : mauvais type, {valeur}"));
    }
    if schema["format"] == "date" && valeur.as_str().is_none_or(|d| d.parse::<chrono::NaiveDate>().is_err()) {
        erreurs.push(format!("{chemin} : {valeur} n’est pas une date"));
    }
    for (i, element) in valeur.as_array().into_iter().flatten().enumerate() {
        valider(racine, &schema["items"], element, &format!("{chemin}[{i}]"), erreurs);
    }
    for (nom, v) in valeur.as_object().into_iter().flatten() {
        match schema["properties"].get(nom) {
            Some(s) => valider(racine, s, v, &format!("{chemin}.{nom}"), erreurs),
            None => erreurs.push(format!("{chemin}.{nom} : champ inconnu du schéma")),
        }
    }
    for nom in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if valeur.get(nom).is_none() {
            erreurs.push(format!("{chemin}.{nom} manque"));
        }
    }
}

#[test]
fn les_fichiers_livres_suivent_le_schema() {
    let schema = schema();
    for (nom, texte) in textes_embarques() {
        let valeur: Value = toml::from_str(texte).unwrap();
        let mut erreurs = Vec::new();
        valider(&schema, &schema, &valeur, nom, &mut erreurs);
        assert!(erreurs.is_empty(), "{erreurs:#?}");
    }
    let communes: Value = toml::from_str(include_str!("../../../../referentiels/regles_communes.toml")).unwrap();
    let mut erreurs = Vec::new();
    for (liste, def) in [("regles", "regle"), ("epreuves", "epreuve")] {
        for v in communes[liste].as_array().unwrap() {
            valider(&schema, &schema["$defs"][def], v, liste, &mut erreurs);
        }
    }
    assert!(erreurs.is_empty(), "{erreurs:#?}");
}

#[test]
fn le_schema_et_les_types_ont_les_memes_champs() {
    let schema = schema();
    let types = serde_json::to_value(Version::default()).unwrap();
    let noms = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(noms(&types), noms(&schema["properties"]));
    let codes: Vec<Value> = CODES.iter().map(|(c, _)| json!(c)).collect();
    assert_eq!(schema["$defs"]["regle"]["properties"]["code"]["enum"], json!(codes));
}

/// Une valeur de chaque forme que le schéma permet est lue par les types : les deux vont ensemble
/// aussi dans les objets emboîtés.
#[test]
fn tout_ce_que_permet_le_schema_se_lit() {
    fn exemple(racine: &Value, s: &Value) -> Value {
        if let Some(r) = s["$ref"].as_str() {
            return exemple(racine, racine.pointer(r.trim_start_matches('#')).unwrap());
        }
        if let Some(e) = s["enum"].as_array() {
            return e[0].clone();
        }
        match s["type"].as_str() {
            Some("object") => Value::Object(
                s["properties"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(n, _)| *n != "annees")
                    .map(|(n, v)| (n.clone(), exemple(racine, v)))
                    .collect(),
            ),
            Some("array") => json!([exemple(racine, &s["items"])]),
            Some("integer") => json!(1),
            Some("boolean") => json!(true),
            _ if s["format"] == "date" => json!("2026-01-01"),
            _ => json!("texte"),
        }
    }
    let schema = schema();
    let complet = exemple(&schema, &schema);
    let lue: Version = serde_json::from_value(complet).unwrap();
    assert_eq!(lue.unites[0].competences.len(), 1);
}
