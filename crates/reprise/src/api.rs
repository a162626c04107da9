use axum::{
    Json,
    extract::{DefaultBodyLimit, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use socle::{
    Etat,
    api::{Corps, Probleme},
    erreur::Refus,
    identifiant::{ImportId, StructureId},
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Comptes, EtatImport, Nature, champ, import,
    table::Model,
    web::{CORPS_MAX, envoyer_erreurs, recevoir},
};

/// API of imports.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste, apporter))
        .layer(DefaultBodyLimit::max(CORPS_MAX))
        .routes(routes!(lire, supprimer))
        .routes(routes!(erreurs))
        .routes(routes!(colonnes))
        .routes(routes!(confirmer))
}

/// A column of the file.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct VueColonne {
    /// As the file names it.
    entete: String,
    /// The column of the template it is taken for; null when it is not taken.
    sens: Option<String>,
}

/// An import.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Import)]
struct VueImport {
    id: ImportId,
    structure: StructureId,
    nature: Nature,
    nom_fichier: String,
    /// `csv`, `xlsx` or `ods`, once read.
    format: Option<String>,
    /// Bytes.
    taille: i64,
    etat: EtatImport,
    message: Option<String>,
    /// How much of the file is read, from 0 to 100.
    part_lue: i32,
    colonnes: Vec<VueColonne>,
    comptes: Comptes,
    cree_le: chrono::DateTime<chrono::Utc>,
    expire_le: chrono::DateTime<chrono::Utc>,
    repris_le: Option<chrono::DateTime<chrono::Utc>>,
}

impl From<Model> for VueImport {
    fn from(i: Model) -> Self {
        let sens = |n: usize| i.colonnes.champs.get(n).copied().flatten().map(champ::Champ::code);
        Self {
            id: i.id,
            structure: i.structure_id,
            nature: Nature::depuis(&i.nature).unwrap_or(Nature::Personnes),
            colonnes: i.colonnes.entetes.iter().enumerate().map(|(n, e)| VueColonne { entete: e.clone(), sens: sens(n) }).collect(),
            nom_fichier: i.nom_fichier,
            format: i.format,
            taille: i.taille,
            etat: i.etat,
            message: i.message,
            part_lue: i.part_lue,
            comptes: i.comptes,
            cree_le: i.cree_le,
            expire_le: i.expire_le,
            repris_le: i.repris_le,
        }
    }
}

/// The file and what it is about, in this order.
#[derive(utoipa::ToSchema)]
#[allow(dead_code)]
struct Apport {
    nature: Nature,
    /// XLSX, ODS or CSV, 100 MB at most.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    fichier: String,
}

/// What each column means, in their order: a `sens`, or null when it is not taken.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ChoisirColonnes {
    #[schema(max_items = 100)]
    colonnes: Vec<Option<String>>,
}

/// The files that the account brought into the structure, newest first.
#[utoipa::path(get, path = "/imports", tag = "mediation", responses((status = OK, body = Vec<VueImport>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete) -> Result<Json<Vec<VueImport>>, Refus> {
    Ok(Json(import::mes(&q.lecture()).await?.into_iter().map(Into::into).collect()))
}

/// Brings a file. It is read in the background; nothing is written before it is confirmed.
#[utoipa::path(post, path = "/imports", tag = "mediation", request_body(content = Apport, content_type = "multipart/form-data"), responses((status = CREATED, body = VueImport), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn apporter(q: Requete, req: Request) -> Result<Response, Refus> {
    let id = recevoir(&q, req).await?;
    Ok((StatusCode::CREATED, Json(VueImport::from(import::lire(&q.lecture(), id).await?))).into_response())
}

/// One import: how far it is, and what it would write.
#[utoipa::path(get, path = "/imports/{id}", tag = "mediation", params(("id" = ImportId, Path)), responses((status = OK, body = VueImport), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<ImportId>) -> Result<Json<VueImport>, Refus> {
    Ok(Json(import::lire(&q.lecture(), id).await?.into()))
}

/// Everything to mend in the file, as CSV: line, column, value, mend.
#[utoipa::path(get, path = "/imports/{id}/erreurs", tag = "mediation", params(("id" = ImportId, Path)), responses((status = OK, body = String, content_type = "text/csv"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn erreurs(q: Requete, Chemin(id): Chemin<ImportId>) -> Result<Response, Refus> {
    Ok(envoyer_erreurs(q.lecture(), id).await?)
}

/// Says what each column means; the file is read again.
#[utoipa::path(post, path = "/imports/{id}/colonnes", tag = "mediation", params(("id" = ImportId, Path)), request_body = ChoisirColonnes, responses((status = OK, body = VueImport), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn colonnes(q: Requete, Chemin(id): Chemin<ImportId>, Corps(c): Corps<ChoisirColonnes>) -> Result<Json<VueImport>, Refus> {
    let cx = q.ecriture().await?;
    let codes: Vec<String> = c.colonnes.into_iter().map(Option::unwrap_or_default).collect();
    import::choisir_colonnes(&cx, id, &codes).await?;
    let i = import::lire(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(i.into()))
}

/// Confirms: everything is written, in the background, in one transaction. Confirmed twice, it is written once.
#[utoipa::path(post, path = "/imports/{id}/confirmer", tag = "mediation", params(("id" = ImportId, Path)), responses((status = ACCEPTED, body = VueImport), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn confirmer(q: Requete, Chemin(id): Chemin<ImportId>) -> Result<(StatusCode, Json<VueImport>), Refus> {
    let cx = q.ecriture().await?;
    let i = import::confirmer(&cx, id).await?;
    cx.valider().await?;
    Ok((StatusCode::ACCEPTED, Json(i.into())))
}

/// Forgets a file that is not confirmed.
#[utoipa::path(delete, path = "/imports/{id}", tag = "mediation", params(("id" = ImportId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn supprimer(q: Requete, Chemin(id): Chemin<ImportId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    import::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
