use axum::{Json, response::Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use socle::{
    Etat,
    api::{Cree, Probleme},
    erreur::Refus,
    identifiant::SessionExamenId,
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Avancement, Etape, Lot};

/// API of the documents of a whole session.
pub(in super::super) fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(demander)).routes(routes!(lire)).routes(routes!(fichier))
}

/// The documents of a session being issued and printed.
#[derive(Serialize, utoipa::ToSchema)]
struct VueLot {
    id: Uuid,
    session: SessionExamenId,
    etat: Avancement,
    etape: Etape,
    /// Documents done in this step.
    faites: i32,
    /// Documents of this step, once counted.
    total: Option<i32>,
    /// Documents issued by this preparation.
    emis: i32,
    /// Why it failed.
    raison: Option<String>,
    /// Bytes of the file.
    taille: Option<i64>,
    cree_le: DateTime<Utc>,
    fini_le: Option<DateTime<Utc>>,
    /// When it is removed by itself.
    expire_le: DateTime<Utc>,
    /// Where its file is, when it is ready: a ZIP of PDF.
    fichier: Option<String>,
}

impl From<Lot> for VueLot {
    fn from(l: Lot) -> Self {
        Self {
            fichier: l.fichier_id.map(|_| format!("/api/v1/certification/lots/{}/fichier", l.id)),
            id: l.id,
            session: l.session_id,
            etat: l.etat,
            etape: l.etape,
            faites: l.faites,
            total: l.total,
            emis: l.emis,
            raison: l.raison,
            taille: l.taille,
            cree_le: l.cree_le,
            fini_le: l.fini_le,
            expire_le: l.expire_le,
        }
    }
}

/// Issues what every candidate of a session is owed and prints it into one file, in the background.
#[utoipa::path(post, path = "/certification/sessions/{id}/lots", operation_id = "lot_demander", tag = "certification", params(("id" = SessionExamenId, Path)), responses((status = CREATED, body = VueLot), (status = OK, body = VueLot, description = "Being made already"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn demander(q: Requete, Chemin(id): Chemin<SessionExamenId>) -> Result<Cree<VueLot>, Refus> {
    let cx = q.ecriture().await?;
    let (l, nouveau) = super::demander(&cx, id).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, l.into()))
}

/// How far the documents of a session are.
#[utoipa::path(get, path = "/certification/lots/{id}", operation_id = "lot_lire", tag = "certification", params(("id" = Uuid, Path)), responses((status = OK, body = VueLot), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<Uuid>) -> Result<Json<VueLot>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// The file of the documents of a session, once ready.
#[utoipa::path(get, path = "/certification/lots/{id}/fichier", operation_id = "lot_fichier", tag = "certification", params(("id" = Uuid, Path)), responses((status = OK, content_type = "application/zip", body = Vec<u8>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn fichier(q: Requete, Chemin(id): Chemin<Uuid>) -> Result<Response, Refus> {
    Ok(super::telecharger(&q, id).await?)
}
