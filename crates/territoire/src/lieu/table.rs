use sea_orm::entity::prelude::*;
use socle::identifiant::{LieuId, StructureId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
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
    /// Its own place, in degrees (WGS 84), both or none; else that of its commune stands for it.
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub actif: bool,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
