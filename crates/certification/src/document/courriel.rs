//! A mail that carries a document: the PDF is made when the mail leaves, from what was frozen, so that the queue
//! holds no file.

use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use socle::{
    Contexte, Erreur, Etat, Resultat,
    identifiant::DocumentId,
    ports::{Lettre, PieceJointe},
};

use super::{Document, table};

/// The job that sends one.
pub const GENRE: &str = "courriel_document";

#[derive(Serialize, Deserialize)]
struct Envoi {
    lettre: Lettre,
    document: DocumentId,
}

/// Enqueues a mail with a document; one of the same key is sent once.
pub(crate) async fn confier(cx: &Contexte, lettre: Lettre, d: &Document, cle: String) -> Resultat<()> {
    let charge = serde_json::to_value(Envoi { lettre, document: d.id }).map_err(Erreur::interne)?;
    cx.confier(GENRE, charge, Some(cle), None).await
}

/// Sends one. A document withdrawn meanwhile is not sent: nobody is called to a session that is cancelled.
///
/// # Errors
/// When it should be tried again.
pub async fn envoyer(etat: Etat, charge: Value) -> Result<(), String> {
    let e: Envoi = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    let d = table::Entity::find_by_id(e.document).one(etat.base.lecture()).await.map_err(|e| e.to_string())?;
    let Some(d) = d.filter(|d| d.retire_le.is_none()) else { return Ok(()) };
    let octets = super::rendre(&etat, &d).await.map_err(|e| e.to_string())?;
    let piece = PieceJointe { nom: format!("{}-{}.pdf", d.nature, d.numero), media: "application/pdf".into(), octets };
    etat.courrier.envoyer_avec(&e.lettre, &[piece]).await.map_err(|e| e.to_string())
}
