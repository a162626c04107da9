use axum::Json;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use socle::{
    Etat,
    api::{Corps, Cree, Liste, Probleme},
    erreur::Refus,
    identifiant::{LieuId, StructureId},
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Agrement, CreerAgrement};

/// API of the approvals.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, agreer)).routes(routes!(retirer))
}

/// An approval of the centre: a version of a title, at a lieu.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Agrement)]
pub struct VueAgrement {
    id: Uuid,
    structure: StructureId,
    lieu: LieuId,
    version_du_titre: String,
    numero: Option<String>,
    debut: NaiveDate,
    /// Last day; without it, until the end of the title.
    fin: Option<NaiveDate>,
    retire_le: Option<NaiveDate>,
    version: i32,
}

impl From<Agrement> for VueAgrement {
    fn from(a: Agrement) -> Self {
        Self {
            id: a.id,
            structure: a.structure_id,
            lieu: a.lieu_id,
            version_du_titre: a.version_code,
            numero: a.numero,
            debut: a.debut,
            fin: a.fin,
            retire_le: a.retire_le,
            version: a.version,
        }
    }
}

/// The day of a withdrawal.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Retrait {
    jour: NaiveDate,
}

/// The approvals of the centre.
#[utoipa::path(get, path = "/certification/agrements", operation_id = "agrements", tag = "certification", responses((status = OK, body = Liste<VueAgrement>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete) -> Result<Json<Liste<VueAgrement>>, Refus> {
    let tous = super::lister(&q.lecture()).await?;
    Ok(Json(Liste { elements: tous.into_iter().map(Into::into).collect(), suivant: None }))
}

/// Records an approval.
#[utoipa::path(post, path = "/certification/agrements", operation_id = "agrement_creer", tag = "certification", request_body = CreerAgrement, responses((status = CREATED, body = VueAgrement), (status = OK, body = VueAgrement, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn agreer(q: Requete, Corps(mut d): Corps<CreerAgrement>) -> Result<Cree<VueAgrement>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id);
    let (a, nouveau) = super::agreer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, a.into()))
}

/// Says that an approval is withdrawn from a day on.
#[utoipa::path(post, path = "/certification/agrements/{id}/retrait", operation_id = "agrement_retirer", tag = "certification", params(("id" = Uuid, Path)), request_body = Retrait, responses((status = OK, body = VueAgrement), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retirer(q: Requete, Chemin(id): Chemin<Uuid>, Corps(d): Corps<Retrait>) -> Result<Json<VueAgrement>, Refus> {
    let cx = q.ecriture().await?;
    let a = super::retirer(&cx, id, d.jour).await?;
    cx.valider().await?;
    Ok(Json(a.into()))
}
