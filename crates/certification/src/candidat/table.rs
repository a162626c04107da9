use sea_orm::entity::prelude::*;
use socle::identifiant::{CandidatId, StructureId, UtilisateurId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "candidat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CandidatId,
    pub structure_id: StructureId,
    /// The account by which they follow their file.
    pub utilisateur_id: Option<UtilisateurId>,
    pub prenom: String,
    pub nom: String,
    pub cle_tri: String,
    pub date_naissance: Option<Date>,
    pub courriel: Option<String>,
    pub telephone: Option<String>,
    pub employeur: Option<String>,
    pub version: i32,
    pub cree_le: DateTimeUtc,
    pub efface_le: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
