use sea_orm::entity::prelude::*;
use socle::identifiant::UtilisateurId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reinitialisation")]
pub struct Model {
    /// SHA-256 of the secret in the link.
    #[sea_orm(primary_key, auto_increment = false)]
    pub empreinte: Vec<u8>,
    pub utilisateur_id: UtilisateurId,
    pub cree_le: DateTimeUtc,
    pub expire_le: DateTimeUtc,
    pub utilise_le: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
