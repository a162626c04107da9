use axum::Json;
use socle::{
    Etat,
    api::Probleme,
    erreur::Refus,
    requete::{Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{filtre::Demande, vue::Bilan};

/// API of the bilan.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(bilan))
}

/// The figures of a period.
#[utoipa::path(get, path = "/bilan", tag = "bilan", params(Demande), responses((status = OK, body = Bilan), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn bilan(q: Requete, Parametres(d): Parametres<Demande>) -> Result<Json<Bilan>, Refus> {
    let cx = q.lecture();
    let filtre = d.lire(cx.aujourd_hui())?;
    Ok(Json(crate::calculer(&cx, &filtre).await?))
}
