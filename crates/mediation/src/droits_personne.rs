//! Rights of the person: all that the structure holds about them, as JSON and on paper, and the notice
//! that says beforehand what is done with it. Source: regulation (EU) 2016/679, art. 13, 15 and 20.

mod api;
mod document;
mod donnees;
mod notice;
mod vue;
mod web;

pub use api::api;
pub use notice::{BaseLegale, notice};
pub use vue::{DonneesPersonne, Mot};
pub use web::pages;

use socle::{Contexte, Permission, Resultat, identifiant::PersonneId, journal::Action, ports::Modele, requete::Requete};
use territoire::structure;

use crate::personne;

/// All that the structure the actor works in holds about a person; journaled as an export.
pub async fn exporter(q: &Requete, id: PersonneId) -> Resultat<DonneesPersonne> {
    let d = donnees::reunir(&q.lecture(), id).await?;
    journaliser(q, id, Action::Export).await?;
    Ok(d)
}

/// The same on paper, as PDF; journaled as a printing. No transaction is held while it is made.
pub async fn imprimer(q: &Requete, id: PersonneId) -> Resultat<Vec<u8>> {
    let cx = q.lecture();
    let d = donnees::reunir(&cx, id).await?;
    let s = structure::lire(&cx, d.structure.id).await?;
    let pdf = q.etat.documents.pdf(Modele::DonneesPersonne, document::composer(&d, &s, cx.aujourd_hui())).await?;
    journaliser(q, id, Action::Impression).await?;
    Ok(pdf)
}

/// Writes the act in the journal before anything is handed over; the file may have gone meanwhile.
async fn journaliser(q: &Requete, id: PersonneId, action: Action) -> Resultat<()> {
    let cx = q.ecriture().await?;
    let structure = ici(&cx, id).await?;
    cx.journaliser(action, "personne", id.0, structure, &["donnees"]).await?;
    cx.valider().await
}

/// The structure the actor works in, if it follows the person and the actor may read their file there.
async fn ici(cx: &Contexte, id: PersonneId) -> Resultat<socle::identifiant::StructureId> {
    personne::trouver(cx, id, Permission::PersonnesLire).await?;
    let structure = cx.exiger(Permission::PersonnesLire)?;
    crate::diagnostic::exiger_suivi(cx, id).await?;
    Ok(structure)
}
