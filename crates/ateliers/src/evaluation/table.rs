use sea_orm::entity::prelude::*;
use socle::identifiant::{DateSeanceId, StructureId, UtilisateurId};

/// The evaluation of a date, on the day: open until it is closed, or the séance is.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evaluation_seance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub date_id: DateSeanceId,
    pub structure_id: StructureId,
    pub ouverte_par: UtilisateurId,
    pub ouverte_le: DateTimeUtc,
    pub fermee_le: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// A secret link to a form.
pub mod lien {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{DateSeanceId, ReservationId};

    use crate::evaluation::Voie;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lien_evaluation")]
    pub struct Model {
        /// SHA-256 of the secret, which is kept nowhere.
        #[sea_orm(primary_key, auto_increment = false)]
        pub empreinte: Vec<u8>,
        pub voie: Voie,
        pub date_id: DateSeanceId,
        pub reservation_id: Option<ReservationId>,
        pub cree_le: DateTimeUtc,
        pub expire_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An answer of the day, until the séance is closed: it becomes then an opinion on the accompaniment.
pub mod reponse {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::DateSeanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reponse_seance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub date_id: DateSeanceId,
        pub rang: i32,
        pub accueil: i32,
        pub utilite: i32,
        pub recommandation: i32,
        /// Sealed.
        pub commentaire: Option<String>,
        pub repondu_le: Date,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who agreed to be asked two weeks later.
pub mod accord {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::ReservationId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accord_evaluation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub reservation_id: ReservationId,
        /// `soi` or `equipe`.
        pub par: String,
        pub cree_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A mail sent two weeks later; one answer each.
pub mod invitation {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{DateSeanceId, ReservationId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invitation_froide")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub reservation_id: ReservationId,
        pub date_id: DateSeanceId,
        pub envoyee_le: DateTimeUtc,
        pub repondue: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An answer two weeks later.
pub mod froide {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::DateSeanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reponse_froide")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub date_id: DateSeanceId,
        pub utilite: i32,
        pub refait: i32,
        pub recommandation: i32,
        /// Sealed.
        pub commentaire: Option<String>,
        pub repondu_le: Date,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A gesture of the sheet, for one person, one date.
pub mod geste {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{DateSeanceId, ReservationId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "geste_seance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub date_id: DateSeanceId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub reservation_id: ReservationId,
        /// Its code in the grid of the diagnostic.
        #[sea_orm(primary_key, auto_increment = false)]
        pub geste: String,
        /// Whether the animator saw it done; none when it was not looked at.
        pub animateur: Option<bool>,
        /// Whether the person says they can; none when they were not asked.
        pub participant: Option<bool>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
