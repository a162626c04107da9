use sea_orm::entity::prelude::*;
use socle::identifiant::{CandidatId, DocumentId, JureId, SessionExamenId, StructureId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_certification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    pub structure_id: StructureId,
    pub candidat_id: Option<CandidatId>,
    pub session_id: Option<SessionExamenId>,
    pub nature: String,
    pub numero: String,
    pub code_verification: String,
    pub version_code: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub unites: Json,
    pub etat: String,
    pub emis_le: Date,
    pub retire_le: Option<Date>,
    pub motif_retrait: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub contenu: Json,
    pub empreinte: String,
    pub version: i32,
    /// Ids of the decisions it proves; none: it proves none, or was issued before they were kept.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub decisions: Option<Json>,
    /// The member of a jury it invites.
    pub jure_id: Option<JureId>,
}

impl ActiveModelBehavior for ActiveModel {}

/// A public key that signs badges, as every node knows it: its private part is in a file, never here.
pub mod cle {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cle_badge")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub cle_publique: String,
        pub depuis: DateTimeUtc,
        /// None for the one key in service.
        pub remplacee_le: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The badge of a document, as last given.
pub mod badge {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::DocumentId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "badge")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: DocumentId,
        /// Its place in the lists of withdrawals; never used again.
        #[sea_orm(unique)]
        pub rang: i32,
        pub cle_id: String,
        pub credential: String,
        pub emis_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
