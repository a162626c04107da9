//! API of equipment.

use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use socle::{
    Etat,
    api::{Corps, Cree, Liste, Probleme},
    erreur::Refus,
    identifiant::{DateSeanceId, EquipementId, LieuId, SeanceId},
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{EcrireEquipement, Equipement, EtatEquipement, Usage};

/// API of equipment.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, creer)).routes(routes!(lire, modifier, retirer))
}

/// Something a workshop takes with it, of which there are some.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Equipement)]
struct VueEquipement {
    id: EquipementId,
    nom: String,
    quantite: i32,
    /// Where it stays; none: it travels.
    lieu: Option<LieuId>,
    etat: EtatEquipement,
    precision: Option<String>,
    version: i32,
}

impl From<Equipement> for VueEquipement {
    fn from(e: Equipement) -> Self {
        Self { id: e.id, nom: e.nom, quantite: e.quantite, lieu: e.lieu_id, etat: e.etat, precision: e.precision, version: e.version }
    }
}

/// A date of a séance that reserves it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = UsageEquipement)]
struct VueUsage {
    seance: SeanceId,
    date: DateSeanceId,
    titre: String,
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
    quantite: i32,
    /// How many miss at that time, all séances together.
    manque: i64,
}

impl From<Usage> for VueUsage {
    fn from(u: Usage) -> Self {
        Self {
            seance: u.seance.id,
            date: u.date.id,
            titre: u.seance.titre,
            debut: u.date.debut,
            fin: u.date.fin,
            quantite: u.quantite,
            manque: u.manque,
        }
    }
}

/// Equipment and what reserves it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = EquipementComplet)]
struct VueComplete {
    #[serde(flatten)]
    equipement: VueEquipement,
    /// The dates to come that reserve it, in order, 100 at most.
    reservations: Vec<VueUsage>,
}

/// The equipment of the structure, by name.
#[utoipa::path(get, path = "/ateliers/equipements", tag = "ateliers", responses((status = OK, body = Liste<VueEquipement>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete) -> Result<Json<Liste<VueEquipement>>, Refus> {
    let v = super::lister(&q.lecture()).await?;
    Ok(Json(Liste { elements: v.into_iter().map(Into::into).collect(), suivant: None }))
}

/// Adds equipment.
#[utoipa::path(post, path = "/ateliers/equipements", tag = "ateliers", request_body = EcrireEquipement, responses((status = CREATED, body = VueEquipement), (status = OK, body = VueEquipement, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<EcrireEquipement>) -> Result<Cree<VueEquipement>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(EquipementId);
    let (e, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, e.into()))
}

/// Equipment, and the dates to come that reserve it.
#[utoipa::path(get, path = "/ateliers/equipements/{id}", tag = "ateliers", params(("id" = EquipementId, Path)), responses((status = OK, body = VueComplete), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<EquipementId>) -> Result<Json<VueComplete>, Refus> {
    let (e, usages) = super::usages(&q.lecture(), id).await?;
    Ok(Json(VueComplete { equipement: e.into(), reservations: usages.into_iter().map(Into::into).collect() }))
}

/// Changes equipment. Fewer than séances to come ask for is not refused: they say what misses.
#[utoipa::path(put, path = "/ateliers/equipements/{id}", tag = "ateliers", params(("id" = EquipementId, Path)), request_body = EcrireEquipement, responses((status = OK, body = VueEquipement), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<EquipementId>, Corps(d): Corps<EcrireEquipement>) -> Result<Json<VueEquipement>, Refus> {
    let cx = q.ecriture().await?;
    let e = super::modifier(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Json(e.into()))
}

/// Takes equipment off the register.
#[utoipa::path(delete, path = "/ateliers/equipements/{id}", tag = "ateliers", params(("id" = EquipementId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retirer(q: Requete, Chemin(id): Chemin<EquipementId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::retirer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
