use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use socle::{
    Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{AccompagnementId, NotePratiqueId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Competence, EcrireNote, Note};

/// API of notes on one's practice.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste)).routes(routes!(ecrire, supprimer))
}

/// One's own note on an accompaniment.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = NotePratique)]
pub struct VueNote {
    id: NotePratiqueId,
    accompagnement: AccompagnementId,
    /// What worked.
    reussi: Option<String>,
    /// What one would change.
    a_changer: Option<String>,
    competences: Vec<Competence>,
    version: i32,
    cree_le: DateTime<Utc>,
    modifie_le: DateTime<Utc>,
}

impl From<Note> for VueNote {
    fn from(n: Note) -> Self {
        Self {
            id: n.id,
            accompagnement: n.accompagnement,
            reussi: n.reussi,
            a_changer: n.a_changer,
            competences: n.competences,
            version: n.version,
            cree_le: n.cree_le,
            modifie_le: n.modifie_le,
        }
    }
}

/// The notes of the account that asks, and of nobody else.
#[utoipa::path(get, path = "/notes-de-pratique", tag = "mediation", params(Curseur), responses((status = OK, body = Liste<VueNote>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(c): Parametres<Curseur>) -> Result<Json<Liste<VueNote>>, Refus> {
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |n| n.id.0, Into::into)))
}

/// Writes one's note on an accompaniment.
#[utoipa::path(put, path = "/accompagnements/{id}/note", tag = "mediation", params(("id" = AccompagnementId, Path)), request_body = EcrireNote, responses((status = CREATED, body = VueNote), (status = OK, body = VueNote, description = "One's note was already there: it is replaced"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ecrire(q: Requete, Chemin(id): Chemin<AccompagnementId>, Corps(e): Corps<EcrireNote>) -> Result<Cree<VueNote>, Refus> {
    let cx = q.ecriture().await?;
    let (n, nouvelle) = super::ecrire(&cx, id, e).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, n.into()))
}

/// Removes one's note on an accompaniment, for good.
#[utoipa::path(delete, path = "/accompagnements/{id}/note", tag = "mediation", params(("id" = AccompagnementId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn supprimer(q: Requete, Chemin(id): Chemin<AccompagnementId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
