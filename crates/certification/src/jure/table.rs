//! Rows of the register of jurors.

/// A juror.
pub mod jure {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{JureId, StructureId, UtilisateurId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "jure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: JureId,
        pub structure_id: StructureId,
        pub utilisateur_id: Option<UtilisateurId>,
        pub prenom: String,
        pub nom: String,
        pub courriel: Option<String>,
        pub telephone: Option<String>,
        pub employeur: Option<String>,
        pub pratique_annees: Option<i32>,
        pub pratique_quittee_le: Option<Date>,
        pub actif: bool,
        pub version: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A habilitation for a version of a title.
pub mod habilitation {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::JureId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "habilitation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub jure_id: JureId,
        pub version_code: String,
        pub numero: Option<String>,
        pub debut: Date,
        pub fin: Option<Date>,
        pub retiree_le: Option<Date>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A declared tie with a candidate.
pub mod lien {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{CandidatId, JureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lien_jure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub jure_id: JureId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub candidat_id: CandidatId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub nature: super::super::NatureLien,
        pub declare_le: Date,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
