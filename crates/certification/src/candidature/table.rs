use sea_orm::entity::prelude::*;
use socle::identifiant::{CandidatId, CandidatureId, StructureId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "candidature")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CandidatureId,
    pub candidat_id: CandidatId,
    pub structure_id: StructureId,
    pub version_code: String,
    pub voie: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub origines: Json,
    pub etat: String,
    pub deposee_le: Option<Date>,
    pub formation_debut: Option<Date>,
    pub formation_fin: Option<Date>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub contrat: Option<Json>,
    pub version: i32,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Each passage from a state to the next, with its reasons: append-only.
pub mod etape {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::CandidatureId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "candidature_etape")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub candidature_id: CandidatureId,
        pub quand: DateTimeUtc,
        pub jour: Date,
        pub par: Option<Uuid>,
        pub action: String,
        pub de: String,
        pub vers: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub motifs: Json,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
