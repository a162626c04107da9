//! Jobs of the exports: `bilan` makes them, `comptes` says who asked.

use serde_json::Value;
use socle::{Etat, Resultat};

/// Makes one export, with the rights its author has now.
pub async fn preparer(etat: Etat, charge: Value) -> Result<(), String> {
    let trouve = async {
        let Some(export) = bilan::differe::demandeur(&etat, &charge).await? else { return Ok(None) };
        let acteur = comptes::acteur(&etat, export.utilisateur_id, export.structure_id, export.portee).await?;
        Resultat::Ok(Some((export, acteur)))
    };
    match trouve.await.map_err(|e| e.to_string())? {
        Some((export, acteur)) => bilan::differe::executer(&etat, export, acteur).await,
        // Deleted meanwhile.
        None => Ok(()),
    }
}

/// Forgets the exports of the past.
pub async fn balayer(etat: Etat, _: Value) -> Result<(), String> {
    bilan::differe::balayer(&etat, etat.horloge.maintenant()).await.map(drop).map_err(|e| e.to_string())
}
