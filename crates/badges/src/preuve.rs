//! La preuve `eddsa-rdfc-2022` (W3C, Data Integrity EdDSA Cryptosuites v1.0) : empreinte des options de la preuve, puis
//! empreinte du document, chacune sur sa forme canonique ; les soixante-quatre octets sont signés en Ed25519.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Raison, cles,
    contextes::Chargeur,
    graphe::{self, Defaut},
};

const SUITE: &str = "eddsa-rdfc-2022";
/// Écart d'horloge toléré entre celui qui signe et celui qui vérifie.
const ECART: TimeDelta = TimeDelta::minutes(5);
/// Ce qu'une preuve peut porter ici. `domain`, `challenge`, `previousProof` ont un sens que l'on ne vérifierait pas.
const CHAMPS: [&str; 7] = ["type", "cryptosuite", "created", "expires", "verificationMethod", "proofPurpose", "proofValue"];

/// Ce qu'une preuve reconnue établit.
pub(crate) struct Reconnue {
    pub methode: String,
    pub signee: Option<DateTime<Utc>>,
}

/// Ajoute au document sa preuve. La même clé, le même document et le même instant donnent la même preuve.
pub(crate) fn signer(
    cle: &SigningKey,
    methode: &str,
    mut document: Map<String, Value>,
    instant: DateTime<Utc>,
    chargeur: &Chargeur,
) -> Result<Value, Defaut> {
    let mut preuve = Map::new();
    for (champ, valeur) in [
        ("type", "DataIntegrityProof"),
        ("cryptosuite", SUITE),
        ("created", &instant.to_rfc3339_opts(SecondsFormat::Secs, true)),
        ("verificationMethod", methode),
        ("proofPurpose", "assertionMethod"),
    ] {
        preuve.insert(champ.to_owned(), json!(valeur));
    }
    let empreinte = empreinte(&document, &preuve, chargeur)?;
    let signature = bs58::encode(cle.sign(&empreinte).to_bytes()).into_string();
    preuve.insert("proofValue".to_owned(), json!(format!("z{signature}")));
    document.insert("proof".to_owned(), Value::Object(preuve));
    Ok(Value::Object(document))
}

/// Vérifie la preuve d'un document contre le document d'identité de son émetteur.
pub(crate) fn reconnaitre(document: &Value, identite: &Value, instant: DateTime<Utc>, chargeur: &Chargeur) -> Result<Reconnue, Raison> {
    let forme = |dit: &str| Raison::Forme(dit.to_owned());
    let mut contenu = document.as_object().ok_or_else(|| forme("ce n’est pas un objet JSON"))?.clone();
    let preuve = contenu.remove("proof").ok_or_else(|| forme("il n’est pas signé"))?;
    let Value::Object(mut preuve) = preuve else { return Err(forme("il faut une signature, et une seule")) };
    if let Some(contexte) = preuve.remove("@context")
        && Some(&contexte) != contenu.get("@context")
    {
        return Err(forme("sa signature a un autre vocabulaire que lui"));
    }
    if let Some(inconnu) = preuve.keys().find(|champ| !CHAMPS.contains(&champ.as_str())) {
        return Err(Raison::Forme(format!("sa signature porte une mention inconnue, {inconnu}")));
    }
    if preuve.get("type") != Some(&json!("DataIntegrityProof")) || preuve.get("cryptosuite") != Some(&json!(SUITE)) {
        return Err(forme("sa signature est d’une autre sorte que eddsa-rdfc-2022"));
    }
    if preuve.get("proofPurpose") != Some(&json!("assertionMethod")) {
        return Err(forme("sa signature n’est pas faite pour attester"));
    }
    let methode = preuve.get("verificationMethod").and_then(Value::as_str).ok_or_else(|| forme("sa signature ne dit pas sa clé"))?;
    let methode = methode.to_owned();
    let signature = match preuve.remove("proofValue") {
        Some(Value::String(valeur)) => valeur.strip_prefix('z').and_then(|v| bs58::decode(v).into_vec().ok()),
        _ => None,
    };
    let signature = signature.and_then(|octets| Signature::from_slice(&octets).ok()).ok_or(Raison::Signature)?;
    let signee = date(&preuve, "created")?;
    if let Some(debut) = signee.filter(|signee| *signee > instant + ECART) {
        return Err(Raison::PasEncoreValable { debut });
    }
    if let Some(fin) = date(&preuve, "expires")?.filter(|fin| *fin <= instant) {
        return Err(Raison::Expire { fin });
    }
    let cle = cles::du_document(identite, &methode).ok_or_else(|| Raison::CleInconnue(methode.clone()))?;
    let empreinte = empreinte(&contenu, &preuve, chargeur)?;
    cle.verify_strict(&empreinte, &signature).map_err(|_| Raison::Signature)?;
    Ok(Reconnue { methode, signee })
}

/// Une date de la preuve ou du document, si elle y est.
pub(crate) fn date(champs: &Map<String, Value>, champ: &str) -> Result<Option<DateTime<Utc>>, Raison> {
    let illisible = || Raison::Forme(format!("la date {champ} est illisible"));
    match champs.get(champ) {
        None => Ok(None),
        Some(Value::String(texte)) => DateTime::parse_from_rfc3339(texte).map(|date| Some(date.to_utc())).map_err(|_| illisible()),
        Some(_) => Err(illisible()),
    }
}

/// Les soixante-quatre octets à signer : options de la preuve (sous le vocabulaire du document), puis document.
pub(crate) fn empreinte(document: &Map<String, Value>, preuve: &Map<String, Value>, chargeur: &Chargeur) -> Result<Vec<u8>, Defaut> {
    let mut options = preuve.clone();
    options.insert("@context".to_owned(), document.get("@context").cloned().unwrap_or(Value::Null));
    let mut octets = Vec::with_capacity(64);
    for partie in [options, document.clone()] {
        octets.extend(Sha256::digest(graphe::canonique(&Value::Object(partie), chargeur)?.as_bytes()));
    }
    Ok(octets)
}

impl From<Defaut> for Raison {
    fn from(defaut: Defaut) -> Self {
        match defaut {
            Defaut::Contexte(adresse) => Self::ContexteInconnu(adresse),
            Defaut::HorsVocabulaire(mention) => Self::HorsSignature(mention),
            Defaut::Demesure => Self::Forme("il est démesuré".to_owned()),
        }
    }
}
