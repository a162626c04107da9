use sea_orm::entity::prelude::*;
use socle::identifiant::{DiagnosticId, ParcoursId, PersonneId, StructureId, UtilisateurId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "parcours")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ParcoursId,
    pub structure_id: StructureId,
    pub personne_id: PersonneId,
    pub mediateur_id: UtilisateurId,
    pub diagnostic_id: Option<DiagnosticId>,
    pub ouvert_le: Date,
    pub clos_le: Option<Date>,
    /// Grows with each change of the plan, of its objectives or of its steps.
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}

/// Objectives, in the person's words.
pub mod objectif {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{ObjectifId, ParcoursId, StructureId};

    use crate::parcours::StatutObjectif;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "objectif")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ObjectifId,
        pub parcours_id: ParcoursId,
        pub structure_id: StructureId,
        pub libelle: String,
        pub statut: StatutObjectif,
        /// The day it was closed; none while it is under way.
        pub evalue_le: Option<Date>,
        pub ordre: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Steps.
pub mod etape {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{EtapeId, ParcoursId, StructureId};

    use crate::parcours::{NatureEtape, StatutEtape};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "etape")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: EtapeId,
        pub parcours_id: ParcoursId,
        pub structure_id: StructureId,
        pub nature: NatureEtape,
        pub libelle: String,
        pub prevue_le: Option<Date>,
        /// `14:30`, in France.
        pub heure: Option<String>,
        pub statut: StatutEtape,
        pub faite_le: Option<Date>,
        pub ordre: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
