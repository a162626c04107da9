use sea_orm::entity::prelude::*;
use socle::identifiant::{AccompagnementId, LieuId, StructureId, UtilisateurId};

use crate::nomenclatures::{Autonomie, LieuType, Niveau, TypeActivite};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accompagnement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccompagnementId,
    pub structure_id: StructureId,
    pub mediateur_id: UtilisateurId,
    pub type_activite: TypeActivite,
    pub date: Date,
    pub duree_minutes: i32,
    pub lieu_type: LieuType,
    pub lieu_id: Option<LieuId>,
    /// INSEE code.
    pub commune: Option<String>,
    pub autonomie: Option<Autonomie>,
    pub titre: Option<String>,
    pub niveau: Option<Niveau>,
    pub notes: Option<String>,
    /// How many rows of `participation`.
    pub nommes: i32,
    /// How many anonymous participants.
    pub anonymes: i32,
    pub version: i32,
    pub cree_le: DateTimeUtc,
    pub modifie_le: DateTimeUtc,
    /// Removed from lists and figures; can be put back.
    pub supprime_le: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Who was present, by name.
pub mod participation {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{AccompagnementId, PersonneId, StructureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "participation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub accompagnement_id: AccompagnementId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub personne_id: PersonneId,
        pub structure_id: StructureId,
        pub date: Date,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Thématiques, démarches and materials.
pub mod code {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::AccompagnementId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accompagnement_code")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub accompagnement_id: AccompagnementId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub axe: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Declared totals of anonymous participants.
pub mod anonyme {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::AccompagnementId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accompagnement_anonyme")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub accompagnement_id: AccompagnementId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub axe: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub nombre: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
