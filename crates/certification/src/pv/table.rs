//! Rows of minutes: none ever changes.

/// The minutes, frozen.
pub mod pv {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::SessionExamenId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "pv")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: SessionExamenId,
        #[sea_orm(column_type = "JsonBinary")]
        pub contenu: Json,
        pub empreinte: String,
        pub fige_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A signature, bound to the hash of what was shown.
pub mod pv_signature {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{JureId, SessionExamenId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pv_signature")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: SessionExamenId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub jure_id: JureId,
        pub signe_le: DateTimeUtc,
        pub nature: super::super::NatureSignature,
        #[sea_orm(column_type = "Text")]
        pub trace: String,
        pub empreinte: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What happened to the minutes since.
pub mod pv_suite {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{SessionExamenId, UtilisateurId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pv_suite")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: SessionExamenId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub etape: super::super::Etape,
        pub jour: Date,
        pub par: Option<UtilisateurId>,
        pub numero: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
