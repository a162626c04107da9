use sea_orm::entity::prelude::*;
use socle::identifiant::{LieuId, StructureId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agrement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub structure_id: StructureId,
    pub lieu_id: LieuId,
    pub version_code: String,
    pub numero: Option<String>,
    pub debut: Date,
    pub fin: Option<Date>,
    pub retire_le: Option<Date>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub ccs: Option<Json>,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
