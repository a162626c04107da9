use sea_orm::entity::prelude::*;
use socle::identifiant::{DateSeanceId, ReservationId};

use super::EtatPresence;

/// Whether somebody came, one date.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seance_presence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub date_id: DateSeanceId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub reservation_id: ReservationId,
    pub etat: EtatPresence,
}

impl ActiveModelBehavior for ActiveModel {}
