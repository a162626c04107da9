//! What can go wrong, said once: each case has its status, its French words and what to do.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// A fault on one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ErreurChamp {
    /// The field, as the form or the JSON body names it.
    pub champ: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl ErreurChamp {
    pub fn new(champ: &str, message: impl Into<String>) -> Self {
        Self { champ: champ.to_owned(), message: message.into() }
    }
}

/// Every refusal and every failure of the program.
#[derive(Debug, thiserror::Error)]
pub enum Erreur {
    /// No account: sign in first.
    #[error("connexion nécessaire")]
    NonConnecte,
    /// The account has not this right.
    #[error("droit manquant : {0:?}")]
    Interdit(crate::Permission),
    /// Not there, or not visible for this account: the same answer for both.
    #[error("introuvable : {0}")]
    Introuvable(&'static str),
    /// The body or the address could not be read at all.
    #[error("requête illisible : {0}")]
    Illisible(String),
    /// Fields refused.
    #[error("champs refusés")]
    Invalide(Vec<ErreurChamp>),
    /// The state of things forbids it; the sentence says why and what to do.
    #[error("conflit : {0}")]
    Conflit(String),
    /// Somebody else changed the record in between.
    #[error("version périmée")]
    VersionPerimee,
    /// Too many attempts; try again in so many seconds.
    #[error("trop de demandes, {0} s")]
    TropDeDemandes(u64),
    /// It was there, and can no longer be used; the sentence says why and what to do.
    #[error("périmé : {0}")]
    Perime(String),
    /// The request is larger than what is accepted.
    #[error("trop volumineux")]
    TropVolumineux,
    /// The database or another service does not answer for now.
    #[error("indisponible : {0}")]
    Indisponible(String),
    /// A sealed text cannot be read, or no key is at hand to seal one. Says which key, never a part of the text.
    #[error("texte chiffré : {0}")]
    Coffre(#[from] crate::coffre::Faute),
    /// No room left where files are written.
    #[error("stockage plein : {0}")]
    StockagePlein(String),
    /// A fault of ours.
    #[error("faute interne : {0}")]
    Interne(String),
}

/// The result of a use case.
pub type Resultat<T> = Result<T, Erreur>;

impl Erreur {
    /// A single refused field.
    pub fn champ(champ: &str, message: impl Into<String>) -> Self {
        Self::Invalide(vec![ErreurChamp::new(champ, message)])
    }

    /// A fault of ours, from any error.
    pub fn interne(e: impl std::fmt::Display) -> Self {
        Self::Interne(e.to_string())
    }

    /// The HTTP status of this error.
    pub fn statut(&self) -> StatusCode {
        match self {
            Self::NonConnecte => StatusCode::UNAUTHORIZED,
            Self::Interdit(_) => StatusCode::FORBIDDEN,
            Self::Introuvable(_) => StatusCode::NOT_FOUND,
            Self::Illisible(_) => StatusCode::BAD_REQUEST,
            Self::Invalide(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflit(_) | Self::VersionPerimee => StatusCode::CONFLICT,
            Self::TropDeDemandes(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Perime(_) => StatusCode::GONE,
            Self::TropVolumineux => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Indisponible(_) | Self::Coffre(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::StockagePlein(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Interne(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A stable code, the last part of the problem's `type`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NonConnecte => "non-connecte",
            Self::Interdit(_) => "interdit",
            Self::Introuvable(_) => "introuvable",
            Self::Illisible(_) => "illisible",
            Self::Invalide(_) => "invalide",
            Self::Conflit(_) => "conflit",
            Self::VersionPerimee => "version-perimee",
            Self::TropDeDemandes(_) => "trop-de-demandes",
            Self::Perime(_) => "perime",
            Self::TropVolumineux => "trop-volumineux",
            Self::Indisponible(_) => "indisponible",
            Self::Coffre(_) => "texte-chiffre",
            Self::StockagePlein(_) => "stockage-plein",
            Self::Interne(_) => "interne",
        }
    }

    /// A short title, in French.
    pub fn titre(&self) -> &'static str {
        match self {
            Self::NonConnecte => "Connectez-vous",
            Self::Interdit(_) => "Vous n’avez pas accès à cette page",
            Self::Introuvable(_) => "Introuvable",
            Self::Illisible(_) => "Demande illisible",
            Self::Invalide(_) => "Des informations sont à corriger",
            Self::Conflit(_) => "Ce n’est pas possible en l’état",
            Self::VersionPerimee => "Quelqu’un a modifié cette fiche entre-temps",
            Self::TropDeDemandes(_) => "Trop de demandes",
            Self::Perime(_) => "Ce n’est plus valable",
            Self::TropVolumineux => "Envoi trop volumineux",
            Self::Indisponible(_) => "Service momentanément indisponible",
            Self::Coffre(_) => "Un texte chiffré ne peut pas être lu",
            Self::StockagePlein(_) => "Il n’y a plus de place sur le serveur",
            Self::Interne(_) => "Une erreur est survenue",
        }
    }

    /// What happened and what to do, in French; nothing of the inside is told.
    pub fn explication(&self) -> String {
        match self {
            Self::NonConnecte => "Il faut être connecté pour continuer.".into(),
            Self::Interdit(p) => format!("Votre rôle ne permet pas de {}. Si vous en avez besoin, demandez-le à la personne responsable de votre structure.", p.verbe()),
            Self::Introuvable(quoi) if quoi.starts_with("Ces ") => format!("{quoi} n’existent pas, n’existent plus, ou ne relèvent pas de votre structure."),
            Self::Introuvable(quoi) => format!("{quoi} n’existe pas, n’existe plus, ou ne relève pas de votre structure."),
            Self::Illisible(m) => m.clone(),
            Self::Invalide(e) => match e.as_slice() {
                [seule] => seule.message.clone(),
                plusieurs => format!("{} informations sont à corriger.", plusieurs.len()),
            },
            Self::Conflit(m) | Self::Perime(m) => m.clone(),
            Self::VersionPerimee => "Relisez la fiche telle qu’elle est maintenant, puis enregistrez de nouveau vos changements.".into(),
            Self::TropDeDemandes(s) => format!("Trop de demandes en peu de temps. Réessayez dans {}.", duree_lisible(*s)),
            Self::TropVolumineux => "Ce qui a été envoyé dépasse la taille acceptée.".into(),
            Self::Indisponible(_) => "Le service ne répond pas pour l’instant. Rien de ce qui était enregistré n’est perdu. Réessayez dans une minute.".into(),
            Self::Coffre(_) => "Les notes sont chiffrées, et Passeur n’a pas la clé de celle-ci, ou le texte a été altéré. Rien n’a été enregistré ni effacé. Prévenez la personne qui administre Passeur : la commande « passeur key check » dit ce qui manque.".into(),
            Self::StockagePlein(_) => "Le disque du serveur est plein : rien ne peut plus y être écrit, et rien ne reste à moitié de ce que vous envoyez. Ce qui était enregistré n’est pas perdu. Prévenez la personne qui administre Passeur, puis recommencez quand elle aura fait de la place.".into(),
            Self::Interne(_) => "La faute vient de Passeur, pas de vous. Rien n’a été enregistré à moitié. Si cela se répète, donnez le numéro d’incident à votre administrateur.".into(),
        }
    }
}

fn duree_lisible(secondes: u64) -> String {
    match secondes {
        0..=1 => "une seconde".into(),
        2..=90 => format!("{secondes} secondes"),
        _ => format!("{} minutes", secondes.div_ceil(60)),
    }
}

impl From<sea_orm::DbErr> for Erreur {
    fn from(e: sea_orm::DbErr) -> Self {
        use sea_orm::{DbErr, SqlErr};
        match e.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => {
                return Self::Conflit("Cet enregistrement existe déjà : il a peut-être été envoyé deux fois.".into());
            }
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => {
                return Self::Conflit("Cet enregistrement est lié à un autre qui n’existe pas ou plus.".into());
            }
            _ => {}
        }
        let texte = e.to_string();
        if plein(&e, &texte) {
            return Self::StockagePlein(texte);
        }
        match e {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Indisponible(texte),
            e if indisponible(&e, &texte) => Self::Indisponible(texte),
            _ => Self::Interne(texte),
        }
    }
}

/// What the driver says of a query, if it comes from there.
fn du_pilote(e: &sea_orm::DbErr) -> Option<&sqlx::Error> {
    use sea_orm::{DbErr, RuntimeErr};
    match e {
        DbErr::Conn(RuntimeErr::SqlxError(s)) | DbErr::Exec(RuntimeErr::SqlxError(s)) | DbErr::Query(RuntimeErr::SqlxError(s)) => Some(s),
        _ => None,
    }
}

/// The code of the server or of SQLite.
fn code(e: &sea_orm::DbErr) -> Option<String> {
    du_pilote(e).and_then(sqlx::Error::as_database_error).and_then(sqlx::error::DatabaseError::code).map(std::borrow::Cow::into_owned)
}

/// `disk_full` of PostgreSQL, `SQLITE_FULL`.
fn plein(e: &sea_orm::DbErr, message: &str) -> bool {
    code(e).as_deref() == Some("53100")
        || ["disk is full", "No space left on device", "could not extend file"].iter().any(|m| message.contains(m))
}

/// The database does not answer, or asks to come back.
fn indisponible(e: &sea_orm::DbErr, message: &str) -> bool {
    // Shut down, crashed, starting; connections exhausted; a deadlock, whose loser may try again.
    if code(e).is_some_and(|c| c.starts_with("57P") || c.starts_with("08") || ["53300", "40001", "40P01"].contains(&c.as_str())) {
        return true;
    }
    if matches!(
        du_pilote(e),
        Some(
            sqlx::Error::Io(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
        )
    ) {
        return true;
    }
    [
        "database is locked",
        "disk I/O error",
        "error communicating with database",
        "terminating connection",
        "Connection refused",
        "the database system is",
    ]
    .iter()
    .any(|m| message.contains(m))
}

/// An error as a handler returns it: a bare status that carries the error. The outermost layer
/// (`passeur::rendu`) turns it into a page or into a problem document, once for all.
#[derive(Clone, Debug)]
pub struct Refus(pub Arc<Erreur>);

impl<E: Into<Erreur>> From<E> for Refus {
    fn from(e: E) -> Self {
        Self(Arc::new(e.into()))
    }
}

impl IntoResponse for Refus {
    fn into_response(self) -> Response {
        let mut r = self.0.statut().into_response();
        r.extensions_mut().insert(self);
        r
    }
}
