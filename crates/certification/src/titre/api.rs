use serde::Deserialize;
use socle::{
    Etat,
    api::{Corps, Cree, Probleme},
    erreur::Refus,
    requete::Requete,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::referentiel::TitreResume;

/// API of the titles brought by centres.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(importer))
}

/// The file of a version of a title.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Fichier {
    /// The text of the file, TOML or JSON: see `passeur referentiel check`.
    contenu: String,
}

/// Brings a version of a title; it never changes afterwards.
#[utoipa::path(post, path = "/certification/titres", operation_id = "titre_importer", tag = "certification", request_body = Fichier, responses((status = CREATED, body = TitreResume), (status = OK, body = TitreResume, description = "The same file was there already"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn importer(q: Requete, Corps(f): Corps<Fichier>) -> Result<Cree<TitreResume>, Refus> {
    let cx = q.ecriture().await?;
    let (v, nouvelle) = super::importer(&cx, &f.contenu).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, TitreResume::from(&v)))
}
