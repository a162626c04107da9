use sea_orm::entity::prelude::*;
use socle::identifiant::{LieuId, StructureId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lieu")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LieuId,
    pub structure_id: StructureId,
    pub nom: String,
    pub cle_tri: String,
    pub adresse: Option<String>,
    /// INSEE code.
    pub commune: Option<String>,
    pub actif: bool,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
