use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use socle::{
    Etat,
    api::{Corps, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{ExportId, LieuId, StructureId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Avancement, Contenu, Demander, Export};
use crate::export::Format;

/// API of exports made in the background.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(lister, demander))
        .routes(routes!(lire, supprimer))
        .routes(routes!(relancer))
        .routes(routes!(fichier))
}

/// An export asked for. The filter is that of the bilan.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DemanderExport {
    /// UUID made by the client: the same sent twice is one export.
    id: Option<Uuid>,
    /// `activites`: the list as it is read; `donnees`: every column.
    contenu: Contenu,
    format: Format,
    /// With the names of those present; for who may read them, in the structure they work in.
    #[serde(default)]
    noms: bool,
    /// First day, 1 January unless told.
    du: Option<NaiveDate>,
    /// Last day, included; today unless told. Ten years at most.
    au: Option<NaiveDate>,
    #[serde(default)]
    structures: Vec<StructureId>,
    lieu: Option<LieuId>,
    mediateur: Option<UtilisateurId>,
    #[serde(rename = "type")]
    type_activite: Option<mediation::nomenclatures::TypeActivite>,
    thematique: Option<mediation::nomenclatures::Thematique>,
    /// INSEE code.
    commune: Option<String>,
}

impl DemanderExport {
    fn paires(&self) -> Vec<(String, String)> {
        use socle::Nomenclature;
        let mut p: Vec<(&str, String)> = self.structures.iter().map(|s| ("structure", s.to_string())).collect();
        p.extend(self.du.map(|v| ("du", v.to_string())));
        p.extend(self.au.map(|v| ("au", v.to_string())));
        p.extend(self.lieu.map(|v| ("lieu", v.to_string())));
        p.extend(self.mediateur.map(|v| ("mediateur", v.to_string())));
        p.extend(self.type_activite.map(|v| ("type", v.code())));
        p.extend(self.thematique.map(|v| ("thematique", v.code())));
        p.extend(self.commune.clone().map(|v| ("commune", v)));
        p.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()
    }
}

/// An export and how far it is.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Export)]
struct VueExport {
    id: ExportId,
    contenu: Contenu,
    format: Format,
    noms: bool,
    du: NaiveDate,
    au: NaiveDate,
    etat: Avancement,
    /// Rows written.
    lignes: i64,
    /// Rows there are, once counted.
    total: Option<i64>,
    /// Why it failed.
    raison: Option<String>,
    /// Bytes.
    taille: Option<i64>,
    cree_le: DateTime<Utc>,
    fini_le: Option<DateTime<Utc>>,
    /// When it is removed by itself.
    expire_le: DateTime<Utc>,
    /// Where its file is, when it is ready.
    fichier: Option<String>,
}

impl From<Export> for VueExport {
    fn from(e: Export) -> Self {
        Self {
            fichier: e.fichier_id.map(|_| format!("/api/v1/exports/{}/fichier", e.id)),
            id: e.id,
            contenu: e.contenu,
            format: e.format,
            noms: e.noms,
            du: e.du,
            au: e.au,
            etat: e.etat,
            lignes: e.faites,
            total: e.total,
            raison: e.raison,
            taille: e.taille,
            cree_le: e.cree_le,
            fini_le: e.fini_le,
            expire_le: e.expire_le,
        }
    }
}

/// 202 while it is being made, else 200.
fn repondre(e: Export) -> Response {
    let statut = if e.etat.en_vol() { StatusCode::ACCEPTED } else { StatusCode::OK };
    let ici = format!("/api/v1/exports/{}", e.id);
    (statut, [(header::LOCATION, ici)], Json(VueExport::from(e))).into_response()
}

/// The exports of the account: nobody else's.
#[utoipa::path(get, path = "/exports", tag = "bilan", params(Curseur), responses((status = OK, body = Liste<VueExport>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lister(q: Requete, Parametres(c): Parametres<Curseur>) -> Result<Json<Liste<VueExport>>, Refus> {
    let combien = c.combien()?;
    let lignes = super::lister(&q.lecture(), c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |e| e.id.0, Into::into)))
}

/// Asks for an export of any length, made in the background. The same asked again while it is being made is it.
#[utoipa::path(post, path = "/exports", tag = "bilan", request_body = DemanderExport, responses((status = ACCEPTED, body = VueExport, description = "It is being made: read it again at Location"), (status = OK, body = VueExport, description = "Already made by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn demander(q: Requete, Corps(d): Corps<DemanderExport>) -> Result<Response, Refus> {
    let cx = q.ecriture().await?;
    let demande = Demander { id: q.id_creation(&cx, d.id), contenu: d.contenu, format: d.format, noms: d.noms, paires: d.paires() };
    let (e, _) = super::demander(&cx, demande).await?;
    cx.valider().await?;
    Ok(repondre(e))
}

/// How far an export is.
#[utoipa::path(get, path = "/exports/{id}", tag = "bilan", params(("id" = ExportId, Path)), responses((status = OK, body = VueExport, description = "Ready, or failed with its reason"), (status = ACCEPTED, body = VueExport, description = "Being made"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<ExportId>) -> Result<Response, Refus> {
    Ok(repondre(super::lire(&q.lecture(), id).await?))
}

/// Deletes an export and its file; one being made is stopped.
#[utoipa::path(delete, path = "/exports/{id}", tag = "bilan", params(("id" = ExportId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn supprimer(q: Requete, Chemin(id): Chemin<ExportId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes again an export that failed.
#[utoipa::path(post, path = "/exports/{id}/relancer", tag = "bilan", params(("id" = ExportId, Path)), responses((status = ACCEPTED, body = VueExport), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn relancer(q: Requete, Chemin(id): Chemin<ExportId>) -> Result<Response, Refus> {
    let cx = q.ecriture().await?;
    let e = super::relancer(&cx, id).await?;
    cx.valider().await?;
    Ok(repondre(e))
}

/// The file of an export that is ready.
#[utoipa::path(get, path = "/exports/{id}/fichier", tag = "bilan", params(("id" = ExportId, Path)), responses((status = OK, content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn fichier(q: Requete, Chemin(id): Chemin<ExportId>) -> Result<Response, Refus> {
    Ok(super::telecharger(&q, id).await?)
}
