use sea_orm::entity::prelude::*;
use socle::identifiant::{PartenaireId, StructureId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partenaire")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartenaireId,
    pub structure_id: StructureId,
    pub nom: String,
    pub cle_tri: String,
    pub nature: super::Nature,
    pub contact: Option<String>,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub adresse: Option<String>,
    pub description: Option<String>,
    pub actif: bool,
    pub version: i32,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
