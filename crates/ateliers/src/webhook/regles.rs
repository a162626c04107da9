//! The signature, and where one may be sent. Neither database nor network.

use std::{
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

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

/// Whether requests may be sent there: not to this machine nor to its neighbours, whom only it can reach.
pub fn publique(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4_publique(v4),
        IpAddr::V6(v6) => v6_publique(v6),
    }
}

fn v4_publique(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let reservee = match a {
        // This network, this machine, multicast and what is kept for later (IANA, special-purpose registry).
        0 | 10 | 127 | 224..=255 => true,
        100 => (64..128).contains(&b),
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => (b == 168) || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        198 => b == 18 || b == 19 || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    };
    !reservee
}

fn v6_publique(ip: Ipv6Addr) -> bool {
    let dedans = |haut: u16, bas: u16| v4_publique(Ipv4Addr::from((u32::from(haut) << 16) | u32::from(bas)));
    match ip.segments() {
        // Addresses of IPv4 in the clothes of IPv6: mapped, translated, 6to4.
        [0, 0, 0, 0, 0, 0xffff, h, b] | [0x64, 0xff9b, 0, 0, 0, 0, h, b] | [0x2002, h, b, ..] => dedans(h, b),
        [0x2001, s, ..] if s < 0x200 || s == 0xdb8 => false,
        [0x3fff, s, ..] if s < 0x1000 => false,
        [s, ..] => s & 0xe000 == 0x2000,
    }
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
    use proptest::prelude::*;

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
    fn on_n_ecrit_pas_chez_les_voisins() {
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
        ] {
            assert!(!publique(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["1.1.1.1", "172.32.0.1", "172.15.0.1", "100.128.0.1", "193.0.0.1", "2a01:e00::1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(publique(ip.parse().unwrap()), "{ip}");
        }
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

    proptest! {
        #[test]
        fn aucune_adresse_privee_ne_passe_sous_un_autre_habit(b: u8, c: u8, d: u8) {
            let v4 = Ipv4Addr::new(10, b, c, d);
            prop_assert!(!publique(v4.into()));
            prop_assert!(!publique(v4.to_ipv6_mapped().into()));
            prop_assert!(!publique(v4.to_ipv6_compatible().into()));
        }
    }
}
