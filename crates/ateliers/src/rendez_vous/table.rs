use sea_orm::entity::prelude::*;
use socle::identifiant::{LieuId, MotifId, PersonneId, RendezVousId, StructureId, UtilisateurId};

use super::EtatRendezVous;
use crate::reservation::{Canal, Par};

/// An appointment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rendez_vous")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RendezVousId,
    pub structure_id: StructureId,
    pub motif_id: MotifId,
    /// Who receives.
    pub utilisateur_id: UtilisateurId,
    pub lieu_id: Option<LieuId>,
    pub debut: DateTimeUtc,
    pub fin: DateTimeUtc,
    pub etat: EtatRendezVous,
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
    /// Sealed: what helps to receive the person.
    pub besoins: Option<String>,
    /// Who ended it: the person, or the team.
    pub fini_par: Option<String>,
    pub fini_le: Option<DateTimeUtc>,
    /// How many times it was moved or cancelled: other calendars take the greatest.
    pub sequence: i32,
    /// When a message could not reach the person for good: the team calls, or corrects the contact.
    pub refus_le: Option<DateTimeUtc>,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// A secret link to one's own appointment.
pub mod lien {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::RendezVousId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lien_rendez_vous")]
    pub struct Model {
        /// SHA-256 of the secret, which is kept nowhere.
        #[sea_orm(primary_key, auto_increment = false)]
        pub empreinte: Vec<u8>,
        pub rendez_vous_id: RendezVousId,
        pub cree_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What one takes an appointment for.
pub mod motif {
    use sea_orm::{FromJsonQueryResult, entity::prelude::*};
    use serde::{Deserialize, Serialize};
    use socle::identifiant::{MotifId, StructureId, UtilisateurId};

    use crate::rendez_vous::Maniere;

    /// Accounts kept in one JSON column.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
    pub struct Mediateurs(pub Vec<UtilisateurId>);

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "motif_rendez_vous")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MotifId,
        pub structure_id: StructureId,
        pub libelle: String,
        /// Read by the public.
        pub description: Option<String>,
        pub duree_minutes: i32,
        pub maniere: Maniere,
        /// Anybody may take it.
        pub publie: bool,
        /// No later than so many hours before.
        pub delai_heures: i32,
        /// No earlier than so many days before.
        pub horizon_jours: i32,
        /// Who receives for it; nobody: all those who have hours.
        #[sea_orm(column_type = "JsonBinary")]
        pub mediateurs: Mediateurs,
        pub actif: bool,
        pub version: i32,
        pub cree_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Hours of a week when a mediator receives.
pub mod plage {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{LieuId, PlageId, StructureId, UtilisateurId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plage")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PlageId,
        pub structure_id: StructureId,
        pub utilisateur_id: UtilisateurId,
        pub lieu_id: Option<LieuId>,
        /// 1 is Monday.
        pub jour: i32,
        pub debut: String,
        pub fin: String,
        pub du: Date,
        /// Included; none: from then on.
        pub au: Option<Date>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// One day of hours that is closed, or held at another time.
pub mod exception {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{PlageId, StructureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plage_exception")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub plage_id: PlageId,
        /// The day of the week it stands for.
        #[sea_orm(primary_key, auto_increment = false)]
        pub origine: Date,
        pub structure_id: StructureId,
        /// When they are held instead; all three, or none: closed that day.
        pub jour: Option<Date>,
        pub debut: Option<String>,
        pub fin: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
