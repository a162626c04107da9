use axum::Json;
use certification_regles::{
    Version,
    referentiel::{Nature, Sort, TypeDocument},
};
use serde::Serialize;
use socle::{
    Etat,
    api::{Liste, Probleme},
    erreur::Refus,
    requete::{Chemin, Requete},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// API of the référentiels.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste)).routes(routes!(lire))
}

/// A title, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct TitreResume {
    /// Code of the version.
    pub code: String,
    /// Code of the title, common to its versions.
    pub titre: String,
    pub intitule: String,
    /// Label of the version.
    pub version: String,
    /// `ministere` or `prive`.
    #[schema(value_type = String)]
    pub nature: Nature,
    /// `certification` or `plan_de_formation`.
    #[schema(value_type = String)]
    pub type_document: TypeDocument,
    /// `ouverte`, `prorogee`, `revisee` or `cloturee`.
    #[schema(value_type = String)]
    pub sort: Sort,
    /// RNCP number.
    pub rncp: Option<String>,
    /// Codes of the units, in the order of the document.
    pub unites: Vec<String>,
    /// The document it was transcribed from.
    pub seed: String,
}

impl From<&Version> for TitreResume {
    fn from(v: &Version) -> Self {
        Self {
            code: v.code.clone(),
            titre: v.titre.clone(),
            intitule: v.intitule.clone(),
            version: v.version.clone(),
            nature: v.nature,
            type_document: v.type_document,
            sort: v.sort,
            rncp: v.codes.rncp.clone(),
            unites: v.unites.iter().map(|u| u.code.clone()).collect(),
            seed: v.source.seed.clone(),
        }
    }
}

/// The titles shipped with the program and those that centres brought, on one page.
#[utoipa::path(get, path = "/certification/titres", tag = "certification", responses((status = OK, body = Liste<TitreResume>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete) -> Result<Json<Liste<TitreResume>>, Refus> {
    Ok(Json(Liste { elements: super::toutes(&q.etat).await?.iter().map(Into::into).collect(), suivant: None }))
}

/// One title, whole, in the format of `referentiels/schema.json`.
///
/// `code`: code of the version, code of the title or RNCP number.
#[utoipa::path(get, path = "/certification/titres/{code}", tag = "certification", params(("code" = String, Path, example = "mediateur-numerique")), responses((status = OK, body = Object), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(code): Chemin<String>) -> Result<Json<&'static Version>, Refus> {
    Ok(Json(super::chercher(&q.etat, &code).await?))
}
