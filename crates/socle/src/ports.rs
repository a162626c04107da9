//! Ports: what the program needs from outside, wired by the binary.

/// A mail to send.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Lettre {
    pub destinataire: String,
    pub sujet: String,
    /// Plain text: read by any mail program, any screen reader.
    pub corps: String,
}

/// A file that goes with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceJointe {
    /// The name it is saved under: never somebody's.
    pub nom: String,
    /// Media type.
    pub media: String,
    pub octets: Vec<u8>,
}

/// Mail could not be handed over.
#[derive(Debug, thiserror::Error)]
pub enum ErreurCourrier {
    /// This address will never receive it: trying again is of no use.
    #[error("adresse refusée : {0}")]
    Adresse(String),
    /// It will be tried again.
    #[error("courriel : {0}")]
    Passagere(String),
}

/// Hands mail over to a server (SMTP), or writes it into a folder.
#[async_trait::async_trait]
pub trait Courrier: Send + Sync {
    /// Hands a mail over with these files.
    async fn envoyer_avec(&self, lettre: &Lettre, pieces: &[PieceJointe]) -> Result<(), ErreurCourrier>;
    /// Hands a mail over.
    async fn envoyer(&self, lettre: &Lettre) -> Result<(), ErreurCourrier> {
        self.envoyer_avec(lettre, &[]).await
    }
    /// The same, of a mail about a record: `marque` ([`crate::retour::marquer`]) goes with it, so that its return is known.
    async fn envoyer_suivi(&self, lettre: &Lettre, pieces: &[PieceJointe], marque: &str) -> Result<(), ErreurCourrier> {
        let _ = marque;
        self.envoyer_avec(lettre, pieces).await
    }
    /// Says whether mail can be handed over now.
    async fn verifier(&self) -> Result<String, ErreurCourrier>;
}

/// A text message could not be handed over.
#[derive(Debug, thiserror::Error)]
pub enum ErreurSms {
    /// This number will never receive it: trying again is of no use.
    #[error("numéro refusé : {0}")]
    Numero(String),
    /// It will be tried again.
    #[error("SMS : {0}")]
    Passagere(String),
}

/// Hands text messages over to a provider.
#[async_trait::async_trait]
pub trait Sms: Send + Sync {
    /// `numero` is in its international form, `+33612345678`.
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
    /// What a workshop prints: poster, sheet, attendance sheet.
    Atelier,
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
