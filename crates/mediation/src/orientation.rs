//! orientation (stub).

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

/// An orientation without an answer.
#[derive(Clone, Debug)]
pub struct SansReponse {
    pub id: socle::identifiant::OrientationId,
    pub personne: PersonneId,
    pub partenaire: String,
    pub date: chrono::NaiveDate,
}

/// The orientations of the structure sent before `avant` and still without an answer, oldest first; at most 20.
pub async fn sans_reponse(_cx: &Contexte, _avant: chrono::NaiveDate) -> Resultat<Vec<SansReponse>> {
    Ok(vec![])
}
