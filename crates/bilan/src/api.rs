use axum::{Json, response::Response};
use socle::{
    Etat,
    api::Probleme,
    erreur::Refus,
    requete::{Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    comparaison::Comparaison,
    export::{self, Format},
    filtre::Demande,
    satisfaction,
    vue::{Avis, Bilan},
};

/// API of the bilan.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(bilan))
        .routes(routes!(comparer))
        .routes(routes!(satisfaction))
        .routes(routes!(exporter_csv))
        .routes(routes!(exporter_xlsx))
}

/// The figures of a period.
#[utoipa::path(get, path = "/bilan", tag = "bilan", params(Demande), responses((status = OK, body = Bilan), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn bilan(q: Requete, Parametres(d): Parametres<Demande>) -> Result<Json<Bilan>, Refus> {
    let cx = q.lecture();
    let filtre = d.lire(cx.aujourd_hui())?;
    Ok(Json(crate::calculer(&cx, &filtre).await?))
}

/// The figures of a period beside those of the period before: the previous month, quarter or year of the
/// calendar for whole ones, else as many days. A masked figure is compared with nothing.
#[utoipa::path(get, path = "/bilan/comparaison", tag = "bilan", params(Demande), responses((status = OK, body = Comparaison), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn comparer(q: Requete, Parametres(d): Parametres<Demande>) -> Result<Json<Comparaison>, Refus> {
    let cx = q.lecture();
    let filtre = d.lire(cx.aujourd_hui())?;
    Ok(Json(crate::comparer(&cx, &filtre).await?))
}

/// What people think of the activities of a period: the figures, and what they wrote, never who.
#[utoipa::path(get, path = "/bilan/satisfaction", tag = "bilan", params(Demande), responses((status = OK, body = Avis), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn satisfaction(q: Requete, Parametres(d): Parametres<Demande>) -> Result<Json<Avis>, Refus> {
    let cx = q.lecture();
    let filtre = d.lire(cx.aujourd_hui())?;
    Ok(Json(satisfaction::detailler(&cx, &filtre).await?))
}

/// The figures of a period as CSV: UTF-8 with its mark, `;`, one figure a line.
#[utoipa::path(get, path = "/bilan/export.csv", tag = "bilan", params(Demande), responses((status = OK, content_type = "text/csv", body = String), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn exporter_csv(q: Requete, Parametres(d): Parametres<Demande>) -> Result<Response, Refus> {
    export::bilan(&q, &d, Format::Csv).await
}

/// The figures of a period as a spreadsheet: one sheet a table, and the definitions.
#[utoipa::path(get, path = "/bilan/export.xlsx", tag = "bilan", params(Demande), responses((status = OK, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn exporter_xlsx(q: Requete, Parametres(d): Parametres<Demande>) -> Result<Response, Refus> {
    export::bilan(&q, &d, Format::Xlsx).await
}
