use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "echec_connexion")]
pub struct Model {
    /// SHA-256 of what is counted: no address is stored.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cle: Vec<u8>,
    pub nombre: i32,
    pub dernier_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
