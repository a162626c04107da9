//! The mail that carries a link, made when it is sent: neither the address nor the secret waits in the queue.

use sea_orm::entity::prelude::*;
use serde::Deserialize;
use socle::{Contexte, Etat, Resultat, identifiant::DemandeAvisId, ports::Lettre};

use super::{JOURS, Moyen, compter, creer_lien, la_personne, table};
use crate::accompagnement;

/// The kind of these jobs.
pub const GENRE: &str = "courriel_avis";

#[derive(Deserialize)]
struct Charge {
    demande: DemandeAvisId,
}

/// Sends the mail of a request; nothing when the person was erased, has no address any more, or answered.
///
/// # Errors
/// When the mail could not be handed over: the job is tried again, with a link of its own.
pub async fn envoyer(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    let c: Charge = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    let Some(lettre) = preparer(&etat, c.demande).await.map_err(|e| e.to_string())? else { return Ok(()) };
    etat.courrier.envoyer(&lettre).await.map_err(|e| e.to_string())
}

async fn preparer(etat: &Etat, id: DemandeAvisId) -> Resultat<Option<Lettre>> {
    let mut cx = Contexte::systeme(etat).await?;
    let Some(d) = table::Entity::find_by_id(id).one(&cx.db()).await? else { return Ok(None) };
    cx.acteur.structure = Some(d.structure_id);
    if !accompagnement::existe(&cx, d.accompagnement_id).await? || compter(&cx, d.id).await? >= d.places {
        return Ok(None);
    }
    let a = accompagnement::lire(&cx, d.accompagnement_id).await?;
    let Some(destinataire) = la_personne(&cx, &a).await?.and_then(|p| p.courriel) else { return Ok(None) };
    let structure = territoire::structure::lire(&cx, d.structure_id).await?.nom;
    let lien = creer_lien(&cx, d.id, Moyen::Courriel).await?;
    cx.valider().await?;
    let corps = format!(
        "Bonjour,\n\nVous êtes venu chez « {structure} ». Votre avis nous aide à mieux vous recevoir.\n\nTrois questions, une minute, sans donner votre nom :\n{lien}\n\nVous pouvez répondre pendant {JOURS} jours. Vous n’êtes pas obligé de répondre.\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n"
    );
    Ok(Some(Lettre { destinataire, sujet: "Votre avis en trois questions".into(), corps }))
}
