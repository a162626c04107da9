use sea_orm::entity::prelude::*;
use socle::identifiant::{PersonneId, ReservationId, SeanceId, StructureId};

use super::{Canal, EtatReservation, Par};

/// A booking, confirmed, waiting, offered a seat, or ended.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reservation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReservationId,
    pub seance_id: SeanceId,
    pub structure_id: StructureId,
    /// Those of the séance, kept in step by the database: the check on the seat reads it.
    pub places: i32,
    /// The seat held, from 1; one person a seat.
    pub siege: Option<i32>,
    pub etat: EtatReservation,
    /// On the slip: what one says at the desk.
    #[sea_orm(unique)]
    pub code: String,
    pub nom: String,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub canal: Canal,
    pub par: Par,
    /// The file, when the structure follows the person.
    pub personne_id: Option<PersonneId>,
    /// Sent by a partner or a mediator: may take the seats kept for it.
    pub orientee: bool,
    /// Sealed: what helps to receive the person.
    pub besoins: Option<String>,
    /// The same person twice in one séance is one booking; emptied when it ends.
    #[sea_orm(unique)]
    pub cle_contact: Option<Uuid>,
    /// Until when an offer holds.
    pub expire_le: Option<DateTimeUtc>,
    /// How it ended.
    pub fin: Option<String>,
    pub fini_le: Option<DateTimeUtc>,
    /// When a message could not reach the person for good: the team calls, or corrects the contact.
    pub refus_le: Option<DateTimeUtc>,
    /// What is added to the version of the séance in files for calendars: it never goes back from one séance to another.
    pub sequence: i32,
    /// Most dates that were ever told: those that are no longer are taken away.
    pub dates_dites: i32,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// A secret link to one's own booking.
pub mod lien {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::ReservationId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lien_reservation")]
    pub struct Model {
        /// SHA-256 of the secret, which is kept nowhere.
        #[sea_orm(primary_key, auto_increment = false)]
        pub empreinte: Vec<u8>,
        pub reservation_id: ReservationId,
        pub cree_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
