use axum::{Json, response::Response};
use socle::{
    Etat,
    api::Probleme,
    erreur::Refus,
    identifiant::PersonneId,
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{DonneesPersonne, web};

/// API of the rights of people.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(donnees)).routes(routes!(donnees_pdf))
}

/// All that the structure holds about a person; journaled as an export.
#[utoipa::path(get, path = "/personnes/{id}/donnees", tag = "mediation", params(("id" = PersonneId, Path)), responses((status = OK, body = DonneesPersonne), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn donnees(q: Requete, Chemin(id): Chemin<PersonneId>) -> Result<Json<DonneesPersonne>, Refus> {
    Ok(Json(super::exporter(&q, id).await?))
}

/// The same on paper, as PDF; journaled as a printing.
#[utoipa::path(get, path = "/personnes/{id}/donnees.pdf", tag = "mediation", params(("id" = PersonneId, Path)), responses((status = OK, content_type = "application/pdf", body = Vec<u8>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn donnees_pdf(q: Requete, Chemin(id): Chemin<PersonneId>) -> Result<Response, Refus> {
    reponse_pdf(&q, id).await
}

/// The PDF, for the API and for the page.
pub(super) async fn reponse_pdf(q: &Requete, id: PersonneId) -> Result<Response, Refus> {
    let pdf = super::imprimer(q, id).await?;
    Ok(web::fichier("application/pdf", "inline; filename=\"donnees.pdf\"", pdf))
}
