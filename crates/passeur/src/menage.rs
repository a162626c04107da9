//! The housekeeping of the night: what no longer serves is removed, merges are ended, old lines of the journal lose their author.

use std::time::Instant;

use serde_json::Value;
use socle::{
    Contexte, Etat, Resultat, journal,
    planification::{TRANCHE, poursuivre},
    tache,
};

/// The name of this periodic work.
pub const NOM: &str = "menage";

/// The job: works for a while, then hands the rest to a next job.
///
/// # Errors
/// A technical reason: the job is tried again.
pub async fn tache(etat: Etat, charge: Value) -> Result<(), String> {
    balayer(&etat, &charge).await.map_err(|e| e.to_string())
}

async fn balayer(etat: &Etat, charge: &Value) -> Resultat<()> {
    let debut = Instant::now();
    let cx = Contexte::systeme(etat).await?;
    comptes::session::balayer(&cx).await?;
    tache::balayer(&cx).await?;
    cx.valider().await?;
    mediation::doublon::solder_echues(etat).await?;
    bilan::differe::balayer(etat, etat.horloge.maintenant()).await?;
    bilan::partage::balayer(etat, etat.horloge.maintenant()).await?;
    socle::fichiers::balayer(etat, etat.horloge.maintenant()).await?;
    loop {
        let cx = Contexte::systeme(etat).await?;
        // Dropped when there was nothing: the journal says only what was done.
        if journal::oublier_auteurs(&cx).await? == 0 {
            drop(cx);
            // Last of all: what the night erased, and the day before it, is no longer in the log of SQLite.
            if !etat.base.vider_journal().await? {
                tracing::warn!("the write-ahead log is held by a long read: it will be emptied tomorrow");
            }
            return Ok(());
        }
        cx.valider().await?;
        if debut.elapsed() >= TRANCHE {
            return poursuivre(etat, NOM, charge, None).await;
        }
    }
}
