//! The waiting list: a freed seat is offered to the next one for a while, then to the following one.

use sea_orm::{ActiveValue::Set, QueryOrder, entity::prelude::*};
use serde::Deserialize;
use socle::{Contexte, Erreur, Etat, Resultat, identifiant::ReservationId};

use super::{EtatReservation, Fin, Motif, avec_seance, avertir, finir, regles, sieges, table};
use crate::{
    seance::{EtatSeance, Seance},
    webhook::{self, Evenement},
};

/// Kind of the job that ends an offer.
pub const GENRE_OFFRE: &str = "ateliers.offre";

/// Offers every free seat to those who wait, in their order. The séance is locked by the caller.
pub(crate) async fn proposer_les_places(cx: &Contexte, s: &Seance) -> Resultat<()> {
    if s.etat == EtatSeance::Annulee || cx.maintenant >= s.debut {
        return Ok(());
    }
    let mut prises = sieges(cx, s.id).await?;
    if prises.len() >= s.places as usize {
        return Ok(());
    }
    let attente = table::Entity::find()
        .filter(table::Column::SeanceId.eq(s.id))
        .filter(table::Column::Etat.eq(EtatReservation::Attente))
        .order_by_asc(table::Column::CreeLe)
        .order_by_asc(table::Column::Id)
        .all(&cx.db())
        .await?;
    for r in attente {
        let Some(siege) = regles::siege_libre(&prises, s.places, s.places_reservees, r.orientee) else { continue };
        let expire = regles::fin_offre(cx.maintenant, s.debut);
        table::Entity::update_many()
            .set(table::ActiveModel {
                etat: Set(EtatReservation::Proposee),
                siege: Set(Some(siege)),
                expire_le: Set(Some(expire)),
                ..Default::default()
            })
            .filter(table::Column::Id.eq(r.id))
            .exec(&cx.db())
            .await?;
        prises.insert(siege);
        let cle = format!("offre:{}:{}", r.id, expire.timestamp());
        cx.confier(GENRE_OFFRE, serde_json::json!({"reservation": r.id}), Some(cle), Some(expire)).await?;
        let proposee = super::Reservation { etat: EtatReservation::Proposee, ..r.clone() };
        webhook::signaler(cx, Evenement::ReservationChangee, &proposee).await?;
        avertir(cx, &r, Motif::Offre, None).await?;
    }
    Ok(())
}

/// The job that ends an offer nobody answered: the seat goes to the following one.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn expirer(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Charge {
        reservation: ReservationId,
    }
    let c: Charge = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    finir_l_offre(&etat, c.reservation).await.map_err(|e| e.to_string())
}

async fn finir_l_offre(etat: &Etat, id: ReservationId) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let (r, s) = match avec_seance(&cx, id).await {
        Err(Erreur::Introuvable(_)) => return Ok(()),
        autre => autre?,
    };
    if r.etat != EtatReservation::Proposee || r.expire_le.is_none_or(|t| t > cx.maintenant) {
        return Ok(());
    }
    finir(&cx, &r, Fin::Delai).await?;
    avertir(&cx, &r, Motif::DelaiPasse, None).await?;
    proposer_les_places(&cx, &s).await?;
    cx.valider().await
}
