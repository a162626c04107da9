//! Les messages d'erreur de lecture, en français.

use crate::motif::{NBSP, guillemets, liste};
use crate::referentiel::ErreurReferentiel;

/// Pourquoi une simulation ne répond pas. Un refus motivé n'est pas une erreur : c'est une réponse.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ErreurSimulation {
    /// Le JSON ou un champ ne se lit pas.
    #[error("La demande ne se lit pas\u{a0}: {0}")]
    Demande(String),
    /// Question inconnue.
    #[error("La question {} n’existe pas. Questions admises\u{a0}: {}.", guillemets(.0), super::QUESTIONS.join(", "))]
    QuestionInconnue(String),
    /// Un champ de `faits` ne se lit pas.
    #[error("Les faits de la question {} ne se lisent pas\u{a0}: {message}", guillemets(.question))]
    Faits {
        /// Question.
        question: String,
        /// Message.
        message: String,
    },
    /// Titre livré inconnu.
    #[error("Aucun titre livré ne porte le code {}.", guillemets(.0))]
    TitreInconnu(String),
    /// La version visée n'est pas déterminée.
    #[error("{0}")]
    Version(String),
    /// Le référentiel ou les faits se contredisent.
    #[error(transparent)]
    Referentiel(#[from] ErreurReferentiel),
}

/// Traduit un message de lecture (JSON ou TOML). Ce qui n'est pas reconnu est gardé tel quel.
pub fn en_francais(message: &str) -> String {
    let (message, ou) = match message.rsplit_once(" at line ") {
        Some((m, place)) => (m, place.split_once(" column ").map_or(String::new(), |(l, c)| format!(" (ligne {l}, colonne {c})"))),
        None => (message, String::new()),
    };
    let traduit = traduire(message.trim()).unwrap_or_else(|| message.trim().to_owned());
    format!("{}{ou}.", traduit.trim_end_matches('.'))
}

fn traduire(m: &str) -> Option<String> {
    let entre = |debut: &str| m.strip_prefix(debut).and_then(|r| r.split('`').nth(1).or_else(|| r.split('`').next()));
    if let Some(champ) = entre("unknown field ") {
        return Some(format!("le champ {} n’existe pas. Champs admis{NBSP}: {}", guillemets(champ), attendus(m)));
    }
    if let Some(champ) = entre("missing field ") {
        return Some(format!("le champ {} manque", guillemets(champ)));
    }
    if let Some(champ) = entre("duplicate field ") {
        return Some(format!("le champ {} est donné deux fois", guillemets(champ)));
    }
    if let Some(valeur) = entre("unknown variant ") {
        return Some(format!("la valeur {} n’est pas admise. Valeurs admises{NBSP}: {}", guillemets(valeur), attendus(m)));
    }
    if let Some(reste) = m.strip_prefix("invalid type: ").or_else(|| m.strip_prefix("invalid value: ")) {
        let (recu, attendu) = reste.split_once(", expected ")?;
        return Some(format!("une valeur n’est pas du bon type (reçu{NBSP}: {}{NBSP}; attendu{NBSP}: {})", types(recu), types(attendu)));
    }
    if m.starts_with("invalid length ") {
        return Some("une liste est donnée à la place d’un objet".to_owned());
    }
    if m.contains("out of range")
        || m.contains("invalid characters")
        || m.contains("premature end of input")
        || m.contains("trailing input")
    {
        return Some("une date n’existe pas ou n’est pas écrite AAAA-MM-JJ".to_owned());
    }
    Some(
        match m {
            "EOF while parsing a value" => "le texte est vide ou s’arrête trop tôt",
            "trailing characters" => "il y a du texte après la fin de l’objet",
            "key must be a string" => "un nom de champ doit être une chaîne entre guillemets",
            "expected value" => "une valeur est attendue",
            "trailing comma" => "une virgule est de trop",
            _ if m.starts_with("EOF while parsing") => "le texte s’arrête trop tôt",
            _ if m.starts_with("expected") => "la ponctuation JSON n’est pas correcte",
            _ if m.contains("recursion limit") => "les objets sont emboîtés trop profondément",
            _ => return None,
        }
        .to_owned(),
    )
}

fn attendus(m: &str) -> String {
    let noms: Vec<&str> = m.split('`').skip(3).step_by(2).collect();
    if noms.is_empty() { "aucun".to_owned() } else { liste(noms) }
}

fn types(t: &str) -> String {
    [
        ("a formatted date string", "une date AAAA-MM-JJ"),
        ("a sequence", "une liste"),
        ("sequence", "une liste"),
        ("a map", "un objet"),
        ("map", "un objet"),
        ("a string", "une chaîne"),
        ("string", "la chaîne"),
        ("a boolean", "vrai ou faux"),
        ("boolean", "vrai ou faux"),
        ("integer", "l’entier"),
        ("floating point", "le nombre à virgule"),
        ("null", "rien"),
        ("u32", "un entier positif"),
        ("struct ", "un objet "),
        ("internally tagged enum ", "un objet "),
    ]
    .iter()
    .find_map(|(anglais, francais)| t.strip_prefix(anglais).map(|reste| format!("{francais}{reste}")))
    .unwrap_or_else(|| t.to_owned())
}
