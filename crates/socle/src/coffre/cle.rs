//! One key, and what it seals: pure, but for the random bytes.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use chrono::{DateTime, Utc};
use rand::{TryRngCore, rngs::OsRng};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

/// The format written now. Another one would be read by another version of the program.
const FORMAT: &str = "v1";
/// Length of a nonce of XChaCha20: so long that random ones never meet.
const NONCE: usize = 24;

/// Why a sealed text could not be read. Holds nothing of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Faute {
    /// No key of this id is at hand.
    #[error("clé {0} absente du fichier des clés")]
    CleAbsente(String),
    /// Changed by someone, moved from another row, or sealed by another key of the same id.
    #[error("texte altéré, déplacé d’une autre fiche, ou clé {0} fausse")]
    Altere(String),
    /// Written by a later version of the program.
    #[error("format de chiffrement inconnu : {0}")]
    Format(String),
    /// The machine gave no random bytes, or the key file no key to seal with.
    #[error("{0}")]
    Indisponible(String),
}

/// A secret key and its public id. `Debug` shows no secret; the memory is wiped when it goes.
#[derive(Clone)]
pub struct Cle {
    /// Eight hexadecimal digits, written beside what it seals.
    pub id: String,
    /// When it was made.
    pub creee_le: DateTime<Utc>,
    secret: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Cle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cle").field("id", &self.id).field("creee_le", &self.creee_le).finish_non_exhaustive()
    }
}

fn hasard(octets: &mut [u8]) -> Result<(), Faute> {
    OsRng.try_fill_bytes(octets).map_err(|e| Faute::Indisponible(e.to_string()))
}

/// What a sealed text is bound to: moved elsewhere, it does not open.
fn liaison(cle: &str, table: &str, colonne: &str, id: Uuid) -> Vec<u8> {
    // No part holds a NUL, so that two different places never give the same bytes.
    let mut aad = format!("passeur {FORMAT}\0{cle}\0{table}\0{colonne}\0").into_bytes();
    aad.extend_from_slice(id.as_bytes());
    aad
}

impl Cle {
    /// A new key.
    pub fn tirer(maintenant: DateTime<Utc>) -> Result<Self, Faute> {
        let (mut id, mut secret) = ([0_u8; 4], Zeroizing::new([0_u8; 32]));
        hasard(&mut id)?;
        hasard(secret.as_mut_slice())?;
        Ok(Self { id: format!("{:08x}", u32::from_be_bytes(id)), creee_le: maintenant, secret })
    }

    /// A key read from its file; none when the id or the secret is not well formed.
    pub fn lire(id: String, creee_le: DateTime<Utc>, secret: &str) -> Option<Self> {
        if !id_admis(&id) {
            return None;
        }
        let mut octets = BASE64_STANDARD.decode(secret.trim()).ok()?;
        let lu = <[u8; 32]>::try_from(octets.as_slice()).ok().map(Zeroizing::new);
        octets.zeroize();
        Some(Self { id, creee_le, secret: lu? })
    }

    /// The secret as its file keeps it.
    pub(super) fn secret(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_STANDARD.encode(self.secret.as_slice()))
    }

    fn chiffre(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.secret))
    }

    /// Seals a text for one column of one row.
    pub fn sceller(&self, table: &str, colonne: &str, id: Uuid, texte: &str) -> Result<String, Faute> {
        let mut nonce = [0_u8; NONCE];
        hasard(&mut nonce)?;
        let aad = liaison(&self.id, table, colonne, id);
        let scelle = self
            .chiffre()
            .encrypt(&XNonce::from(nonce), Payload { msg: texte.as_bytes(), aad: &aad })
            .map_err(|_| Faute::Indisponible("chiffrement impossible".into()))?;
        let tout = [&nonce[..], &scelle].concat();
        Ok(format!("{FORMAT}:{}:{}", self.id, BASE64_URL_SAFE_NO_PAD.encode(tout)))
    }

    /// Opens what this key sealed for this very column of this very row.
    pub fn ouvrir(&self, table: &str, colonne: &str, id: Uuid, s: &Scelle<'_>) -> Result<String, Faute> {
        let altere = || Faute::Altere(self.id.clone());
        let tout = BASE64_URL_SAFE_NO_PAD.decode(s.charge).map_err(|_| altere())?;
        let (nonce, scelle) = tout.split_first_chunk::<NONCE>().ok_or_else(altere)?;
        let aad = liaison(&self.id, table, colonne, id);
        let clair = self.chiffre().decrypt(&XNonce::from(*nonce), Payload { msg: scelle, aad: &aad }).map_err(|_| altere())?;
        String::from_utf8(clair).map_err(|_| altere())
    }
}

fn id_admis(id: &str) -> bool {
    id.len() == 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// A sealed text, cut in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scelle<'a> {
    pub cle: &'a str,
    charge: &'a str,
}

/// Cuts a stored value; none when it is plain text, of before the sealing.
pub fn decouper(valeur: &str) -> Result<Option<Scelle<'_>>, Faute> {
    let mut parts = valeur.splitn(3, ':');
    let (Some(format), Some(cle), Some(charge)) = (parts.next(), parts.next(), parts.next()) else { return Ok(None) };
    let est_format = format.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.len() < 4 && n.bytes().all(|b| b.is_ascii_digit()));
    if !est_format || !id_admis(cle) {
        return Ok(None);
    }
    if format == FORMAT { Ok(Some(Scelle { cle, charge })) } else { Err(Faute::Format(format.to_owned())) }
}

/// How what a key sealed begins.
pub(super) fn entete(cle: &str) -> String {
    format!("{FORMAT}:{cle}:")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cle() -> Cle {
        Cle::tirer(DateTime::UNIX_EPOCH).unwrap()
    }

    proptest! {
        #[test]
        fn ce_qui_est_scelle_se_rouvre_et_seulement_a_sa_place(texte in ".*", autre in any::<u128>(), place in any::<u128>()) {
            let (c, id) = (cle(), Uuid::from_u128(place));
            let valeur = c.sceller("personne", "notes", id, &texte).unwrap();
            prop_assert!(texte.len() < 6 || !valeur.contains(&texte));
            let s = decouper(&valeur).unwrap().unwrap();
            prop_assert_eq!(s.cle, &c.id);
            prop_assert_eq!(&c.ouvrir("personne", "notes", id, &s).unwrap(), &texte);
            prop_assert!(c.ouvrir("personne", "amenagements", id, &s).is_err());
            prop_assert!(c.ouvrir("accueil", "notes", id, &s).is_err());
            if autre != place {
                prop_assert!(c.ouvrir("personne", "notes", Uuid::from_u128(autre), &s).is_err());
            }
            prop_assert_ne!(valeur, c.sceller("personne", "notes", id, &texte).unwrap());
        }

        #[test]
        fn un_caractere_change_et_rien_ne_s_ouvre(texte in ".{0,40}", ou in any::<prop::sample::Index>(), par in "[A-Za-z0-9_-]") {
            let c = cle();
            let valeur = c.sceller("accueil", "motif", Uuid::nil(), &texte).unwrap();
            let debut = entete(&c.id).len();
            let i = debut + ou.index(valeur.len() - debut);
            let change = format!("{}{par}{}", &valeur[..i], &valeur[i + 1..]);
            prop_assume!(change != valeur);
            let s = decouper(&change).unwrap().unwrap();
            prop_assert_eq!(c.ouvrir("accueil", "motif", Uuid::nil(), &s), Err(Faute::Altere(c.id.clone())));
        }

        #[test]
        fn n_importe_quoi_se_lit_sans_panique(valeur in "(v[0-9]{0,2}:)?([0-9a-f]{7,9}:)?.{0,60}") {
            if let Ok(Some(s)) = decouper(&valeur) {
                let c = Cle { id: s.cle.to_owned(), ..cle() };
                prop_assert!(c.ouvrir("a", "b", Uuid::nil(), &s).is_err());
            }
        }
    }

    #[test]
    fn une_cle_ne_se_montre_pas() {
        let c = cle();
        let vue = format!("{c:?}");
        assert!(vue.contains(&c.id) && !vue.contains(c.secret().as_str()) && !vue.contains("secret"), "{vue}");
        assert!(Cle::lire("zz".into(), DateTime::UNIX_EPOCH, &c.secret()).is_none());
        assert!(Cle::lire(c.id.clone(), DateTime::UNIX_EPOCH, "YQ==").is_none());
        assert!(Cle::lire(c.id.clone(), DateTime::UNIX_EPOCH, &c.secret()).is_some());
    }

    #[test]
    fn le_clair_d_avant_et_le_format_d_apres_se_reconnaissent() {
        for clair in ["", "Ne voit pas bien", "v1:", "v1:notes:suite", "version:deadbeef:x", "v1:DEADBEEF:x"] {
            assert_eq!(decouper(clair), Ok(None), "{clair}");
        }
        assert_eq!(decouper("v2:deadbeef:xx"), Err(Faute::Format("v2".into())));
    }

    /// Not a limit, a measure: `cargo test --release -p socle cout -- --nocapture --ignored`.
    #[test]
    #[ignore = "a measure"]
    fn cout() {
        let (c, texte) = (cle(), "Une note de deux cents caractères, à peu près. ".repeat(4));
        let debut = std::time::Instant::now();
        for _ in 0..100_000 {
            let v = c.sceller("personne", "notes", Uuid::nil(), &texte).unwrap();
            std::hint::black_box(v);
        }
        let scelle = debut.elapsed();
        let v = c.sceller("personne", "notes", Uuid::nil(), &texte).unwrap();
        let debut = std::time::Instant::now();
        for _ in 0..100_000 {
            std::hint::black_box(c.ouvrir("personne", "notes", Uuid::nil(), &decouper(&v).unwrap().unwrap()).unwrap());
        }
        println!("{} octets : sceller {:?}, ouvrir {:?}", texte.len(), scelle / 100_000, debut.elapsed() / 100_000);
    }
}
