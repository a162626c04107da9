//! Secrets that are shown once and kept as a fingerprint: cookies of sessions, links of reset, tokens.
//!
//! They carry 256 random bits, so that a plain SHA-256 keeps them: there is nothing to guess.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use socle::{Erreur, Resultat};

/// 32 random bytes in base64url: 43 characters.
pub(crate) fn tirer() -> Resultat<String> {
    let mut octets = [0_u8; 32];
    OsRng.try_fill_bytes(&mut octets).map_err(Erreur::interne)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(octets))
}

/// What is kept of a secret.
pub(crate) fn empreinte(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// A fingerprint as a form carries it.
pub(crate) fn ecrire(empreinte: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(empreinte)
}

/// Reads a fingerprint carried by a form.
pub(crate) fn lire(texte: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(texte).ok().filter(|e| e.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deux_tirages_different() {
        let (a, b) = (tirer().unwrap(), tirer().unwrap());
        assert_eq!(a.len(), 43);
        assert_ne!(a, b);
        assert_eq!(lire(&ecrire(&empreinte(&a))), Some(empreinte(&a)));
        assert_eq!(lire("abc"), None);
    }
}
