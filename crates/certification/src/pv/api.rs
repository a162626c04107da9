use axum::{Json, http::StatusCode};
use socle::{
    Etat,
    api::{Corps, Probleme},
    erreur::Refus,
    identifiant::SessionExamenId,
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Pv, Signer};

/// API of minutes.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(lire)).routes(routes!(signer))
}

/// The minutes of a session: as frozen, or as they would be now; for the centre and the members of the jury.
#[utoipa::path(get, path = "/certification/sessions/{id}/pv", tag = "certification", params(("id" = SessionExamenId, Path)), responses((status = OK, body = Pv), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<SessionExamenId>) -> Result<Json<Pv>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?))
}

/// Signs the minutes that were read, named by their hash; a member present signs once.
#[utoipa::path(post, path = "/certification/sessions/{id}/pv/signatures", tag = "certification", params(("id" = SessionExamenId, Path)), request_body = Signer, responses((status = CREATED, body = Pv), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn signer(q: Requete, Chemin(id): Chemin<SessionExamenId>, Corps(s): Corps<Signer>) -> Result<(StatusCode, Json<Pv>), Refus> {
    let cx = q.ecriture().await?;
    let fait = super::signer(&cx, id, s).await;
    super::conclure(&q, cx, id, fait).await?;
    Ok((StatusCode::CREATED, Json(super::lire(&q.lecture(), id).await?)))
}
