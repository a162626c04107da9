//! Who booked is forgotten, some time after.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use socle::{Contexte, Etat, Resultat, creation, identifiant::ReservationId};

use super::table::{self, lien};

/// How long after a séance the bookings keep a name.
pub const CONSERVATION: TimeDelta = TimeDelta::days(90);

/// Name of the periodic work that forgets who booked.
pub const GENRE_PURGE: &str = "ateliers.purge";

/// Forgets who booked, ninety days after: numbers stay, names, contacts and secret links go.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn purger(etat: Etat, _: serde_json::Value) -> Result<(), String> {
    oublier(&etat).await.map_err(|e| e.to_string())
}

async fn oublier(etat: &Etat) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let avant: DateTime<Utc> = cx.maintenant - CONSERVATION;
    let anciennes = || {
        sea_orm::sea_query::Query::select()
            .column("id")
            .from("seance")
            .and_where(sea_orm::ExprTrait::lt(Expr::col("fin"), avant))
            .to_owned()
    };
    let ids: Vec<ReservationId> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::SeanceId.in_subquery(anciennes()))
        .filter(table::Column::Nom.ne(""))
        .limit(5000)
        .into_tuple()
        .all(&cx.db())
        .await?;
    lien::Entity::delete_many().filter(lien::Column::ReservationId.is_in(ids.iter().copied())).exec(&cx.db()).await?;
    table::Entity::update_many()
        .set(table::ActiveModel {
            nom: Set(String::new()),
            telephone: Set(None),
            courriel: Set(None),
            besoins: Set(None),
            cle_contact: Set(None),
            ..Default::default()
        })
        .filter(table::Column::Id.is_in(ids.iter().copied()))
        .exec(&cx.db())
        .await?;
    crate::webhook::oublier(&cx).await?;
    creation::oublier(&cx, ids.iter().map(|i| i.0)).await?;
    cx.valider().await
}
