use sea_orm::entity::prelude::*;
use socle::identifiant::{FicheAtelierId, StructureId, UtilisateurId};

use super::Contenu;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fiche_atelier")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FicheAtelierId,
    pub structure_id: StructureId,
    pub cle_tri: String,
    /// What a search looks in: folded words, then one mark a thematique.
    pub recherche: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub contenu: Contenu,
    /// Code of the shipped sheet, or id of the sheet, this one was copied from.
    pub origine: Option<String>,
    /// Read and copied by the other structures of the instance.
    pub partagee: bool,
    pub archivee_le: Option<DateTimeUtc>,
    pub version: i32,
    /// Who wrote this version.
    pub auteur_id: UtilisateurId,
    pub cree_le: DateTimeUtc,
    pub modifie_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// A version that another replaced.
pub mod version {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{FicheAtelierId, UtilisateurId};

    use crate::fiche::Contenu;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "fiche_atelier_version")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub fiche_id: FicheAtelierId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        #[sea_orm(column_type = "JsonBinary")]
        pub contenu: Contenu,
        pub auteur_id: UtilisateurId,
        pub ecrite_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
