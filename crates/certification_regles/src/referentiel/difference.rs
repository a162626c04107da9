//! Ce qui change d'une version à l'autre.

use serde::Serialize;
use serde_json::Value;

use super::Version;
use crate::motif::{NBSP, guillemets};

/// Nature d'un écart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NatureEcart {
    /// Présent seulement dans la seconde version.
    Ajout,
    /// Présent seulement dans la première.
    Retrait,
    /// Changé.
    Modification,
}

/// Un écart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ecart {
    /// Où : `unites[ccp-1].competences[ccp-1-c2].intitule`.
    pub chemin: String,
    /// Ajout, retrait ou modification.
    pub nature: NatureEcart,
    /// Valeur de la première version.
    pub avant: Value,
    /// Valeur de la seconde.
    pub apres: Value,
    /// Phrase.
    pub phrase: String,
}

/// Tous les écarts entre deux versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Code de la première version.
    pub de: String,
    /// Code de la seconde.
    pub vers: String,
    /// Écarts, dans l'ordre du format.
    pub ecarts: Vec<Ecart>,
}

/// Compare deux versions, champ par champ ; les listes d'objets sont appariées par leur code.
pub fn difference(a: &Version, b: &Version) -> Difference {
    let (va, vb) = (serde_json::to_value(a).unwrap_or(Value::Null), serde_json::to_value(b).unwrap_or(Value::Null));
    let mut ecarts = Vec::new();
    comparer("", &va, &vb, &mut ecarts);
    Difference { de: a.code.clone(), vers: b.code.clone(), ecarts }
}

fn cle(v: &Value) -> Option<String> {
    if let Value::String(s) = v {
        return Some(s.clone());
    }
    let objet = v.as_object()?;
    let texte = |nom: &str| objet.get(nom).and_then(Value::as_str).map(str::to_owned);
    if let Some(code) = texte("code") {
        // Une règle datée a plusieurs lignes pour un code : sa date d'effet les distingue.
        return Some(texte("du").map_or(code.clone(), |du| format!("{code}@{du}")));
    }
    if let (Some(de), Some(sources)) = (texte("de_version"), objet.get("unites_source")) {
        return Some(format!("{de}:{sources}"));
    }
    ["voie", "nomenclature", "certification", "publiee_le", "groupe", "intitule", "libelle", "texte"].iter().find_map(|n| texte(n))
}

fn comparer(chemin: &str, a: &Value, b: &Value, ecarts: &mut Vec<Ecart>) {
    match (a, b) {
        _ if a == b => {}
        (Value::Object(oa), Value::Object(ob)) => {
            for (nom, va) in oa {
                comparer(&joindre(chemin, nom), va, ob.get(nom).unwrap_or(&Value::Null), ecarts);
            }
            for (nom, vb) in ob.iter().filter(|(nom, _)| !oa.contains_key(*nom)) {
                comparer(&joindre(chemin, nom), &Value::Null, vb, ecarts);
            }
        }
        (Value::Array(la), Value::Array(lb)) => listes(chemin, la, lb, ecarts),
        (Value::Null, _) => pousser(chemin, NatureEcart::Ajout, a, b, ecarts),
        (_, Value::Null) => pousser(chemin, NatureEcart::Retrait, a, b, ecarts),
        _ => pousser(chemin, NatureEcart::Modification, a, b, ecarts),
    }
}

fn listes(chemin: &str, la: &[Value], lb: &[Value], ecarts: &mut Vec<Ecart>) {
    let cles = |l: &[Value]| l.iter().map(cle).collect::<Option<Vec<_>>>();
    let (Some(ca), Some(cb)) = (cles(la), cles(lb)) else {
        return pousser(chemin, NatureEcart::Modification, &Value::from(la.to_vec()), &Value::from(lb.to_vec()), ecarts);
    };
    let avant = ecarts.len();
    for (code, va) in ca.iter().zip(la) {
        let ici = format!("{chemin}[{code}]");
        match cb.iter().position(|c| c == code) {
            Some(i) => comparer(&ici, va, &lb[i], ecarts),
            None => pousser(&ici, NatureEcart::Retrait, va, &Value::Null, ecarts),
        }
    }
    for (code, vb) in cb.iter().zip(lb).filter(|(code, _)| !ca.contains(code)) {
        pousser(&format!("{chemin}[{code}]"), NatureEcart::Ajout, &Value::Null, vb, ecarts);
    }
    // Mêmes éléments, autre ordre (ou doublons) : l'ordre imprimé compte.
    if ecarts.len() == avant {
        pousser(chemin, NatureEcart::Modification, &Value::from(ca), &Value::from(cb), ecarts);
    }
}

fn joindre(chemin: &str, nom: &str) -> String {
    if chemin.is_empty() { nom.to_owned() } else { format!("{chemin}.{nom}") }
}

fn pousser(chemin: &str, nature: NatureEcart, avant: &Value, apres: &Value, ecarts: &mut Vec<Ecart>) {
    let lisible = |v: &Value| match v {
        Value::String(s) => guillemets(s),
        Value::Object(o) => guillemets(o.get("intitule").or(o.get("libelle")).or(o.get("code")).and_then(Value::as_str).unwrap_or("…")),
        autre => autre.to_string(),
    };
    let phrase = match nature {
        NatureEcart::Ajout => format!("Ajouté, {chemin}{NBSP}: {}.", lisible(apres)),
        NatureEcart::Retrait => format!("Retiré, {chemin}{NBSP}: {}.", lisible(avant)),
        NatureEcart::Modification => format!("Modifié, {chemin}{NBSP}: {} devient {}.", lisible(avant), lisible(apres)),
    };
    ecarts.push(Ecart { chemin: chemin.to_owned(), nature, avant: avant.clone(), apres: apres.clone(), phrase });
}
