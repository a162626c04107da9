use axum::Json;
use socle::{
    Etat,
    api::{Corps, Liste, Probleme},
    erreur::Refus,
    identifiant::StructureId,
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Structure, lire, lister, regler_conservation};

/// API of structures.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste)).routes(routes!(une)).routes(routes!(conserver))
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
    /// Months without activity after which a person's file is erased.
    conservation_mois: i32,
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
            conservation_mois: s.conservation_mois,
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

/// How long a structure keeps the files of people who no longer come.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Conservation {
    /// Months without activity.
    #[schema(minimum = 6, maximum = 36)]
    mois: i32,
    /// The version read; refused (409) if another was written since.
    version: Option<i32>,
}

/// Sets how long the structure keeps files.
#[utoipa::path(put, path = "/structures/{id}/conservation", tag = "territoire", params(("id" = StructureId, Path)), request_body = Conservation, responses((status = OK, body = VueStructure), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn conserver(q: Requete, Chemin(id): Chemin<StructureId>, Corps(d): Corps<Conservation>) -> Result<Json<VueStructure>, Refus> {
    let cx = q.ecriture().await?;
    let s = regler_conservation(&cx, id, d.version, d.mois).await?;
    cx.valider().await?;
    Ok(Json(s.into()))
}
