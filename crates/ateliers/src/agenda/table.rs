use sea_orm::entity::prelude::*;
use socle::identifiant::{EvenementId, LieuId, StructureId, UtilisateurId};

use super::GenreEvenement;

/// A time of a calendar, once or in a series; its occurrences are written one by one.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evenement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EvenementId,
    pub structure_id: StructureId,
    /// Whose time it is.
    pub utilisateur_id: Option<UtilisateurId>,
    /// Where.
    pub lieu_id: Option<LieuId>,
    /// The whole lieu is taken.
    pub salle: bool,
    pub genre: GenreEvenement,
    pub titre: String,
    /// The first day and the time on the wall.
    pub jour: Date,
    pub heure: String,
    /// 0 when it lasts whole days.
    pub duree_minutes: i32,
    /// Whole days; 0 when it lasts minutes.
    pub journees: i32,
    /// RFC 5545, in local time, without start: `FREQ=WEEKLY;BYDAY=MO`.
    pub regle: Option<String>,
    /// The last day the rule was followed to; empty once there is nothing left to follow.
    pub materialise_au: Option<Date>,
    pub version: i32,
    pub cree_par: UtilisateurId,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// One occurrence.
pub mod occurrence {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{EvenementId, OccurrenceId, StructureId};

    use crate::agenda::EtatOccurrence;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "evenement_occurrence")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OccurrenceId,
        pub evenement_id: EvenementId,
        pub structure_id: StructureId,
        /// The day of the rule it stands for.
        pub origine: Date,
        pub jour: Date,
        pub heure: String,
        pub debut: DateTimeUtc,
        pub fin: DateTimeUtc,
        pub etat: EtatOccurrence,
        /// It no longer is when the rule says.
        pub deplacee: bool,
        /// Although something else was there.
        pub force: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A secret address where a calendar is read.
pub mod flux {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{FluxAgendaId, LieuId, StructureId, UtilisateurId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "flux_agenda")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: FluxAgendaId,
        pub structure_id: StructureId,
        pub utilisateur_id: Option<UtilisateurId>,
        pub lieu_id: Option<LieuId>,
        /// SHA-256 of the secret, which is kept nowhere.
        #[sea_orm(unique)]
        pub empreinte: Vec<u8>,
        pub cree_par: UtilisateurId,
        pub cree_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A calendar kept elsewhere.
pub mod externe {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{AgendaExterneId, UtilisateurId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agenda_externe")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AgendaExterneId,
        pub utilisateur_id: UtilisateurId,
        pub nom: String,
        /// Sealed: who holds it reads the calendar. None: a file.
        pub adresse: Option<String>,
        pub lu_le: Option<DateTimeUtc>,
        /// Why the last reading failed.
        pub erreur: Option<String>,
        pub cree_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A time when somebody is busy elsewhere; nothing else is kept of it.
pub mod ailleurs {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{AgendaExterneId, UtilisateurId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "occupe_ailleurs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub agenda_id: AgendaExterneId,
        pub utilisateur_id: UtilisateurId,
        /// Seconds since 1970.
        pub debut_s: i64,
        pub fin_s: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Minutes between two lieux, `de` before `vers`.
pub mod trajet {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{LieuId, StructureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "trajet")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub de: LieuId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub vers: LieuId,
        pub structure_id: StructureId,
        pub minutes: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a structure chose.
pub mod reglage {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::StructureId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reglage_agenda")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub structure_id: StructureId,
        /// Between two communes, when the table does not say.
        pub trajet_minutes: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
