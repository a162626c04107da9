//! Secrets that are shown once and kept as a fingerprint: cookies of sessions, links, tokens.
//!
//! They carry 256 random bits, so that a plain SHA-256 keeps them: there is nothing to guess.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};

use crate::erreur::{Erreur, Resultat};

/// 32 random bytes in base64url: 43 characters.
///
/// # Errors
/// When the system gives no random bytes.
pub fn tirer() -> Resultat<String> {
    let mut octets = [0_u8; 32];
    OsRng.try_fill_bytes(&mut octets).map_err(Erreur::interne)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(octets))
}

/// What is kept of a secret.
pub fn empreinte(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deux_tirages_different() {
        let (a, b) = (tirer().unwrap(), tirer().unwrap());
        assert_eq!(a.len(), 43);
        assert_ne!(a, b);
        assert_ne!(empreinte(&a), empreinte(&b));
    }
}
