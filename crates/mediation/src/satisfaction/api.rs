use axum::{Json, http::StatusCode};
use socle::{
    Etat,
    api::{Corps, Probleme},
    erreur::Refus,
    identifiant::AccompagnementId,
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Invitation, Inviter, QUESTIONS, Reponse, Suivi};

/// API of opinions.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(suivi, inviter)).routes(routes!(lire, repondre))
}

/// A question, and the words of its five faces, from 1 to 5.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct QuestionPosee {
    code: &'static str,
    libelle: &'static str,
    reponses: Vec<&'static str>,
}

/// What a secret opens.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Questionnaire {
    /// The structure that asks.
    structure: String,
    questions: Vec<QuestionPosee>,
}

/// How many opinions were asked for after an accompaniment, and how many came; never what they say.
#[utoipa::path(get, path = "/accompagnements/{id}/avis", tag = "mediation", params(("id" = AccompagnementId, Path)), responses((status = OK, body = Suivi), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn suivi(q: Requete, Chemin(id): Chemin<AccompagnementId>) -> Result<Json<Suivi>, Refus> {
    Ok(Json(super::suivi(&q.lecture(), id).await?))
}

/// Asks for an opinion; the link is given once.
#[utoipa::path(post, path = "/accompagnements/{id}/avis", tag = "mediation", params(("id" = AccompagnementId, Path)), request_body = Inviter, responses((status = CREATED, body = Invitation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn inviter(
    q: Requete,
    Chemin(id): Chemin<AccompagnementId>,
    Corps(i): Corps<Inviter>,
) -> Result<(StatusCode, Json<Invitation>), Refus> {
    let cx = q.ecriture().await?;
    let fait = super::inviter(&cx, id, i).await?;
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(fait)))
}

/// The questions that a secret link asks. Needs no token: the secret stands for it.
#[utoipa::path(get, path = "/avis/{secret}", tag = "mediation", security(()), params(("secret" = String, Path)), responses((status = OK, body = Questionnaire), (status = GONE, description = "Already answered, or too late", body = Probleme, content_type = "application/problem+json"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(etat: axum::extract::State<Etat>, Chemin(secret): Chemin<String>) -> Result<Json<Questionnaire>, Refus> {
    let o = super::ouvrir(&super::visite(&etat), &secret).await?;
    let questions = QUESTIONS.iter().map(|q| QuestionPosee { code: q.code, libelle: q.libelle, reponses: q.reponses.to_vec() }).collect();
    Ok(Json(Questionnaire { structure: o.structure, questions }))
}

/// Answers at a secret link, once. Needs no token: the secret stands for it.
#[utoipa::path(post, path = "/avis/{secret}", tag = "mediation", security(()), params(("secret" = String, Path)), request_body = Reponse, responses((status = NO_CONTENT), (status = GONE, description = "Already answered, or too late", body = Probleme, content_type = "application/problem+json"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn repondre(etat: axum::extract::State<Etat>, Chemin(secret): Chemin<String>, Corps(r): Corps<Reponse>) -> Result<StatusCode, Refus> {
    super::repondre_a(&etat, &secret, r).await?;
    Ok(StatusCode::NO_CONTENT)
}
