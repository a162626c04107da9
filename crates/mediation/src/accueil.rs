//! accueil (stub).

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
