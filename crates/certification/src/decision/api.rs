use axum::Json;
use certification_regles::{
    Reponse,
    livret::{EffetRetrait, Livret},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use socle::{
    Erreur, Etat,
    api::{Corps, Probleme},
    erreur::Refus,
    identifiant::{CandidatId, DecisionId, SessionExamenId},
    requete::{Chemin, Requete},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::candidature::retrait::Suite;

/// API of decisions.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(livret)).routes(routes!(effet, retirer))
}

/// A line of the journal of decisions.
#[derive(Serialize, ToSchema)]
pub struct VueDecision {
    decision: DecisionId,
    session: Option<SessionExamenId>,
    jour: NaiveDate,
    /// `proposee`, `signee`, `validee` or `retiree`.
    etat: String,
    #[schema(value_type = Object)]
    prononce: Value,
    /// Labels of title and unit, as signed.
    #[schema(value_type = Object)]
    libelles: Value,
    inscrite_le: DateTime<Utc>,
}

/// The livret of a candidate: the projection, and the journal it comes from.
#[derive(Serialize, ToSchema)]
pub struct VueLivret {
    #[schema(value_type = Object)]
    livret: Livret,
    journal: Vec<VueDecision>,
}

/// Withdraws a decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetraitDecision)]
pub struct Retirer {
    /// Why, in full: a withdrawal is reasoned.
    #[schema(max_length = 2000)]
    motif: String,
}

/// The livret of a candidate and the journal of decisions; for the centre and for the candidate.
#[utoipa::path(get, path = "/certification/livrets/{id}", tag = "certification", params(("id" = CandidatId, Path)), responses((status = OK, body = VueLivret), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn livret(q: Requete, Chemin(id): Chemin<CandidatId>) -> Result<Json<VueLivret>, Refus> {
    let cx = q.lecture();
    let livret = super::livret(&cx, id).await?;
    let journal = super::journal(&cx, id).await?;
    let journal = journal
        .into_iter()
        .map(|l| VueDecision {
            decision: l.decision_id,
            session: l.session_id,
            jour: l.jour,
            etat: l.etat,
            prononce: l.prononce,
            libelles: l.libelles,
            inscrite_le: l.inscrite_le,
        })
        .collect();
    Ok(Json(VueLivret { livret, journal }))
}

/// The answer of the rules, and under `candidatures` the enrolments whose outcome changes: `candidature`, `titre`,
/// `de`, `vers`.
fn vue(effet: &Reponse<EffetRetrait>, candidatures: &[Suite]) -> Result<Json<Value>, Refus> {
    let mut v = serde_json::to_value(effet).map_err(Erreur::interne)?;
    v["candidatures"] = serde_json::to_value(candidatures).map_err(Erreur::interne)?;
    Ok(Json(v))
}

/// What the withdrawal of a decision would undo, today.
#[utoipa::path(get, path = "/certification/decisions/{id}/retrait", tag = "certification", params(("id" = DecisionId, Path)), responses((status = OK, body = Object), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn effet(q: Requete, Chemin(id): Chemin<DecisionId>) -> Result<Json<Value>, Refus> {
    let cx = q.lecture();
    vue(&super::effet(&cx, id).await?, &super::candidatures(&cx, id).await?)
}

/// Withdraws a decision by another, reasoned, with the documents that prove it; gives what it undoes.
#[utoipa::path(put, path = "/certification/decisions/{id}/retrait", tag = "certification", params(("id" = DecisionId, Path)), request_body = Retirer, responses((status = OK, body = Object), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retirer(q: Requete, Chemin(id): Chemin<DecisionId>, Corps(r): Corps<Retirer>) -> Result<Json<Value>, Refus> {
    let cx = q.ecriture().await?;
    let r = super::retirer(&cx, id, &r.motif).await?;
    cx.valider().await?;
    vue(&r.effet, &r.candidatures)
}
