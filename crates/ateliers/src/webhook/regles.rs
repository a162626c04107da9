//! The signature, and where one may be sent. Neither database nor network.

use std::{fmt::Write as _, net::IpAddr};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::reseau::publique;

/// The header `Passeur-Signature` of a body sent at `instant` (seconds since 1970): the instant is signed with the body, so
/// that who receives refuses what was overheard and sent again later.
pub fn signer(secret: &str, instant: i64, corps: &str) -> String {
    let mut m = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    m.update(format!("{instant}.{corps}").as_bytes());
    let hexa = m.finalize().into_bytes().iter().fold(String::new(), |mut t, o| {
        // Writing to a String never fails.
        let _ = write!(t, "{o:02x}");
        t
    });
    format!("t={instant},v1={hexa}")
}

/// Reads the address of a webhook.
///
/// # Errors
/// A sentence that says how to mend it.
pub fn adresse(texte: &str, privees: bool) -> Result<reqwest::Url, &'static str> {
    const ILLISIBLE: &str = "Cette adresse n’est pas lisible : donnez-la entière, comme https://exemple.fr/passeur.";
    let url: reqwest::Url = texte.parse().map_err(|_| ILLISIBLE)?;
    let hote = url.host_str().filter(|h| !h.is_empty()).ok_or(ILLISIBLE)?;
    if !(url.scheme() == "https" || (privees && url.scheme() == "http")) {
        return Err("L’adresse commence par https:// : ce qui est envoyé ne doit pas se lire en chemin.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Retirez le nom et le mot de passe de l’adresse : c’est la signature qui prouve d’où vient l’envoi.");
    }
    let nu = hote.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    let locale = nu == "localhost" || nu.ends_with(".localhost");
    let privee = nu.parse().map_or(locale, |ip: IpAddr| !publique(ip));
    if privee && !privees {
        return Err("Cette adresse est celle d’un réseau privé : donnez une adresse publique.");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_signature_est_celle_d_un_autre_outil() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac psw_essai
        assert_eq!(
            signer("psw_essai", 1_700_000_000, "{\"a\":1}"),
            "t=1700000000,v1=c63b155f552284d03e51d1ef96aa8c81189372db7fbb1333f13fab95ea299a0f"
        );
        assert_ne!(signer("psw_essai", 1_700_000_001, "{\"a\":1}")[13..], signer("psw_essai", 1_700_000_000, "{\"a\":1}")[13..]);
    }

    #[test]
    fn une_adresse_douteuse_est_refusee_avec_la_raison() {
        assert!(adresse("https://exemple.fr/passeur?x=1", false).is_ok());
        assert!(adresse("http://127.0.0.1:9000/x", true).is_ok());
        for (texte, mot) in [
            ("exemple.fr", "pas lisible"),
            ("", "pas lisible"),
            ("ftp://exemple.fr", "https://"),
            ("http://exemple.fr", "https://"),
            ("https://moi:secret@exemple.fr", "mot de passe"),
            ("https://127.0.0.1/", "privé"),
            ("https://[::1]/", "privé"),
            ("https://localhost/", "privé"),
            ("https://LOCALHOST./", "privé"),
            ("https://a.localhost/", "privé"),
            ("https://0x7f000001/", "privé"),
            ("https://2130706433/", "privé"),
        ] {
            let e = adresse(texte, false).unwrap_err();
            assert!(e.contains(mot), "{texte} : {e}");
        }
    }
}
