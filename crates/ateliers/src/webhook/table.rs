use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::identifiant::{StructureId, UtilisateurId};

use super::Evenement;

/// Events kept in one JSON column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Evenements(pub Vec<Evenement>);

/// Another program to tell.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub structure_id: StructureId,
    pub nom: String,
    pub adresse: String,
    /// Sealed: requests are signed with it.
    pub secret: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub evenements: Evenements,
    pub actif: bool,
    pub cree_par: UtilisateurId,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// One thing told.
pub mod livraison {
    use sea_orm::entity::prelude::*;

    use crate::webhook::{EtatLivraison, Evenement};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_livraison")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub webhook_id: Uuid,
        pub evenement: Evenement,
        #[sea_orm(column_type = "JsonBinary")]
        pub charge: Json,
        pub etat: EtatLivraison,
        pub essais: i32,
        /// Of HTTP, the last time.
        pub statut: Option<i32>,
        /// Why it did not arrive, the last time.
        pub erreur: Option<String>,
        pub cree_le: DateTimeUtc,
        pub dernier_le: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
