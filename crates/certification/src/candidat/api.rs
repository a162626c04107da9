use axum::Json;
use chrono::NaiveDate;
use socle::{
    Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{CandidatId, StructureId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Candidat, CreerCandidat, ModifierCandidat};

/// API of candidates.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, creer)).routes(routes!(lire, modifier)).routes(routes!(inviter))
}

/// A candidate.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Candidat)]
pub struct VueCandidat {
    id: CandidatId,
    structure: StructureId,
    prenom: String,
    nom: String,
    date_naissance: Option<NaiveDate>,
    courriel: Option<String>,
    telephone: Option<String>,
    employeur: Option<String>,
    /// Whether they follow their file by an account.
    acces: bool,
    version: i32,
}

impl From<Candidat> for VueCandidat {
    fn from(p: Candidat) -> Self {
        Self {
            id: p.id,
            structure: p.structure_id,
            prenom: p.prenom,
            nom: p.nom,
            date_naissance: p.date_naissance,
            courriel: p.courriel,
            telephone: p.telephone,
            employeur: p.employeur,
            acces: p.utilisateur_id.is_some(),
            version: p.version,
        }
    }
}

/// The candidates of the centre.
#[utoipa::path(get, path = "/certification/candidats", operation_id = "candidats", tag = "certification", params(Curseur), responses((status = OK, body = Liste<VueCandidat>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(c): Parametres<Curseur>) -> Result<Json<Liste<VueCandidat>>, Refus> {
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |p| p.id.0, Into::into)))
}

/// Adds a candidate.
#[utoipa::path(post, path = "/certification/candidats", operation_id = "candidat_creer", tag = "certification", request_body = CreerCandidat, responses((status = CREATED, body = VueCandidat), (status = OK, body = VueCandidat, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerCandidat>) -> Result<Cree<VueCandidat>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(CandidatId);
    let (p, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, p.into()))
}

/// One candidate; the journal keeps that the file was opened.
#[utoipa::path(get, path = "/certification/candidats/{id}", operation_id = "candidat_lire", tag = "certification", params(("id" = CandidatId, Path)), responses((status = OK, body = VueCandidat), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<CandidatId>) -> Result<Json<VueCandidat>, Refus> {
    Ok(Json(super::ouvrir(&q.lecture(), id).await?.into()))
}

/// Changes a candidate.
#[utoipa::path(patch, path = "/certification/candidats/{id}", operation_id = "candidat_modifier", tag = "certification", params(("id" = CandidatId, Path)), request_body = ModifierCandidat, responses((status = OK, body = VueCandidat), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<CandidatId>, Corps(m): Corps<ModifierCandidat>) -> Result<Json<VueCandidat>, Refus> {
    let cx = q.ecriture().await?;
    let p = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(p.into()))
}

/// Gives a candidate an account by their address: they then follow and prepare their file by themselves.
#[utoipa::path(post, path = "/certification/candidats/{id}/acces", operation_id = "candidat_inviter", tag = "certification", params(("id" = CandidatId, Path)), responses((status = OK, body = VueCandidat), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn inviter(q: Requete, Chemin(id): Chemin<CandidatId>) -> Result<Json<VueCandidat>, Refus> {
    let cx = q.ecriture().await?;
    let p = super::inviter(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(p.into()))
}
