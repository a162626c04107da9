//! parcours (stub).

use interface::requete::Pages;
use socle::{Contexte, Etat, Resultat, identifiant::PersonneId};
use utoipa_axum::router::OpenApiRouter;

pub fn pages() -> Pages {
    Pages::new()
}

pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
}

/// What happened to a person, for the timeline.
pub async fn evenements(_cx: &Contexte, _id: PersonneId, _max: u64) -> Resultat<Vec<crate::chronologie::Evenement>> {
    Ok(vec![])
}

/// A step of a plan that is due.
#[derive(Clone, Debug)]
pub struct EtapeDue {
    pub id: socle::identifiant::EtapeId,
    pub personne: PersonneId,
    pub parcours: socle::identifiant::ParcoursId,
    pub libelle: String,
    pub prevue_le: chrono::NaiveDate,
    pub heure: Option<String>,
}

/// The steps to do, of the structure the actor works in, planned from `du` to `au`, by date then time; at most 50.
pub async fn etapes_dues(_cx: &Contexte, _du: chrono::NaiveDate, _au: chrono::NaiveDate) -> Resultat<Vec<EtapeDue>> {
    Ok(vec![])
}
