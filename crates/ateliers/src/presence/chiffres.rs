//! Figures by workshop: which ones work.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use serde::Serialize;
use socle::{
    Contexte, Permission,
    identifiant::{DateSeanceId, SeanceId},
};

use crate::{
    reservation::{EtatReservation, table as reservations},
    seance::{
        EtatDate,
        table::{self as seances, date},
    },
};

/// What became of a workshop over twelve months.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ResultatAtelier)]
pub struct Resultat {
    pub titre: String,
    /// Dates that took place.
    pub seances: i64,
    /// Seats offered at these dates.
    pub places: i64,
    /// Bookings confirmed for these dates.
    pub inscrits: i64,
    /// Of those, who came.
    pub venus: i64,
    /// All who came, without booking or without a name too.
    pub presents: i64,
    /// Who waited and had no seat.
    pub en_attente: i64,
}

/// Figures of the last twelve months, by title, the most filled first. Dates closed alone.
pub async fn resultats(cx: &Contexte) -> socle::Resultat<Vec<Resultat>> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let dates = date::Entity::find()
        .filter(date::Column::StructureId.eq(structure))
        .filter(date::Column::Etat.eq(EtatDate::Close))
        .filter(date::Column::Debut.gt(cx.maintenant - TimeDelta::days(365)))
        .order_by_desc(date::Column::Debut)
        .limit(3000)
        .all(&cx.db())
        .await?;
    let ids: Vec<DateSeanceId> = dates.iter().map(|d| d.id).collect();
    let sids: Vec<SeanceId> = dates.iter().map(|d| d.seance_id).collect();
    let presents = super::presents_par_date(cx, &ids).await?;
    let venus = venus_par_date(cx, &ids).await?;
    let compte: Vec<(SeanceId, EtatReservation, i64)> = reservations::Entity::find()
        .select_only()
        .column(reservations::Column::SeanceId)
        .column(reservations::Column::Etat)
        .column_as(reservations::Column::Id.count(), "n")
        .filter(reservations::Column::SeanceId.is_in(sids.iter().copied()))
        .group_by(reservations::Column::SeanceId)
        .group_by(reservations::Column::Etat)
        .into_tuple()
        .all(&cx.db())
        .await?;
    let combien = |s: SeanceId, e: EtatReservation| compte.iter().find(|(x, y, _)| *x == s && *y == e).map_or(0, |(_, _, n)| *n);
    let lignes: HashMap<SeanceId, seances::Model> =
        seances::Entity::find().filter(seances::Column::Id.is_in(sids)).all(&cx.db()).await?.into_iter().map(|s| (s.id, s)).collect();
    let mut par_titre: BTreeMap<String, Resultat> = BTreeMap::new();
    for d in dates {
        let Some(s) = lignes.get(&d.seance_id) else { continue };
        let r = par_titre.entry(s.titre.clone()).or_insert_with(|| Resultat { titre: s.titre.clone(), ..Resultat::default() });
        r.seances += 1;
        r.places += i64::from(s.places);
        r.inscrits += combien(s.id, EtatReservation::Confirmee);
        r.venus += venus.get(&d.id).copied().unwrap_or(0);
        r.presents += presents.get(&d.id).copied().unwrap_or(0) + i64::from(d.anonymes);
        // Once a séance, not once a date.
        if d.rang == 1 {
            r.en_attente += combien(s.id, EtatReservation::Attente);
        }
    }
    let mut v: Vec<Resultat> = par_titre.into_values().collect();
    v.sort_by_key(|r| (-(r.presents * 1000 / std::cmp::Ord::max(r.places, 1)), r.titre.clone()));
    Ok(v)
}

/// Of those who booked, how many came, by date.
async fn venus_par_date(cx: &Contexte, ids: &[DateSeanceId]) -> socle::Resultat<HashMap<DateSeanceId, i64>> {
    let reserves = sea_orm::sea_query::Query::select()
        .column("id")
        .from("reservation")
        .and_where(sea_orm::ExprTrait::eq(Expr::col("etat"), "confirmee"))
        .to_owned();
    let lignes: Vec<(DateSeanceId, i64)> = super::table::Entity::find()
        .select_only()
        .column(super::table::Column::DateId)
        .column_as(super::table::Column::ReservationId.count(), "n")
        .filter(super::table::Column::DateId.is_in(ids.iter().copied()))
        .filter(super::table::Column::Etat.eq(super::EtatPresence::Present))
        .filter(super::table::Column::ReservationId.in_subquery(reserves))
        .group_by(super::table::Column::DateId)
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(lignes.into_iter().collect())
}
