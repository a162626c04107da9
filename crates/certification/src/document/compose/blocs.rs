//! The parts a document is made of, as the template reads them.

use serde_json::{Value, json};

pub(super) fn titre_bloc(texte: &str) -> Value {
    json!({"genre": "titre", "texte": texte})
}

pub(super) fn paragraphe(texte: impl Into<String>) -> Value {
    json!({"genre": "paragraphe", "texte": texte.into()})
}

pub(super) fn fiche(champs: &[(&str, String)]) -> Value {
    let champs: Vec<Value> = champs.iter().map(|(l, v)| json!({"libelle": l, "valeur": v})).collect();
    json!({"genre": "fiche", "champs": champs})
}

pub(super) fn liste(elements: impl IntoIterator<Item = String>) -> Value {
    json!({"genre": "liste", "elements": elements.into_iter().collect::<Vec<_>>()})
}

pub(super) fn tableau(entetes: &[&str], lignes: &[Vec<String>]) -> Value {
    json!({"genre": "tableau", "entetes": entetes, "lignes": lignes})
}

pub(super) fn heure(h: &str) -> String {
    h.replace(':', "\u{a0}h\u{a0}")
}
