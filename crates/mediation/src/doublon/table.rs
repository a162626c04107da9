use sea_orm::entity::prelude::*;
use socle::identifiant::{PersonneId, StructureId, UtilisateurId};

/// One merge of two files.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fusion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub structure_id: StructureId,
    pub gardee_id: PersonneId,
    pub absorbee_id: PersonneId,
    pub par: Option<UtilisateurId>,
    pub fusionnee_le: DateTimeUtc,
    pub annulable_jusqu_au: DateTimeUtc,
    /// Undone, or no longer to be undone: the file absorbed is erased.
    pub soldee_le: Option<DateTimeUtc>,
    pub annulee: bool,
    /// What the merge changed in the file kept, and who followed the other: forgotten once settled.
    pub retour: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Two files said to be two people.
pub mod ecarte {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{PersonneId, StructureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "doublon_ecarte")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub structure_id: StructureId,
        /// The lesser of the two ids.
        #[sea_orm(primary_key, auto_increment = false)]
        pub un_id: PersonneId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub autre_id: PersonneId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
