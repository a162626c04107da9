use axum::Json;
use chrono::{DateTime, Utc};
use socle::{
    Etat,
    api::{Corps, Cree, Liste, Probleme},
    erreur::Refus,
    identifiant::{PersonneId, ReservationId, SeanceId},
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Canal, EtatReservation, Par, Places, Reservation, Reserver};
use crate::{contact::Contact, seance};

/// API of bookings.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste, reserver))
        .routes(routes!(annuler))
        .routes(routes!(confirmer))
        .routes(routes!(corriger))
        .routes(routes!(places))
}

/// A booking.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Reservation)]
pub struct VueReservation {
    id: ReservationId,
    seance: SeanceId,
    etat: EtatReservation,
    siege: Option<i32>,
    code: String,
    nom: String,
    telephone: Option<String>,
    courriel: Option<String>,
    canal: Canal,
    par: Par,
    personne: Option<PersonneId>,
    orientee: bool,
    /// Until when an offer holds.
    expire_le: Option<DateTime<Utc>>,
    /// When the address or the number refused a message: nothing more is sent there until it is corrected.
    refus_le: Option<DateTime<Utc>>,
    cree_le: DateTime<Utc>,
}

impl From<Reservation> for VueReservation {
    fn from(r: Reservation) -> Self {
        Self {
            id: r.id,
            seance: r.seance_id,
            etat: r.etat,
            siege: r.siege,
            code: r.code,
            nom: r.nom,
            telephone: r.telephone,
            courriel: r.courriel,
            canal: r.canal,
            par: r.par,
            personne: r.personne_id,
            orientee: r.orientee,
            expire_le: r.expire_le,
            refus_le: r.refus_le,
            cree_le: r.cree_le,
        }
    }
}

/// The bookings of a séance, those in first, then those who wait in their order.
#[utoipa::path(get, path = "/ateliers/seances/{id}/reservations", tag = "ateliers", params(("id" = SeanceId, Path)), responses((status = OK, body = Liste<VueReservation>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Chemin(id): Chemin<SeanceId>) -> Result<Json<Liste<VueReservation>>, Refus> {
    let elements = super::lister(&q.lecture(), id).await?.into_iter().map(Into::into).collect();
    Ok(Json(Liste { elements, suivant: None }))
}

/// Books a seat, or waits for one (`attendre`).
#[utoipa::path(post, path = "/ateliers/seances/{id}/reservations", tag = "ateliers", params(("id" = SeanceId, Path)), request_body = Reserver, responses((status = CREATED, body = VueReservation), (status = OK, body = VueReservation, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn reserver(q: Requete, Chemin(id): Chemin<SeanceId>, Corps(mut d): Corps<Reserver>) -> Result<Cree<VueReservation>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(ReservationId);
    let (r, nouvelle) = super::reserver(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, r.into()))
}

/// Seats left, and how many wait.
#[utoipa::path(get, path = "/ateliers/seances/{id}/places", tag = "ateliers", params(("id" = SeanceId, Path)), responses((status = OK, body = Places), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn places(q: Requete, Chemin(id): Chemin<SeanceId>) -> Result<Json<Places>, Refus> {
    let cx = q.lecture();
    let s = seance::lire(&cx, id).await?.seance;
    Ok(Json(super::places(&cx, &s).await?))
}

/// Cancels a booking; its seat goes at once to who waits.
#[utoipa::path(post, path = "/ateliers/reservations/{id}/annulation", tag = "ateliers", params(("id" = ReservationId, Path)), responses((status = OK, body = VueReservation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn annuler(q: Requete, Chemin(id): Chemin<ReservationId>) -> Result<Json<VueReservation>, Refus> {
    let cx = q.ecriture().await?;
    super::annuler(&cx, id).await?;
    let r = super::de_l_equipe(&cx, id).await?.0;
    cx.valider().await?;
    Ok(Json(r.into()))
}

/// Confirms who waits or was offered a seat, whatever the order of the list.
#[utoipa::path(post, path = "/ateliers/reservations/{id}/confirmation", tag = "ateliers", params(("id" = ReservationId, Path)), responses((status = OK, body = VueReservation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn confirmer(q: Requete, Chemin(id): Chemin<ReservationId>) -> Result<Json<VueReservation>, Refus> {
    let cx = q.ecriture().await?;
    let r = super::confirmer(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(r.into()))
}

/// Corrects how somebody who booked is called and reached; what is still true is told to the new contact.
#[utoipa::path(put, path = "/ateliers/reservations/{id}/contact", tag = "ateliers", params(("id" = ReservationId, Path)), request_body = Contact, responses((status = OK, body = VueReservation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn corriger(q: Requete, Chemin(id): Chemin<ReservationId>, Corps(d): Corps<Contact>) -> Result<Json<VueReservation>, Refus> {
    let cx = q.ecriture().await?;
    let r = super::corriger(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Json(r.into()))
}
