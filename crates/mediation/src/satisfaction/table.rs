use sea_orm::entity::prelude::*;
use socle::identifiant::{AccompagnementId, DemandeAvisId, StructureId, UtilisateurId};

/// What is asked after one accompaniment: as many answers as there were people, at most.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "demande_avis")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DemandeAvisId,
    #[sea_orm(unique)]
    pub accompagnement_id: AccompagnementId,
    pub structure_id: StructureId,
    /// The day of the accompaniment, kept in step with it: figures read it without the activity.
    pub date: Date,
    /// Answers accepted at most.
    pub places: i32,
    pub demande_par: UtilisateurId,
    pub cree_le: DateTimeUtc,
    /// When a mail was asked for: one at most.
    pub courriel_le: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// A secret link to the form; several may lead to one request.
pub mod lien {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::DemandeAvisId;

    use crate::satisfaction::Moyen;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lien_avis")]
    pub struct Model {
        /// SHA-256 of the secret, which is kept nowhere.
        #[sea_orm(primary_key, auto_increment = false)]
        pub empreinte: Vec<u8>,
        pub demande_id: DemandeAvisId,
        pub moyen: Moyen,
        pub cree_le: DateTimeUtc,
        pub expire_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An answer. The database itself refuses one too many: `rang` is between 1 and the places of the request.
pub mod avis {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::DemandeAvisId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "avis")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub demande_id: DemandeAvisId,
        pub rang: i32,
        pub places: i32,
        pub accueil: i32,
        pub utilite: i32,
        pub recommandation: i32,
        /// Sealed.
        pub commentaire: Option<String>,
        /// The day, not the hour: who answered is not to be found again by it.
        pub repondu_le: Date,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
