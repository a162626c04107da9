use axum::Json;
use socle::{
    Etat,
    api::{Corps, Liste, Probleme},
    erreur::Refus,
    identifiant::{AccompagnementId, DateSeanceId, PersonneId, ReservationId},
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Chiffres, EtatPresence, Feuille};
use crate::seance::EtatDate;

/// API of attendance.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(feuille, noter)).routes(routes!(clore)).routes(routes!(resultats))
}

/// Somebody on the attendance sheet.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct VuePresence {
    reservation: ReservationId,
    nom: String,
    personne: Option<PersonneId>,
    etat: Option<EtatPresence>,
}

/// The attendance sheet of a date.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct FeuillePresence {
    date: DateSeanceId,
    etat: EtatDate,
    gens: Vec<VuePresence>,
    anonymes: i32,
    presents: usize,
    accompagnement: Option<AccompagnementId>,
}

impl From<Feuille> for FeuillePresence {
    fn from(f: Feuille) -> Self {
        Self {
            presents: f.presents(),
            date: f.date.id,
            etat: f.date.etat,
            anonymes: f.date.anonymes,
            accompagnement: f.date.accompagnement_id,
            gens: f
                .gens
                .into_iter()
                .map(|(r, etat)| VuePresence { reservation: r.id, nom: r.nom, personne: r.personne_id, etat })
                .collect(),
        }
    }
}

/// Marks one person.
#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Marque {
    reservation: ReservationId,
    etat: EtatPresence,
}

/// What is noted of a date; what is left out stays.
#[derive(Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NoterPresences {
    marques: Vec<Marque>,
    /// People followed by the structure who came without booking.
    sur_place: Vec<PersonneId>,
    /// How many came that nobody named.
    #[schema(maximum = 1000)]
    anonymes: Option<u32>,
}

/// The attendance sheet of a date.
#[utoipa::path(get, path = "/ateliers/dates/{id}/presences", tag = "ateliers", params(("id" = DateSeanceId, Path)), responses((status = OK, body = FeuillePresence), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn feuille(q: Requete, Chemin(id): Chemin<DateSeanceId>) -> Result<Json<FeuillePresence>, Refus> {
    Ok(Json(super::feuille(&q.lecture(), id).await?.into()))
}

/// Notes who came.
#[utoipa::path(put, path = "/ateliers/dates/{id}/presences", tag = "ateliers", params(("id" = DateSeanceId, Path)), request_body = NoterPresences, responses((status = OK, body = FeuillePresence), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn noter(q: Requete, Chemin(id): Chemin<DateSeanceId>, Corps(d): Corps<NoterPresences>) -> Result<Json<FeuillePresence>, Refus> {
    let cx = q.ecriture().await?;
    for m in d.marques {
        super::marquer(&cx, id, m.reservation, m.etat).await?;
    }
    for p in d.sur_place {
        super::venir(&cx, id, Some(p), None).await?;
    }
    if let Some(n) = d.anonymes {
        super::compter_anonymes(&cx, id, n).await?;
    }
    let f = super::feuille(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}

/// Closes a date: the collective accompaniment is recorded, once.
#[utoipa::path(post, path = "/ateliers/dates/{id}/cloture", tag = "ateliers", params(("id" = DateSeanceId, Path)), responses((status = OK, body = FeuillePresence), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn clore(q: Requete, Chemin(id): Chemin<DateSeanceId>) -> Result<Json<FeuillePresence>, Refus> {
    let cx = q.ecriture().await?;
    super::clore(&cx, id).await?;
    let f = super::feuille(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}

/// Figures of the last twelve months by workshop, the most filled first.
#[utoipa::path(get, path = "/ateliers/resultats", tag = "ateliers", responses((status = OK, body = Liste<Chiffres>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn resultats(q: Requete) -> Result<Json<Liste<Chiffres>>, Refus> {
    Ok(Json(Liste { elements: super::resultats(&q.lecture()).await?, suivant: None }))
}
