use sea_orm::entity::prelude::*;
use socle::{
    Role,
    identifiant::{StructureId, UtilisateurId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fonction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub utilisateur_id: UtilisateurId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub structure_id: StructureId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub role: Role,
}

impl ActiveModelBehavior for ActiveModel {}
