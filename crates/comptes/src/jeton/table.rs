use sea_orm::entity::prelude::*;
use socle::{droits::Portee, identifiant::UtilisateurId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jeton")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub utilisateur_id: UtilisateurId,
    /// What it is for, in its owner's words.
    pub nom: String,
    /// SHA-256 of the token.
    #[sea_orm(unique)]
    pub empreinte: Vec<u8>,
    pub portee: Portee,
    pub expire_le: Option<DateTimeUtc>,
    pub revoque_le: Option<DateTimeUtc>,
    pub utilise_le: Option<DateTimeUtc>,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
