//! Passwords: the rule they follow, and how they are kept (Argon2id).

use std::{
    collections::HashSet,
    sync::{LazyLock, OnceLock},
};

use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{SaltString, rand_core::OsRng},
};
use secrecy::{ExposeSecret, SecretString};
use socle::{Erreur, Resultat, texte::plier};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// Characters at least.
pub const LONGUEUR_MIN: usize = 12;
/// Characters at most: a bound on the work of a hash.
pub const LONGUEUR_MAX: usize = 200;
/// The rule, as forms tell it.
pub const AIDE: &str =
    "12 caractères au moins. Une suite de plusieurs mots sans rapport entre eux est facile à retenir et difficile à deviner.";

/// How many hashes are computed at once: each takes 19 MB for a moment.
static PLACES: Semaphore = Semaphore::const_new(2);
/// What an unknown account is checked against, so that it takes the same time as a known one.
static LEURRE: OnceLock<Phc> = OnceLock::new();
static COURANTS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("mot_de_passe/courants.txt").lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
});

/// A password hashed by Argon2id, in PHC form. It shows nothing of itself: it never goes into a log.
#[derive(Clone, PartialEq, Eq, sea_orm::DeriveValueType)]
pub struct Phc(pub String);

impl std::fmt::Debug for Phc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phc(…)")
    }
}

/// Why a password is refused; None if it is accepted. `email` is the account's.
pub fn refus(mot_de_passe: &str, email: &str) -> Option<&'static str> {
    let n = mot_de_passe.nfc().count();
    if n < LONGUEUR_MIN {
        return Some("Ce mot de passe est trop court : il faut 12 caractères au moins.");
    }
    if n > LONGUEUR_MAX {
        return Some("Ce mot de passe est trop long : 200 caractères au plus.");
    }
    let formes = formes(mot_de_passe);
    let local = compact(email.split('@').next().unwrap_or(""));
    if local.chars().count() >= 4 && formes.iter().any(|f| f.contains(&local)) {
        return Some("Ce mot de passe contient le début de votre adresse électronique : choisissez-en un autre.");
    }
    if formes.iter().any(|f| courant(f)) {
        return Some("Ce mot de passe est trop facile à deviner : choisissez plusieurs mots sans rapport entre eux.");
    }
    None
}

/// Letters and digits alone, in lower case, without accents.
fn compact(texte: &str) -> String {
    plier(texte).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The forms of a password that are compared with the list: whole, without the digits at its ends, and
/// both with the letters that signs and digits stand for (« M0td3p@sse! »).
fn formes(mot_de_passe: &str) -> Vec<String> {
    let chiffre = |c: char| c.is_ascii_digit();
    let entier = compact(mot_de_passe);
    let nu = entier.trim_matches(chiffre).to_owned();
    let lettres = |t: &str| {
        let t: String = t
            .chars()
            .map(|c| match c {
                '0' => 'o',
                '1' | '!' => 'i',
                '3' | '€' => 'e',
                '4' | '@' => 'a',
                '5' | '$' => 's',
                '7' => 't',
                c => c,
            })
            .collect();
        compact(&t)
    };
    let sans_bords = mot_de_passe.trim_matches(|c: char| chiffre(c) || c.is_ascii_punctuation() && !matches!(c, '@' | '$'));
    vec![lettres(mot_de_passe), lettres(&nu), lettres(sans_bords), nu, entier]
}

fn courant(forme: &str) -> bool {
    let c: Vec<char> = forme.chars().collect();
    let distincts = c.iter().collect::<HashSet<_>>().len();
    // Nothing but signs or digits at the ends, a few characters, the same thing several times, a run.
    forme.is_empty()
        || distincts < 5
        || COURANTS.contains(forme)
        || (1..=c.len() / 2).any(|p| c.len().is_multiple_of(p) && c.chunks(p).all(|m| m == &c[..p]))
        || c.windows(2).all(|d| u32::from(d[1]) == u32::from(d[0]) + 1)
        || c.windows(2).all(|d| u32::from(d[0]) == u32::from(d[1]) + 1)
        // A common word said twice or more, or two common words: « bonjourmarseille ».
        || (c.len() < 24 && forme.is_ascii() && (4..forme.len().saturating_sub(3)).any(|i| COURANTS.contains(&forme[..i]) && COURANTS.contains(&forme[i..])))
}

/// Refuses a password that does not follow the rule, on the field `champ`.
pub fn controler(champ: &str, mot_de_passe: &SecretString, email: &str) -> Resultat<()> {
    match refus(mot_de_passe.expose_secret(), email) {
        None => Ok(()),
        Some(m) => Err(Erreur::champ(champ, m)),
    }
}

/// Hashes a password. Takes some tens of milliseconds: never with a write transaction open on a busy instance.
pub async fn hacher(mot_de_passe: &SecretString) -> Resultat<Phc> {
    let m = mot_de_passe.clone();
    en_fond(move || hacher_ici(&m)).await?
}

/// Whether `mot_de_passe` is the one hashed as `phc`. Without `phc` the answer is no, after the same time.
pub async fn verifier(mot_de_passe: &SecretString, phc: Option<&Phc>) -> Resultat<bool> {
    let (m, phc) = (mot_de_passe.clone(), phc.cloned());
    en_fond(move || {
        // Made whatever the account, so that the first check of a program tells nothing either.
        let leurre = if let Some(l) = LEURRE.get() {
            l
        } else {
            let l = hacher_ici(&SecretString::from("personne n’a ce mot de passe"))?;
            LEURRE.get_or_init(|| l)
        };
        let normal: String = m.expose_secret().nfc().take(LONGUEUR_MAX + 1).collect();
        let attendu = PasswordHash::new(&phc.as_ref().unwrap_or(leurre).0).map_err(Erreur::interne)?;
        Ok(Argon2::default().verify_password(normal.as_bytes(), &attendu).is_ok() && phc.is_some())
    })
    .await?
}

fn hacher_ici(mot_de_passe: &SecretString) -> Resultat<Phc> {
    let normal: String = mot_de_passe.expose_secret().nfc().collect();
    let sel = SaltString::generate(&mut OsRng);
    let h = Argon2::default().hash_password(normal.as_bytes(), &sel).map_err(Erreur::interne)?;
    Ok(Phc(h.to_string()))
}

async fn en_fond<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Resultat<T> {
    let _place = PLACES.acquire().await.map_err(Erreur::interne)?;
    tokio::task::spawn_blocking(f).await.map_err(Erreur::interne)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOI: &str = "camille@exemple.invalid";

    #[test]
    fn les_mots_de_passe_courants_sont_refuses() {
        for m in [
            "court",
            "motdepasse123",
            "Motdepasse2024!",
            "M0td3p@sse2024",
            "MonMotDePasse",
            "azertyuiop123",
            "AZERTYUIOPQSDFGHJKLM",
            "123456789012",
            "012345678901234",
            "abcdefghijkl",
            "aaaaaaaaaaaa",
            "passepassepasse",
            "Marseille13013!",
            "olympique de marseille",
            "Allez l’OM 2024 !!",
            "Jean-Baptiste75",
            "J€ t'aime 2023",
            "bonjourmarseille",
            "Chocolat!!!!!!",
            "ZSXEDCZSXEDC",
            "!!!!!!!!!!!!!!",
            "Été Été Été Été",
            "camille et son chat",
            "C4m1lle-et-son-chat",
            "Passeur2026!!",
        ] {
            assert!(refus(m, MOI).is_some(), "{m}");
        }
        assert!(refus(&"x1y2z3 ".repeat(40), MOI).is_some_and(|r| r.contains("long")));
    }

    #[test]
    fn une_phrase_est_acceptee() {
        for m in ["vélo marmite nuage 7", "Trois girafes lisent Balzac", "correct cheval batterie agrafe", "h7#Kp!zQ2vL9"] {
            assert_eq!(refus(m, MOI), None, "{m}");
        }
        // A very short local part would refuse too much.
        assert_eq!(refus("vélo marmite nuage", "ma@exemple.invalid"), None);
    }

    #[test]
    fn la_liste_est_sous_la_forme_comparee() {
        assert!(COURANTS.len() > 600);
        for m in COURANTS.iter() {
            assert_eq!(compact(m), **m);
        }
    }

    #[tokio::test]
    async fn un_mot_de_passe_se_verifie_quelle_que_soit_sa_composition() {
        let h = hacher(&SecretString::from("e\u{301}te\u{301} en Armor")).await.unwrap();
        assert!(h.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", h.0);
        assert!(verifier(&SecretString::from("été en Armor"), Some(&h)).await.unwrap());
        assert!(!verifier(&SecretString::from("été en armor"), Some(&h)).await.unwrap());
        assert!(!verifier(&SecretString::from("personne n’a ce mot de passe"), None).await.unwrap());
    }
}
