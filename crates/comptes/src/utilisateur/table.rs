use sea_orm::entity::prelude::*;
use socle::identifiant::UtilisateurId;

#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
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
    /// Argon2id, in PHC form; none until the person has chosen one.
    pub mot_de_passe: Option<String>,
    /// Keeps the instance.
    pub administrateur: bool,
    pub actif: bool,
    pub cree_le: DateTimeUtc,
    pub version: i32,
}

/// Without the password's hash: it never goes into a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Utilisateur").field("id", &self.id).field("actif", &self.actif).finish_non_exhaustive()
    }
}

impl ActiveModelBehavior for ActiveModel {}
