use axum::Json;
use socle::{
    Etat,
    api::{Corps, Cree, Probleme},
    erreur::{Erreur, Refus},
    identifiant::PersonneId,
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Fusion, Fusionner, Paire, Raison};

/// API of duplicates.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste))
        .routes(routes!(ecarter))
        .routes(routes!(fusionner))
        .routes(routes!(lire))
        .routes(routes!(annuler))
}

/// Two files that may be one person.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Doublon)]
struct VuePaire {
    a: PersonneId,
    b: PersonneId,
    /// The strongest first.
    raisons: Vec<Raison>,
}

impl From<Paire> for VuePaire {
    fn from(p: Paire) -> Self {
        Self { a: p.a.id, b: p.b.id, raisons: p.raisons }
    }
}

/// A page of possible duplicates.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Doublons)]
struct VuePaires {
    /// The likeliest first.
    elements: Vec<VuePaire>,
    /// What to send in `depuis` for the next page; null on the last one.
    suivant: Option<u64>,
}

/// No list is so long.
const DEPUIS_MAX: u32 = 1_000_000;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Depuis {
    /// The `suivant` of the page before.
    #[param(minimum = 0, maximum = 1_000_000)]
    depuis: Option<u32>,
}

/// The files that may be one person's, in the structure.
#[utoipa::path(get, path = "/doublons", tag = "mediation", params(Depuis), responses((status = OK, body = VuePaires), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(d): Parametres<Depuis>) -> Result<Json<VuePaires>, Refus> {
    if d.depuis.is_some_and(|d| d > DEPUIS_MAX) {
        return Err(Erreur::champ("depuis", "Ce nombre est trop grand : reprenez le « suivant » de la page précédente.").into());
    }
    let p = super::lister(&q.lecture(), u64::from(d.depuis.unwrap_or_default()), 50).await?;
    Ok(Json(VuePaires { elements: p.paires.into_iter().map(Into::into).collect(), suivant: p.suite }))
}

/// Two files that are two people.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EcarterDoublon)]
struct Ecarter {
    a: PersonneId,
    b: PersonneId,
}

/// Says that two files are two people: they are proposed no more.
#[utoipa::path(post, path = "/doublons/ecarter", tag = "mediation", request_body = Ecarter, responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ecarter(q: Requete, Corps(e): Corps<Ecarter>) -> Result<axum::http::StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::ecarter(&cx, e.a, e.b).await?;
    cx.valider().await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// A merge of two files.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Fusion)]
struct VueFusion {
    id: Uuid,
    garder: PersonneId,
    absorber: PersonneId,
    fusionnee_le: chrono::DateTime<chrono::Utc>,
    annulable_jusqu_au: chrono::DateTime<chrono::Utc>,
    /// Undone: the two files are apart again.
    annulee: bool,
}

impl From<Fusion> for VueFusion {
    fn from(f: Fusion) -> Self {
        Self {
            id: f.id,
            garder: f.gardee_id,
            absorber: f.absorbee_id,
            fusionnee_le: f.fusionnee_le,
            annulable_jusqu_au: f.annulable_jusqu_au,
            annulee: f.annulee,
        }
    }
}

/// Brings two files together; can be undone for 30 days.
#[utoipa::path(post, path = "/fusions", tag = "mediation", request_body = Fusionner, responses((status = CREATED, body = VueFusion), (status = OK, body = VueFusion, description = "Already made by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn fusionner(q: Requete, Corps(mut d): Corps<Fusionner>) -> Result<Cree<VueFusion>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id);
    let (f, nouvelle) = super::fusionner(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, f.into()))
}

/// One merge.
#[utoipa::path(get, path = "/fusions/{id}", tag = "mediation", params(("id" = Uuid, Path)), responses((status = OK, body = VueFusion), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<Uuid>) -> Result<Json<VueFusion>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Parts two files again; refused (409) after 30 days.
#[utoipa::path(post, path = "/fusions/{id}/annuler", tag = "mediation", params(("id" = Uuid, Path)), responses((status = OK, body = VueFusion), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn annuler(q: Requete, Chemin(id): Chemin<Uuid>) -> Result<Json<VueFusion>, Refus> {
    let cx = q.ecriture().await?;
    let f = super::annuler(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}
