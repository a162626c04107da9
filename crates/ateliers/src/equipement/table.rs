use sea_orm::entity::prelude::*;
use socle::identifiant::{EquipementId, LieuId, StructureId};

use super::EtatEquipement;

/// Something a workshop takes with it, of which there are some.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "equipement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EquipementId,
    pub structure_id: StructureId,
    pub nom: String,
    pub quantite: i32,
    /// Where it stays; none: it travels.
    pub lieu_id: Option<LieuId>,
    pub etat: EtatEquipement,
    /// Where it is kept, its number.
    pub precision: Option<String>,
    /// Off the register; kept for the séances that had it.
    pub retire_le: Option<DateTimeUtc>,
    pub version: i32,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// How many of it a séance reserves, at each of its dates.
pub mod reserve {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{EquipementId, SeanceId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "seance_equipement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seance_id: SeanceId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub equipement_id: EquipementId,
        pub quantite: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
