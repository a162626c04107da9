use sea_orm::entity::prelude::*;
use socle::identifiant::LieuId;

/// Hours when a lieu is open, one line a half day.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "horaire_lieu")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub lieu_id: LieuId,
    /// 1 is Monday.
    #[sea_orm(primary_key, auto_increment = false)]
    pub jour: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub debut: String,
    pub fin: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// Days when it is closed.
pub mod fermeture {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{FermetureId, LieuId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "fermeture_lieu")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: FermetureId,
        pub lieu_id: LieuId,
        pub du: Date,
        /// Included.
        pub au: Date,
        pub motif: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
