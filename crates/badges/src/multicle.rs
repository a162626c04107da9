//! Clés Ed25519 au format Multikey : deux octets d'en-tête, la clé, le tout en base58 précédé de `z`.

use ed25519_dalek::{SigningKey, VerifyingKey};

const PUBLIQUE: [u8; 2] = [0xed, 0x01];
const SECRETE: [u8; 2] = [0x80, 0x26];

fn lue(texte: &str, entete: [u8; 2]) -> Option<[u8; 32]> {
    let octets = bs58::decode(texte.strip_prefix('z')?).into_vec().ok()?;
    octets.strip_prefix(&entete)?.try_into().ok()
}

fn texte(entete: [u8; 2], octets: &[u8]) -> String {
    format!("z{}", bs58::encode([entete.as_slice(), octets].concat()).into_string())
}

pub(crate) fn publique(multicle: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&lue(multicle, PUBLIQUE)?).ok()
}

pub(crate) fn secrete(multicle: &str) -> Option<SigningKey> {
    lue(multicle, SECRETE).map(|octets| SigningKey::from_bytes(&octets))
}

pub(crate) fn ecrite(cle: &VerifyingKey) -> String {
    texte(PUBLIQUE, cle.as_bytes())
}

pub(crate) fn secrete_ecrite(cle: &SigningKey) -> String {
    texte(SECRETE, &cle.to_bytes())
}
