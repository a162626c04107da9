use axum::{Json, http::StatusCode};
use mediation::diagnostic::grille::Geste;
use socle::{
    Etat,
    api::{Corps, Liste, Probleme},
    erreur::Refus,
    identifiant::{DateSeanceId, PersonneId, ReservationId},
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Gens, Lien, MarqueGestes, Repondre, SuiviEvaluation, Voie, questions};
use crate::reservation;

/// API of evaluations.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(suivi, ouvrir, fermer)).routes(routes!(gestes, marquer)).routes(routes!(lire, repondre))
}

/// Opens an evaluation.
#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OuvrirEvaluation {
    /// `tablette` or `qr`.
    voie: Voie,
}

/// The gestures seen, person by person; who is left out stays as they are.
#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoterGestes {
    #[schema(max_items = 1000)]
    marques: Vec<MarqueGestes>,
}

/// A question, and the words of its five faces, from 1 to 5.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct QuestionEvaluation {
    code: &'static str,
    libelle: &'static str,
    reponses: Vec<&'static str>,
}

/// What a secret opens.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct QuestionnaireEvaluation {
    voie: Voie,
    /// The structure that asks.
    structure: String,
    atelier: String,
    /// None for gestures, which are asked on the page alone.
    questions: Vec<QuestionEvaluation>,
}

/// A gesture, for one person.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct EtatGeste {
    code: String,
    libelle: String,
    /// Whether the animator saw it done; null when it was not looked at.
    animateur: Option<bool>,
    /// Whether the person says they can; null when they were not asked.
    participant: Option<bool>,
}

/// The gestures of somebody present.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct GestesPersonne {
    reservation: ReservationId,
    nom: String,
    personne: Option<PersonneId>,
    gestes: Vec<EtatGeste>,
}

fn vue(gestes: &[&Geste], g: Gens) -> GestesPersonne {
    GestesPersonne {
        gestes: gestes
            .iter()
            .map(|x| {
                let (animateur, participant) = g.gestes.get(&x.code).copied().unwrap_or_default();
                EtatGeste { code: x.code.clone(), libelle: x.libelle.clone(), animateur, participant }
            })
            .collect(),
        reservation: g.reservation.id,
        nom: g.reservation.nom,
        personne: g.reservation.personne_id,
    }
}

/// Where the evaluation of a date stands; never what was said.
#[utoipa::path(get, path = "/ateliers/dates/{id}/evaluation", tag = "ateliers", params(("id" = DateSeanceId, Path)), responses((status = OK, body = SuiviEvaluation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn suivi(q: Requete, Chemin(id): Chemin<DateSeanceId>) -> Result<Json<SuiviEvaluation>, Refus> {
    Ok(Json(super::suivi(&q.lecture(), id).await?))
}

/// Opens the evaluation of a date; the link is given once.
#[utoipa::path(post, path = "/ateliers/dates/{id}/evaluation", tag = "ateliers", params(("id" = DateSeanceId, Path)), request_body = OuvrirEvaluation, responses((status = CREATED, body = Lien), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ouvrir(
    q: Requete,
    Chemin(id): Chemin<DateSeanceId>,
    Corps(d): Corps<OuvrirEvaluation>,
) -> Result<(StatusCode, Json<Lien>), Refus> {
    let cx = q.ecriture().await?;
    let l = super::ouvrir(&cx, id, d.voie).await?;
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(l)))
}

/// Closes the evaluation of a date: its links open no more.
#[utoipa::path(delete, path = "/ateliers/dates/{id}/evaluation", tag = "ateliers", params(("id" = DateSeanceId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn fermer(q: Requete, Chemin(id): Chemin<DateSeanceId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::fermer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The gestures of those present at a date.
#[utoipa::path(get, path = "/ateliers/dates/{id}/gestes", tag = "ateliers", params(("id" = DateSeanceId, Path)), responses((status = OK, body = Liste<GestesPersonne>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn gestes(q: Requete, Chemin(id): Chemin<DateSeanceId>) -> Result<Json<Liste<GestesPersonne>>, Refus> {
    let (_, gestes, gens) = super::feuille(&q.lecture(), id).await?;
    Ok(Json(Liste { elements: gens.into_iter().map(|g| vue(&gestes, g)).collect(), suivant: None }))
}

/// Notes the gestures the animator saw.
#[utoipa::path(put, path = "/ateliers/dates/{id}/gestes", tag = "ateliers", params(("id" = DateSeanceId, Path)), request_body = NoterGestes, responses((status = OK, body = Liste<GestesPersonne>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn marquer(q: Requete, Chemin(id): Chemin<DateSeanceId>, Corps(d): Corps<NoterGestes>) -> Result<Json<Liste<GestesPersonne>>, Refus> {
    let cx = q.ecriture().await?;
    super::marquer(&cx, id, d.marques).await?;
    let (_, gestes, gens) = super::feuille(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(Liste { elements: gens.into_iter().map(|g| vue(&gestes, g)).collect(), suivant: None }))
}

/// The questions that a secret link asks. Needs no token: the secret stands for it.
#[utoipa::path(get, path = "/evaluation/{secret}", tag = "ateliers", security(()), params(("secret" = String, Path)), responses((status = OK, body = QuestionnaireEvaluation), (status = GONE, description = "Closed, answered, or too late", body = Probleme, content_type = "application/problem+json"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(etat: axum::extract::State<Etat>, Chemin(secret): Chemin<String>) -> Result<Json<QuestionnaireEvaluation>, Refus> {
    let o = super::ouvrir_lien(&reservation::lecture(&etat), &secret).await?;
    let posees =
        questions(o.voie).iter().map(|q| QuestionEvaluation { code: q.code, libelle: q.libelle, reponses: q.reponses.to_vec() }).collect();
    Ok(Json(QuestionnaireEvaluation { voie: o.voie, structure: o.structure, atelier: o.seance.titre, questions: posees }))
}

/// Answers at a secret link. Needs no token: the secret stands for it.
#[utoipa::path(post, path = "/evaluation/{secret}", tag = "ateliers", security(()), params(("secret" = String, Path)), request_body = Repondre, responses((status = NO_CONTENT), (status = GONE, description = "Closed, answered, or too late", body = Probleme, content_type = "application/problem+json"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn repondre(
    etat: axum::extract::State<Etat>,
    Chemin(secret): Chemin<String>,
    Corps(r): Corps<Repondre>,
) -> Result<StatusCode, Refus> {
    let cx = reservation::visite(&etat).await?;
    super::repondre(&cx, &secret, &r).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
