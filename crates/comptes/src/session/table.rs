use sea_orm::entity::prelude::*;
use socle::identifiant::{StructureId, UtilisateurId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// SHA-256 of the cookie.
    #[sea_orm(primary_key, auto_increment = false)]
    pub empreinte: Vec<u8>,
    pub utilisateur_id: UtilisateurId,
    /// The structure worked in; none: the first one.
    pub structure_id: Option<StructureId>,
    pub creee_le: DateTimeUtc,
    pub vue_le: DateTimeUtc,
    pub expire_le: DateTimeUtc,
    /// « Firefox sur Windows ».
    pub appareil: String,
}

impl ActiveModelBehavior for ActiveModel {}
