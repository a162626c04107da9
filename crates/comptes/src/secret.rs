//! Secrets that are shown once and kept as a fingerprint: cookies of sessions, links of reset, tokens.
//!
//! They carry 256 random bits, so that a plain SHA-256 keeps them: there is nothing to guess.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

pub(crate) use socle::secret::{empreinte, tirer};

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
    fn une_empreinte_va_et_vient() {
        let a = tirer().unwrap();
        assert_eq!(lire(&ecrire(&empreinte(&a))), Some(empreinte(&a)));
        assert_eq!(lire("abc"), None);
    }
}
