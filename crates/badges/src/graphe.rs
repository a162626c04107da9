//! Du JSON-LD à la forme canonique RDF (RDFC-1.0), celle dont on prend l'empreinte.
//!
//! Deux exigences de plus que la norme, parce qu'un badge peut être présenté par n'importe qui :
//! - **tout ce qui est écrit est signé** : un terme que les vocabulaires ne définissent pas, ou une référence relative,
//!   disparaîtrait en silence de la forme canonique ; ici c'est un refus ;
//! - **le travail est borné** : la canonisation est exponentielle sur des graphes faits exprès.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use json_ld::{
    Expand, ExpandedDocument, Id, RdfQuads, ValidId, expansion,
    rdf_types::{Quad, generator},
};
use serde_json::Value;
use ssi_rdf::{LexicalQuad, urdna2015};

use crate::contextes::Chargeur;

/// Profondeur d'imbrication acceptée. Un badge en a six.
const PROFONDEUR: usize = 24;
/// Nombre de valeurs acceptées dans un document. Un badge en a une centaine.
const VALEURS: usize = 4_000;
/// Nœuds anonymes impossibles à distinguer au premier regard, par groupe de semblables et en tout : au-delà, le coût est
/// factoriel dans un groupe, exponentiel d'un groupe à l'autre.
const JUMEAUX: usize = 4;
const JUMEAUX_EN_TOUT: usize = 8;

/// Pourquoi un document n'a pas de forme canonique sûre.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Defaut {
    /// Un vocabulaire qui n'est pas embarqué.
    #[error("vocabulaire inconnu\u{a0}: {0}")]
    Contexte(String),
    /// Une mention que la forme canonique perdrait.
    #[error("mention non définie\u{a0}: {0}")]
    HorsVocabulaire(String),
    /// Trop grand, trop profond ou trop symétrique.
    #[error("document démesuré")]
    Demesure,
}

/// Forme canonique N-Quads du document, lignes triées, avec les seuls vocabulaires de `chargeur`.
pub(crate) fn canonique(document: &Value, chargeur: &Chargeur) -> Result<String, Defaut> {
    mesurer(document, 0, &mut 0)?;
    contextes_connus(document, chargeur)?;
    let json = json_syntax::Value::from_serde_json(document.clone());
    let options = expansion::Options {
        policy: expansion::Policy { invalid: expansion::Action::Reject, vocab: expansion::Action::Keep, allow_undefined: false },
        ..Default::default()
    };
    // The loader answers from memory: the future is ready at once, or the document asked for something we lack.
    let mut developpe = json
        .expand_full(&mut (), json_ld::Context::default(), None, chargeur, options, ())
        .now_or_never()
        .ok_or(Defaut::Demesure)?
        .map_err(|erreur| match erreur {
            expansion::Error::KeyExpansionFailed(terme) => Defaut::HorsVocabulaire(terme),
            autre => Defaut::HorsVocabulaire(autre.to_string()),
        })?;
    sans_reference_relative(&developpe)?;
    // Not `ssi_rdf::LdEnvironment::quads_of`: it gives every boolean the type xsd:boolean, even where the vocabulary
    // says otherwise (Open Badges writes `https://www.w3.org/…#boolean`), and signs what nobody else can verify.
    let mut noms = generator::Blank::new();
    developpe.relabel_and_canonicalize_with(&mut (), &mut noms);
    let mut quads: Vec<LexicalQuad> = Vec::new();
    for Quad(sujet, predicat, objet, graphe) in developpe.rdf_quads(&mut noms, None).cloned() {
        let ValidId::Iri(predicat) = predicat else { return Err(Defaut::HorsVocabulaire(predicat.to_string())) };
        quads.push(Quad(sujet, predicat, objet, graphe));
    }
    distinguables(&quads)?;
    Ok(urdna2015::normalize(quads.iter().map(|quad| quad.as_lexical_quad_ref())).into_nquads())
}

fn mesurer(valeur: &Value, profondeur: usize, compte: &mut usize) -> Result<(), Defaut> {
    *compte += 1;
    if profondeur > PROFONDEUR || *compte > VALEURS {
        return Err(Defaut::Demesure);
    }
    match valeur {
        Value::Array(valeurs) => valeurs.iter().try_for_each(|v| mesurer(v, profondeur + 1, compte)),
        Value::Object(champs) => champs.values().try_for_each(|v| mesurer(v, profondeur + 1, compte)),
        _ => Ok(()),
    }
}

/// `@context` n'apparaît qu'à la racine et n'y cite que des adresses embarquées : un vocabulaire écrit dans le document,
/// ou plus bas, pourrait changer le sens des mots.
fn contextes_connus(document: &Value, chargeur: &Chargeur) -> Result<(), Defaut> {
    let adresses = match &document["@context"] {
        Value::Array(adresses) => adresses.as_slice(),
        seule @ Value::String(_) => std::slice::from_ref(seule),
        _ => return Err(Defaut::Contexte("aucun".to_owned())),
    };
    for adresse in adresses {
        let Value::String(adresse) = adresse else { return Err(Defaut::Contexte("écrit dans le document".to_owned())) };
        if !chargeur.keys().any(|connue| connue.as_str() == adresse) {
            return Err(Defaut::Contexte(adresse.clone()));
        }
    }
    let Value::Object(champs) = document else { return Err(Defaut::Demesure) };
    if champs.values().any(|valeur| decrit(valeur, champs.get("id"))) {
        return Err(Defaut::HorsVocabulaire("le document décrit une seconde fois".to_owned()));
    }
    champs.iter().filter(|(cle, _)| *cle != "@context").try_for_each(|(cle, valeur)| plein(cle, valeur))
}

/// Un objet porte-t-il l'identifiant du document lui-même ? On pourrait y déplacer une mention (l'état, la fin de validité)
/// sans changer le graphe signé, et la cacher à qui lit le JSON.
fn decrit(valeur: &Value, racine: Option<&Value>) -> bool {
    match valeur {
        Value::Array(valeurs) => valeurs.iter().any(|valeur| decrit(valeur, racine)),
        Value::Object(champs) => (racine.is_some() && champs.get("id") == racine) || champs.values().any(|valeur| decrit(valeur, racine)),
        _ => false,
    }
}

/// Refuse ce que la conversion laisserait tomber (valeurs nulles, listes et objets vides), les mots-clés de JSON-LD
/// (`@index`, `@direction`, `@included`…), dont aucun badge n'a besoin, et les noms écrits par leur adresse complète :
/// le graphe serait le même, mais qui lit le JSON ne verrait plus `credentialStatus`.
fn plein(cle: &str, valeur: &Value) -> Result<(), Defaut> {
    if cle == "@context" {
        return Err(Defaut::Contexte("écrit dans le document".to_owned()));
    }
    if cle.starts_with('@') || cle.contains(':') || (cle == "type" && valeur.as_str().is_some_and(|t| t.contains(':'))) {
        return Err(Defaut::HorsVocabulaire(cle.to_owned()));
    }
    match valeur {
        Value::Null => Err(Defaut::HorsVocabulaire(format!("{cle} est vide"))),
        Value::Array(valeurs) if valeurs.is_empty() => Err(Defaut::HorsVocabulaire(format!("{cle} est vide"))),
        Value::Object(champs) if champs.is_empty() => Err(Defaut::HorsVocabulaire(format!("{cle} est vide"))),
        // RDFC-1.0 writes them `\t`, `\u0007`…; `ssi_rdf` writes them raw, and nobody else would find the same digest.
        Value::String(texte) if texte.chars().any(a_ecarter) => Err(Defaut::HorsVocabulaire(format!("caractère invisible dans {cle}"))),
        // A named anonymous node could close a cycle; without names the document is a tree, and cheap.
        Value::String(texte) if texte.starts_with("_:") => Err(Defaut::HorsVocabulaire(format!("nœud anonyme nommé dans {cle}"))),
        Value::Array(valeurs) => valeurs.iter().try_for_each(|valeur| plein(cle, valeur)),
        Value::Object(champs) => champs.iter().try_for_each(|(cle, valeur)| plein(cle, valeur)),
        _ => Ok(()),
    }
}

/// Caractère de commande qui n'est pas une fin de ligne.
pub(crate) fn a_ecarter(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\n' | '\r')
}

/// Tout identifiant et tout type du document développé est une IRI ou un nœud anonyme : une référence relative
/// disparaîtrait du graphe sans bruit.
fn sans_reference_relative(developpe: &ExpandedDocument) -> Result<(), Defaut> {
    let relative = developpe.traverse().find_map(|fragment| match fragment.into_id() {
        Some(Id::Invalid(texte)) => Some(texte),
        _ => None,
    });
    relative.map_or(Ok(()), |texte| Err(Defaut::HorsVocabulaire(texte)))
}

/// Refuse un graphe dont trop de nœuds anonymes ont le même voisinage immédiat.
fn distinguables(quads: &[LexicalQuad]) -> Result<(), Defaut> {
    let mut voisinages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Quad(sujet, predicat, objet, graphe) in quads {
        let termes = [sujet.to_string(), objet.to_string(), graphe.as_ref().map(ToString::to_string).unwrap_or_default()];
        for anonyme in termes.iter().filter(|terme| terme.starts_with("_:")) {
            let vus = termes.each_ref().map(|terme| match terme.starts_with("_:") {
                true if terme == anonyme => "_:a",
                true => "_:z",
                false => terme,
            });
            voisinages.entry(anonyme.clone()).or_default().push(format!("{} {predicat} {} {}", vus[0], vus[1], vus[2]));
        }
    }
    let mut effectifs: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for mut voisinage in voisinages.into_values() {
        voisinage.sort();
        *effectifs.entry(voisinage).or_default() += 1;
    }
    let ambigus: usize = effectifs.values().filter(|n| **n > 1).sum();
    if ambigus > JUMEAUX_EN_TOUT || effectifs.values().any(|n| *n > JUMEAUX) { Err(Defaut::Demesure) } else { Ok(()) }
}
