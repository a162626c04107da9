//! accompagnement (stub).

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

/// An accompaniment of the day, as « Aujourd'hui » lists it.
#[derive(Clone, Debug)]
pub struct DuJour {
    pub id: socle::identifiant::AccompagnementId,
    /// « Individuel · Courriel, Bureautique » or the title of the workshop.
    pub titre: String,
    /// Names of those present, or « 1 personne anonyme ».
    pub presents: String,
    pub duree_minutes: i32,
    pub mediateur: String,
}

/// The accompaniments of one day in the structure the actor works in, newest first; at most 50.
pub async fn du_jour(_cx: &Contexte, _date: chrono::NaiveDate) -> Resultat<Vec<DuJour>> {
    Ok(vec![])
}
