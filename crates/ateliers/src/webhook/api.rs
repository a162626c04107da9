use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use socle::{
    Etat,
    api::{Corps, Liste, Probleme},
    erreur::Refus,
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{CreerWebhook, EtatLivraison, Evenement, Livraison, Webhook};

/// API of webhooks.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste, creer))
        .routes(routes!(supprimer))
        .routes(routes!(livraisons, essayer))
        .routes(routes!(renvoyer))
}

/// A webhook.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Webhook)]
pub struct VueWebhook {
    id: Uuid,
    nom: String,
    adresse: String,
    evenements: Vec<Evenement>,
    actif: bool,
    cree_le: DateTime<Utc>,
    /// Given at the creation alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl VueWebhook {
    fn nouvelle(w: Webhook, secret: Option<String>) -> Self {
        Self { id: w.id, nom: w.nom, adresse: w.adresse, evenements: w.evenements.0, actif: w.actif, cree_le: w.cree_le, secret }
    }
}

/// What was sent to a webhook, and what became of it.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = LivraisonWebhook)]
pub struct VueLivraison {
    id: Uuid,
    evenement: Evenement,
    /// The body, as it is sent.
    charge: serde_json::Value,
    etat: EtatLivraison,
    essais: i32,
    /// Of HTTP, the last time.
    statut: Option<i32>,
    erreur: Option<String>,
    cree_le: DateTime<Utc>,
    dernier_le: Option<DateTime<Utc>>,
}

impl From<Livraison> for VueLivraison {
    fn from(l: Livraison) -> Self {
        Self {
            id: l.id,
            evenement: l.evenement,
            charge: l.charge,
            etat: l.etat,
            essais: l.essais,
            statut: l.statut,
            erreur: l.erreur,
            cree_le: l.cree_le,
            dernier_le: l.dernier_le,
        }
    }
}

/// The webhooks of the structure.
#[utoipa::path(get, path = "/webhooks", tag = "ateliers", responses((status = OK, body = Liste<VueWebhook>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete) -> Result<Json<Liste<VueWebhook>>, Refus> {
    let elements = super::lister(&q.lecture()).await?.into_iter().map(|w| VueWebhook::nouvelle(w, None)).collect();
    Ok(Json(Liste { elements, suivant: None }))
}

/// Adds a webhook; `secret`, with which requests are signed, is given once.
#[utoipa::path(post, path = "/webhooks", tag = "ateliers", request_body = CreerWebhook, responses((status = CREATED, body = VueWebhook), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(d): Corps<CreerWebhook>) -> Result<(StatusCode, Json<VueWebhook>), Refus> {
    let cx = q.ecriture().await?;
    let (w, secret) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(VueWebhook::nouvelle(w, Some(secret)))))
}

/// Removes a webhook and its log.
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "ateliers", params(("id" = Uuid, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn supprimer(q: Requete, Chemin(id): Chemin<Uuid>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The last hundred deliveries of a webhook, latest first; they are kept thirty days.
#[utoipa::path(get, path = "/webhooks/{id}/livraisons", tag = "ateliers", params(("id" = Uuid, Path)), responses((status = OK, body = Liste<VueLivraison>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn livraisons(q: Requete, Chemin(id): Chemin<Uuid>) -> Result<Json<Liste<VueLivraison>>, Refus> {
    let elements = super::livraisons(&q.lecture(), id).await?.into_iter().map(Into::into).collect();
    Ok(Json(Liste { elements, suivant: None }))
}

/// Sends a delivery that says nothing, to see whether it arrives.
#[utoipa::path(post, path = "/webhooks/{id}/livraisons", tag = "ateliers", params(("id" = Uuid, Path)), responses((status = CREATED, body = VueLivraison), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn essayer(q: Requete, Chemin(id): Chemin<Uuid>) -> Result<(StatusCode, Json<VueLivraison>), Refus> {
    let cx = q.ecriture().await?;
    let l = super::essayer(&cx, id).await?;
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(l.into())))
}

/// Sends a delivery again, under the same id.
#[utoipa::path(post, path = "/webhooks/{id}/livraisons/{livraison}/envoi", tag = "ateliers", params(("id" = Uuid, Path), ("livraison" = Uuid, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn renvoyer(q: Requete, Chemin((id, livraison)): Chemin<(Uuid, Uuid)>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::renvoyer(&cx, id, livraison).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
