use sea_orm::entity::prelude::*;

/// Shipped with the program.
pub const LIVREE: &str = "livree";
/// Brought by a centre.
pub const IMPORTEE: &str = "importee";

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "titre_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub titre: String,
    pub intitule: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub contenu: Json,
    pub empreinte: String,
    pub origine: String,
    pub importee_par: Option<Uuid>,
    pub importee_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
