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

/// A signature for a half-day.
pub mod signature {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{DateSeanceId, ReservationId};

    use crate::presence::{NatureSignature, regles::DemiJournee};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signature_presence")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub date_id: DateSeanceId,
        pub reservation_id: ReservationId,
        pub demi_journee: DemiJournee,
        pub nature: NatureSignature,
        /// Sealed: an SVG path, or a name.
        pub trace: String,
        pub signe_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
