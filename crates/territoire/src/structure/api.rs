use axum::Json;
use socle::{
    Etat,
    api::{Liste, Probleme},
    erreur::Refus,
    identifiant::StructureId,
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Structure, lire, lister};

/// API of structures.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste)).routes(routes!(une))
}

/// A structure.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Structure)]
pub struct VueStructure {
    id: StructureId,
    nom: String,
    telephone: Option<String>,
    courriel: Option<String>,
    adresse: Option<String>,
    /// INSEE code.
    commune: Option<String>,
    version: i32,
}

impl From<Structure> for VueStructure {
    fn from(s: Structure) -> Self {
        Self {
            id: s.id,
            nom: s.nom,
            telephone: s.telephone,
            courriel: s.courriel,
            adresse: s.adresse,
            commune: s.commune,
            version: s.version,
        }
    }
}

/// The structures of the token's owner.
#[utoipa::path(get, path = "/structures", tag = "territoire", responses((status = OK, body = Liste<VueStructure>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete) -> Result<Json<Liste<VueStructure>>, Refus> {
    let elements = lister(&q.lecture()).await?.into_iter().map(Into::into).collect();
    Ok(Json(Liste { elements, suivant: None }))
}

/// One structure.
#[utoipa::path(get, path = "/structures/{id}", tag = "territoire", params(("id" = StructureId, Path)), responses((status = OK, body = VueStructure), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn une(q: Requete, Chemin(id): Chemin<StructureId>) -> Result<Json<VueStructure>, Refus> {
    Ok(Json(lire(&q.lecture(), id).await?.into()))
}
