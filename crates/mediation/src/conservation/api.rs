use axum::Json;
use chrono::NaiveDate;
use socle::{
    Etat,
    api::{Corps, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::PersonneId,
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{BientotEfface, Garder, MotifGarde, Prolongation};

/// API of retention.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste)).routes(routes!(garder))
}

/// A file that will be erased.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct VueBientotEfface {
    personne: PersonneId,
    nom: String,
    annonce_le: NaiveDate,
    /// The day from which the file is erased.
    efface_le: NaiveDate,
    derniere_activite: NaiveDate,
}

impl From<BientotEfface> for VueBientotEfface {
    fn from(b: BientotEfface) -> Self {
        Self {
            personne: b.annonce.personne_id,
            nom: b.nom,
            annonce_le: b.annonce.annoncee_le,
            efface_le: b.annonce.echeance,
            derniere_activite: b.annonce.activite,
        }
    }
}

/// A file kept longer.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct VueGarde {
    personne: PersonneId,
    motif: MotifGarde,
    jusqu_au: NaiveDate,
    decide_le: NaiveDate,
}

impl From<Prolongation> for VueGarde {
    fn from(p: Prolongation) -> Self {
        Self { personne: p.personne_id, motif: p.motif, jusqu_au: p.jusqu_au, decide_le: p.decidee_le }
    }
}

/// The files of the structure that will soon be erased for want of activity.
#[utoipa::path(get, path = "/conservation", tag = "mediation", params(Curseur), responses((status = OK, body = Liste<VueBientotEfface>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(c): Parametres<Curseur>) -> Result<Json<Liste<VueBientotEfface>>, Refus> {
    let cx = q.lecture();
    let combien = c.combien()?;
    let lignes = super::page(&cx, c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |b| b.annonce.personne_id.0, Into::into)))
}

/// Keeps a person's file until a day, for a reason; its announcement is withdrawn.
#[utoipa::path(put, path = "/personnes/{id}/conservation", tag = "mediation", params(("id" = PersonneId, Path)), request_body = Garder, responses((status = OK, body = VueGarde), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn garder(q: Requete, Chemin(id): Chemin<PersonneId>, Corps(d): Corps<Garder>) -> Result<Json<VueGarde>, Refus> {
    let cx = q.ecriture().await?;
    let p = super::garder(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Json(p.into()))
}
