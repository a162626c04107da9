use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use socle::{
    Etat,
    api::{Corps, Liste, Probleme},
    erreur::Refus,
    identifiant::LienBilanId,
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Lien, Partage};
use crate::garde::CorpsFiltre;

/// API of shared bilans.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(lister, partager)).routes(routes!(revoquer)).routes(routes!(ouvrir))
}

/// A bilan to share.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PartagerBilan {
    /// How long the link lasts: 7, 30 or 90 days.
    #[schema(minimum = 7, maximum = 90)]
    jours: i64,
    #[serde(default)]
    filtre: CorpsFiltre,
}

/// A link to a shared bilan.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = LienDeBilan)]
struct VueLien {
    id: LienBilanId,
    du: NaiveDate,
    au: NaiveDate,
    /// What alone is counted, in words.
    filtres: Vec<String>,
    /// Who made it.
    cree_par: Option<String>,
    cree_le: DateTime<Utc>,
    expire_le: DateTime<Utc>,
    /// Last opening; null: never opened.
    vu_le: Option<DateTime<Utc>>,
    /// The address, in the answer that makes the link alone: it is kept nowhere.
    lien: Option<String>,
}

fn vue(l: Lien, cree_par: Option<String>, lien: Option<String>) -> VueLien {
    VueLien {
        id: l.id,
        du: l.du,
        au: l.au,
        filtres: l.contenu.filtres,
        cree_par,
        cree_le: l.cree_le,
        expire_le: l.expire_le,
        vu_le: l.vu_le,
        lien,
    }
}

/// The links of the structure, newest first; those expired for less than a month too.
#[utoipa::path(get, path = "/bilan/liens", tag = "bilan", responses((status = OK, body = Liste<VueLien>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lister(q: Requete) -> Result<Json<Liste<VueLien>>, Refus> {
    let elements = super::lister(&q.lecture()).await?.into_iter().map(|(l, nom)| vue(l, Some(nom), None)).collect();
    Ok(Json(Liste { elements, suivant: None }))
}

/// Shares the figures of a period as they are now, at a secret link given once.
#[utoipa::path(post, path = "/bilan/liens", tag = "bilan", request_body = PartagerBilan, responses((status = CREATED, body = VueLien), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn partager(q: Requete, Corps(p): Corps<PartagerBilan>) -> Result<(StatusCode, Json<VueLien>), Refus> {
    let cx = q.ecriture().await?;
    let fait = super::partager(&cx, &p.filtre.into(), p.jours).await?;
    let auteur = cx.acteur.nom.clone();
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(vue(fait.lien, Some(auteur), Some(fait.adresse)))))
}

/// Revokes a link: it opens nothing any more.
#[utoipa::path(delete, path = "/bilan/liens/{id}", tag = "bilan", params(("id" = LienBilanId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn revoquer(q: Requete, Chemin(id): Chemin<LienBilanId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::revoquer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What keeps a secret address to who holds it: it is not told to other sites, nor to search engines.
pub fn entetes() -> HeaderMap {
    HeaderMap::from_iter([
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ])
}

/// The figures that a secret link shows. Needs no token: the secret stands for it.
#[utoipa::path(get, path = "/partages/{secret}", tag = "bilan", security(()), params(("secret" = String, Path)), responses((status = OK, body = Partage), (status = GONE, description = "Too late", body = Probleme, content_type = "application/problem+json"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ouvrir(etat: axum::extract::State<Etat>, Chemin(secret): Chemin<String>) -> Result<(HeaderMap, Json<Partage>), Refus> {
    Ok((entetes(), Json(super::ouvrir(&etat, &secret).await?)))
}
