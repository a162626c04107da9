use axum::Json;
use socle::{
    Etat,
    api::{Liste, Probleme},
    erreur::Refus,
    identifiant::{LieuId, StructureId},
    requete::Requete,
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// API of lieux.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste))
}

/// A lieu of a structure.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Lieu)]
pub struct VueLieu {
    id: LieuId,
    structure: StructureId,
    nom: String,
    adresse: Option<String>,
    /// INSEE code.
    commune: Option<String>,
    /// Its own place, in degrees (WGS 84), as the national schema of lieux has it; none: that of its commune.
    latitude: Option<f64>,
    longitude: Option<f64>,
    actif: bool,
}

/// The lieux of all structures of the token's owner, closed ones included.
#[utoipa::path(get, path = "/lieux", tag = "territoire", responses((status = OK, body = Liste<VueLieu>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete) -> Result<Json<Liste<VueLieu>>, Refus> {
    let cx = q.lecture();
    let structures: Vec<_> = crate::structure::lister(&cx).await?.into_iter().map(|s| s.id).collect();
    let elements = super::lister_de(&cx, &structures, true)
        .await?
        .into_iter()
        .map(|l| VueLieu {
            id: l.id,
            structure: l.structure_id,
            nom: l.nom,
            adresse: l.adresse,
            commune: l.commune,
            latitude: l.latitude,
            longitude: l.longitude,
            actif: l.actif,
        })
        .collect();
    Ok(Json(Liste { elements, suivant: None }))
}
