use sea_orm::entity::prelude::*;
use socle::identifiant::PersonneId;

use crate::nomenclatures::{Besoins, Genre, Statut, TrancheAge};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "personne")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonneId,
    pub prenom: Option<String>,
    pub nom: Option<String>,
    pub surnom: Option<String>,
    /// Folded « nom prenom », to sort alike on both databases.
    pub cle_tri: String,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub date_naissance: Option<Date>,
    pub annee_naissance: Option<i32>,
    /// Declared band; it wins over the year of birth.
    pub tranche_age: Option<TrancheAge>,
    pub genre: Option<Genre>,
    pub statut: Option<Statut>,
    /// INSEE code.
    pub commune: Option<String>,
    pub langue: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub besoins: Besoins,
    pub amenagements: Option<String>,
    pub notes: Option<String>,
    pub version: i32,
    pub cree_le: DateTimeUtc,
    pub modifie_le: DateTimeUtc,
    /// Erased: only age band, genre and statut remain, for figures.
    pub efface_le: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Which structures follow which people.
pub mod suivi {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{ConsentementId, PersonneId, StructureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "suivi")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub structure_id: StructureId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub personne_id: PersonneId,
        pub depuis: DateTimeUtc,
        /// The consent to share, for a structure that did not create the file.
        pub consentement_id: Option<ConsentementId>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Search keys of a person, per structure that follows.
pub mod cle {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{PersonneId, StructureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "personne_cle")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub structure_id: StructureId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub cle: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub personne_id: PersonneId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Consents given by people.
pub mod consentement {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{ConsentementId, PersonneId, StructureId, UtilisateurId};

    use crate::nomenclatures::Finalite;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "consentement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ConsentementId,
        pub personne_id: PersonneId,
        pub structure_id: StructureId,
        pub finalite: Finalite,
        pub destinataire_id: Option<StructureId>,
        pub donne_le: Date,
        pub retire_le: Option<Date>,
        pub recueilli_par: Option<UtilisateurId>,
        pub maniere: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
