//! La liste des retraits : W3C Bitstring Status List v1.0, un bit par badge, signée comme eux.

use std::io::{Read, Write};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use flate2::{Compression, GzBuilder, read::GzDecoder};
use serde_json::{Map, Value, json};

use crate::{
    Cles, Erreur, Raison, VC_2,
    contextes::CHARGEUR,
    identite, preuve,
    reussite::{adresse_absolue, donnee, instant},
};

/// Nombre de places d'une liste : le minimum de la norme, pour qu'en demander l'état ne dise pas de qui l'on parle.
pub const TAILLE_LISTE: usize = 131_072;
/// Durée de validité d'une liste servie : une vieille copie ne peut pas cacher longtemps un retrait.
pub const VALIDITE_LISTE: TimeDelta = TimeDelta::days(7);
/// Places acceptées à la lecture, de n'importe quel émetteur : borne la décompression à deux mégaoctets.
const PLACES_LUES: usize = 1 << 24;

/// La place d'un badge dans une liste de retraits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Adresse de la liste.
    pub liste: String,
    /// Rang, moins de [`TAILLE_LISTE`].
    pub index: usize,
}

/// Numéro de liste (à mettre dans son adresse) et rang dans cette liste, d'un compteur qui ne s'arrête pas.
pub const fn place(compteur: u64) -> (u64, usize) {
    (compteur / TAILLE_LISTE as u64, (compteur % TAILLE_LISTE as u64) as usize)
}

/// La liste signée, à servir à `url` (`application/vc`). À refaire à chaque retrait, et avant [`VALIDITE_LISTE`].
///
/// # Errors
/// Adresse incorrecte, rang hors de la liste.
pub fn liste(cles: &Cles, origine: &str, url: &str, retires: &[usize], maintenant: DateTime<Utc>) -> Result<Value, Erreur> {
    let did = identite::did(origine)?;
    adresse_absolue("adresse de la liste des retraits", url)?;
    let mut bits = vec![0_u8; TAILLE_LISTE / 8];
    for &rang in retires {
        let octet = bits.get_mut(rang / 8).ok_or_else(|| donnee("liste des retraits", format!("le rang {rang} n’y est pas")))?;
        // The leftmost bit of a byte is the first: position 0 is 0b1000_0000.
        *octet |= 0x80 >> (rang % 8);
    }
    let comprimee = comprimer(&bits).map_err(|erreur| donnee("liste des retraits", erreur.to_string()))?;
    let mut document = Map::new();
    let mut ecrire = |champ: &str, valeur: Value| document.insert(champ.to_owned(), valeur);
    ecrire("@context", json!([VC_2]));
    ecrire("id", json!(url));
    ecrire("type", json!(["VerifiableCredential", "BitstringStatusListCredential"]));
    ecrire("issuer", json!(did));
    ecrire("validFrom", json!(instant(maintenant)));
    ecrire("validUntil", json!(instant(maintenant + VALIDITE_LISTE)));
    ecrire(
        "credentialSubject",
        json!({
            "id": format!("{url}#liste"),
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": format!("u{}", URL_SAFE_NO_PAD.encode(comprimee)),
        }),
    );
    let methode = format!("{did}#{}", cles.active().id);
    Ok(preuve::signer(cles.signature(), &methode, document, maintenant, &CHARGEUR)?)
}

fn comprimer(bits: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::best());
    gzip.write_all(bits)?;
    gzip.finish()
}

/// Le bit d'un rang dans une liste codée. `None` : liste illisible, trop petite, ou rang au-delà.
pub(crate) fn bit(codee: &str, rang: usize) -> Option<bool> {
    let comprimee = URL_SAFE_NO_PAD.decode(codee.strip_prefix('u')?).ok()?;
    let mut bits = Vec::new();
    GzDecoder::new(comprimee.as_slice()).take(PLACES_LUES as u64 / 8 + 1).read_to_end(&mut bits).ok()?;
    if bits.len() < TAILLE_LISTE / 8 || bits.len() > PLACES_LUES / 8 {
        return None;
    }
    bits.get(rang / 8).map(|octet| octet & (0x80 >> (rang % 8)) != 0)
}

/// Ce que la liste, déjà reconnue, dit d'une entrée `credentialStatus`.
pub(crate) fn retire(entree: &Value, liste: &Value) -> Result<bool, Raison> {
    let refus = |dit: &str| Raison::Liste(dit.to_owned());
    if entree["statusListCredential"].as_str().is_none() || entree["statusListCredential"] != liste["id"] {
        return Err(refus("ce n’est pas celle que le badge désigne."));
    }
    let sujet = &liste["credentialSubject"];
    if sujet["type"] != "BitstringStatusList" || sujet["statusPurpose"] != entree["statusPurpose"] {
        return Err(refus("elle ne dit rien des retraits."));
    }
    // The standard writes it as text; some issuers write a number.
    let rang = match &entree["statusListIndex"] {
        Value::String(texte) => texte.parse().ok(),
        Value::Number(nombre) => nombre.as_u64().and_then(|n| usize::try_from(n).ok()),
        _ => None,
    };
    let codee = sujet["encodedList"].as_str();
    rang.zip(codee).and_then(|(rang, codee)| bit(codee, rang)).ok_or_else(|| refus("la place du badge n’y est pas lisible."))
}
