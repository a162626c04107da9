use sea_orm::entity::prelude::*;
use socle::identifiant::StructureId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "structure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StructureId,
    pub nom: String,
    pub cle_tri: String,
    pub accent: Option<String>,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub adresse: Option<String>,
    /// INSEE code, kept as text: communes merge and an old code must stay readable.
    pub commune: Option<String>,
    /// Months without activity after which a person's file is erased.
    pub conservation_mois: i32,
    pub version: i32,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
