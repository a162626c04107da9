/// Files announced as soon erased.
pub mod annonce {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{PersonneId, StructureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "annonce_effacement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub structure_id: StructureId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub personne_id: PersonneId,
        pub annoncee_le: Date,
        /// The day from which the file is erased.
        pub echeance: Date,
        /// The last activity known when it was announced.
        pub activite: Date,
        /// When that day ended, in France: what happened later cancels.
        pub activite_fin: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Files that somebody keeps longer.
pub mod prolongation {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{PersonneId, StructureId, UtilisateurId};

    use crate::conservation::MotifGarde;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "prolongation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub structure_id: StructureId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub personne_id: PersonneId,
        pub jusqu_au: Date,
        pub motif: MotifGarde,
        pub decidee_par: UtilisateurId,
        pub decidee_le: Date,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
