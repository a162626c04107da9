use sea_orm::entity::prelude::*;
use socle::identifiant::UtilisateurId;

use crate::mot_de_passe::Phc;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "utilisateur")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UtilisateurId,
    /// As typed.
    pub email: String,
    /// In lower case: what makes two addresses one account.
    #[sea_orm(unique)]
    pub email_plie: String,
    pub nom: String,
    /// None until the person has chosen one.
    pub mot_de_passe: Option<Phc>,
    /// Keeps the instance.
    pub administrateur: bool,
    pub actif: bool,
    pub cree_le: DateTimeUtc,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
