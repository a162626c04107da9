//! Ports: what the program needs from outside, wired by the binary.

/// A mail to send.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Lettre {
    pub destinataire: String,
    pub sujet: String,
    /// Plain text: read by any mail program, any screen reader.
    pub corps: String,
    /// Files that come with it.
    #[serde(default)]
    pub pieces: Vec<Piece>,
}

/// A file that comes with a mail.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Piece {
    pub nom: String,
    /// Its MIME type, `text/calendar; charset=utf-8`.
    pub genre: String,
    #[serde(with = "en_base64")]
    pub octets: Vec<u8>,
}

/// Octets in a job, whose charge is JSON.
mod en_base64 {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(o: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&BASE64_STANDARD.encode(o))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        BASE64_STANDARD.decode(String::deserialize(d)?).map_err(D::Error::custom)
    }
}

/// Mail could not be handed over; it will be tried again.
#[derive(Debug, thiserror::Error)]
#[error("courriel : {0}")]
pub struct ErreurCourrier(pub String);

/// Hands mail over to a server (SMTP), or writes it into a folder.
#[async_trait::async_trait]
pub trait Courrier: Send + Sync {
    async fn envoyer(&self, lettre: &Lettre) -> Result<(), ErreurCourrier>;
    /// Says whether mail can be handed over now.
    async fn verifier(&self) -> Result<String, ErreurCourrier>;
}

/// A text message could not be handed over; it will be tried again.
#[derive(Debug, thiserror::Error)]
#[error("SMS : {0}")]
pub struct ErreurSms(pub String);

/// Hands text messages over to a provider.
#[async_trait::async_trait]
pub trait Sms: Send + Sync {
    async fn envoyer(&self, numero: &str, texte: &str) -> Result<(), ErreurSms>;
}

/// The documents that can be printed; the shape of the data each reads is in `crates/documents/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modele {
    FicheDiagnostic,
    LettreOrientation,
    RapportBilan,
    DonneesPersonne,
    NoticeInformation,
    /// A document of certification made of parts: convocation, PV, livret…
    Acte,
    Parchemin,
}

/// A document could not be made.
#[derive(Debug, thiserror::Error)]
#[error("document : {0}")]
pub struct ErreurDocument(pub String);

impl From<ErreurDocument> for crate::Erreur {
    fn from(e: ErreurDocument) -> Self {
        Self::Interne(e.to_string())
    }
}

/// Makes PDF documents.
#[async_trait::async_trait]
pub trait Documents: Send + Sync {
    /// The PDF (A-2a, UA-1) of `modele` filled with `donnees`.
    async fn pdf(&self, modele: Modele, donnees: serde_json::Value) -> Result<Vec<u8>, ErreurDocument>;
}
