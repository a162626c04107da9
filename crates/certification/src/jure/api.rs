use axum::{Json, http::StatusCode};
use chrono::NaiveDate;
use socle::{
    Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{CandidatId, JureId, StructureId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{CreerJure, Declarer, Fiche, Habiliter, Jure, ModifierJure, NatureLien};

/// API of the register of jurors.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste, creer))
        .routes(routes!(lire, modifier))
        .routes(routes!(habiliter))
        .routes(routes!(retirer_habilitation))
        .routes(routes!(lier))
        .routes(routes!(delier))
}

/// A juror of the register.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Jure)]
pub struct VueJure {
    id: JureId,
    structure: StructureId,
    utilisateur: Option<UtilisateurId>,
    prenom: String,
    nom: String,
    courriel: Option<String>,
    telephone: Option<String>,
    employeur: Option<String>,
    pratique_annees: Option<i32>,
    pratique_quittee_le: Option<NaiveDate>,
    actif: bool,
    version: i32,
}

/// A habilitation.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct VueHabilitation {
    id: Uuid,
    version: String,
    numero: Option<String>,
    debut: NaiveDate,
    fin: Option<NaiveDate>,
    retiree_le: Option<NaiveDate>,
}

/// A declared tie.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct VueLien {
    candidat: CandidatId,
    nature: NatureLien,
    declare_le: NaiveDate,
}

/// A juror, their habilitations and ties.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct FicheJure {
    #[serde(flatten)]
    jure: VueJure,
    habilitations: Vec<VueHabilitation>,
    liens: Vec<VueLien>,
}

/// A habilitation is withdrawn from this day on.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetraitHabilitation)]
pub struct Retirer {
    jour: NaiveDate,
}

impl From<Jure> for VueJure {
    fn from(j: Jure) -> Self {
        Self {
            id: j.id,
            structure: j.structure_id,
            utilisateur: j.utilisateur_id,
            prenom: j.prenom,
            nom: j.nom,
            courriel: j.courriel,
            telephone: j.telephone,
            employeur: j.employeur,
            pratique_annees: j.pratique_annees,
            pratique_quittee_le: j.pratique_quittee_le,
            actif: j.actif,
            version: j.version,
        }
    }
}

impl From<Fiche> for FicheJure {
    fn from(f: Fiche) -> Self {
        Self {
            jure: f.jure.into(),
            habilitations: f
                .habilitations
                .into_iter()
                .map(|h| VueHabilitation {
                    id: h.id,
                    version: h.version_code,
                    numero: h.numero,
                    debut: h.debut,
                    fin: h.fin,
                    retiree_le: h.retiree_le,
                })
                .collect(),
            liens: f.liens.into_iter().map(|l| VueLien { candidat: l.candidat_id, nature: l.nature, declare_le: l.declare_le }).collect(),
        }
    }
}

/// The register of jurors.
#[utoipa::path(get, path = "/certification/jures", tag = "certification", params(Curseur), responses((status = OK, body = Liste<VueJure>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(c): Parametres<Curseur>) -> Result<Json<Liste<VueJure>>, Refus> {
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |j| j.id.0, Into::into)))
}

/// Adds a juror.
#[utoipa::path(post, path = "/certification/jures", tag = "certification", request_body = CreerJure, responses((status = CREATED, body = FicheJure), (status = OK, body = FicheJure, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerJure>) -> Result<Cree<FicheJure>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(JureId);
    let (f, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, f.into()))
}

/// One juror, with habilitations and ties.
#[utoipa::path(get, path = "/certification/jures/{id}", tag = "certification", params(("id" = JureId, Path)), responses((status = OK, body = FicheJure), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<JureId>) -> Result<Json<FicheJure>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Changes a juror.
#[utoipa::path(patch, path = "/certification/jures/{id}", tag = "certification", params(("id" = JureId, Path)), request_body = ModifierJure, responses((status = OK, body = FicheJure), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<JureId>, Corps(m): Corps<ModifierJure>) -> Result<Json<FicheJure>, Refus> {
    let cx = q.ecriture().await?;
    let f = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}

/// Habilitates a juror for a version of a title.
#[utoipa::path(post, path = "/certification/jures/{id}/habilitations", tag = "certification", params(("id" = JureId, Path)), request_body = Habiliter, responses((status = CREATED, body = FicheJure), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn habiliter(q: Requete, Chemin(id): Chemin<JureId>, Corps(h): Corps<Habiliter>) -> Result<(StatusCode, Json<FicheJure>), Refus> {
    let cx = q.ecriture().await?;
    super::habiliter(&cx, id, h).await?;
    let f = super::lire(&cx, id).await?;
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(f.into())))
}

/// Withdraws a habilitation from a day on.
#[utoipa::path(put, path = "/certification/jures/{id}/habilitations/{habilitation}/retrait", tag = "certification", params(("id" = JureId, Path), ("habilitation" = Uuid, Path)), request_body = Retirer, responses((status = OK, body = FicheJure), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retirer_habilitation(
    q: Requete,
    Chemin((id, h)): Chemin<(JureId, Uuid)>,
    Corps(r): Corps<Retirer>,
) -> Result<Json<FicheJure>, Refus> {
    let cx = q.ecriture().await?;
    super::retirer_habilitation(&cx, id, h, r.jour).await?;
    let f = super::lire(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}

/// Declares a tie with a candidate.
#[utoipa::path(put, path = "/certification/jures/{id}/liens", tag = "certification", params(("id" = JureId, Path)), request_body = Declarer, responses((status = OK, body = FicheJure), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lier(q: Requete, Chemin(id): Chemin<JureId>, Corps(d): Corps<Declarer>) -> Result<Json<FicheJure>, Refus> {
    let cx = q.ecriture().await?;
    super::declarer_lien(&cx, id, d).await?;
    let f = super::lire(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}

/// Removes a tie declared by mistake.
#[utoipa::path(put, path = "/certification/jures/{id}/liens/retrait", tag = "certification", params(("id" = JureId, Path)), request_body = Declarer, responses((status = OK, body = FicheJure), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn delier(q: Requete, Chemin(id): Chemin<JureId>, Corps(d): Corps<Declarer>) -> Result<Json<FicheJure>, Refus> {
    let cx = q.ecriture().await?;
    super::retirer_lien(&cx, id, &d).await?;
    let f = super::lire(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}
