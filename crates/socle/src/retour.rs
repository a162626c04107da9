//! Mails that come back: what a message carries so that its return is told from anybody's.
//!
//! A message about a record carries, in its `Message-ID`, the kind and the id of the record and a mark sealed by the
//! key of the instance ([`crate::coffre`]), bound to both and to the address it was sent to. A return holds the headers
//! of what it returns (RFC 3464): one without our mark, or with a mark moved elsewhere, says nothing to us, whoever wrote
//! it. The address itself is neither in the mark nor looked for in the return.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::coffre::{Champ, Coffre, Faute};

/// What a returned message was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marque {
    /// The kind of the record.
    pub objet: Objet,
    pub id: Uuid,
    /// Of the address it was sent to: [`empreinte`].
    pub empreinte: String,
}

/// What a message that may come back is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objet {
    /// A booking, or the invitation to say what it was worth.
    Reservation,
    /// An appointment.
    RendezVous,
}

impl Objet {
    const TOUS: [Self; 2] = [Self::Reservation, Self::RendezVous];

    fn champ(self) -> Champ {
        // No column has this name: nothing sealed in a table opens as a mark.
        match self {
            Self::Reservation => Champ::texte("reservation", "retour de courriel"),
            Self::RendezVous => Champ::texte("rendez_vous", "retour de courriel"),
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Reservation => "r",
            Self::RendezVous => "v",
        }
    }
}

/// What tells an address from another, without saying it: sixteen digits of its SHA-256.
pub fn empreinte(adresse: &str) -> String {
    let e = Sha256::digest(adresse.trim().to_lowercase().as_bytes());
    e.iter().take(8).map(|o| format!("{o:02x}")).collect()
}

/// The left part of the `Message-ID` of a message about a record, sent to `adresse`: `r.<id>.<key>.<sealed>`.
///
/// # Errors
/// When there is no key to seal with.
pub fn marquer(coffre: &Coffre, objet: Objet, id: impl Into<Uuid>, adresse: &str) -> Result<String, Faute> {
    let id = id.into();
    let scelle = coffre.sceller(&objet.champ(), id, &empreinte(adresse))?;
    let (_, reste) = scelle.split_once(':').ok_or_else(|| Faute::Format("marque".into()))?;
    Ok(format!("{}.{}.{}", objet.code(), id.simple(), reste.replace(':', ".")))
}

/// What a `Message-ID` says of a record, when it is a mark of this instance.
pub fn lire(coffre: &Coffre, identifiant: &str) -> Option<Marque> {
    let gauche = identifiant.trim().trim_start_matches('<').split('@').next()?;
    let mut parts = gauche.splitn(4, '.');
    let code = parts.next()?;
    let objet = Objet::TOUS.into_iter().find(|o| o.code() == code)?;
    let id = Uuid::try_parse(parts.next()?).ok()?;
    let scelle = format!("v1:{}:{}", parts.next()?, parts.next()?);
    let empreinte = coffre.ouvrir(&objet.champ(), id, scelle.clone()).ok()?;
    // What is not of the form of a sealed text, or of a key given up, is given back as words.
    (empreinte.len() == 16 && empreinte.bytes().all(|o| o.is_ascii_hexdigit())).then_some(Marque { objet, id, empreinte })
}
