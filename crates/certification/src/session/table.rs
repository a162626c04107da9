//! Rows of exam sessions.

use std::collections::BTreeMap;

use certification_regles::acquis::Origine;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// Units presented, with where the candidate comes from for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Origines(pub BTreeMap<String, Origine>);

/// A list of texts: units, witnesses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Textes(pub Vec<String>);

/// A session.
pub mod session_examen {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{LieuId, SessionExamenId, StructureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session_examen")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SessionExamenId,
        pub structure_id: StructureId,
        pub lieu_id: LieuId,
        pub version_code: String,
        pub type_session: String,
        pub ccs: Option<String>,
        pub etat: String,
        pub premier_jour: Date,
        pub dernier_jour: Date,
        pub declaree_le: Option<Date>,
        pub convoquee_le: Option<Date>,
        pub motif_annulation: Option<String>,
        pub version: i32,
        pub cree_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A day of a session.
pub mod session_jour {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::SessionExamenId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session_jour")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: SessionExamenId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub jour: Date,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A member of the jury of a session.
pub mod session_jure {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{JureId, SessionExamenId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session_jure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: SessionExamenId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub jure_id: JureId,
        pub preside: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whether a member came, each day.
pub mod presence_jure {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{JureId, SessionExamenId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "presence_jure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: SessionExamenId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub jure_id: JureId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub jour: Date,
        pub present: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A candidate registered in a session.
pub mod passage {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{CandidatId, CandidatureId, PassageId, SessionExamenId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "passage")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PassageId,
        pub session_id: SessionExamenId,
        pub candidature_id: CandidatureId,
        pub candidat_id: CandidatId,
        #[sea_orm(column_type = "JsonBinary")]
        pub origines: super::Origines,
        pub jour: Date,
        pub heure: Option<String>,
        pub duree_minutes: Option<i32>,
        pub salle: Option<String>,
        pub presence: super::super::Presence,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub accordees: Option<super::Textes>,
        pub titre_propose: bool,
        pub entretien_favorable: Option<bool>,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub deliberation: Option<Json>,
        pub version: i32,
        pub actif: bool,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub motifs: Option<Json>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a member noted of a competence by an evidence.
pub mod grille_ligne {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{JureId, PassageId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grille_ligne")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub passage_id: PassageId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub jure_id: JureId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub epreuve: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub competence: String,
        pub resultat: super::super::Note,
        #[sea_orm(column_type = "Text", nullable)]
        pub observation: Option<String>,
        pub modifie_le: DateTimeUtc,
        pub id: Option<Uuid>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An incident, a fraud report, an appeal.
pub mod incident_session {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{PassageId, SessionExamenId, UtilisateurId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "incident_session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub session_id: SessionExamenId,
        pub passage_id: Option<PassageId>,
        pub nature: super::super::NatureIncident,
        pub quand: DateTimeUtc,
        pub par: Option<UtilisateurId>,
        #[sea_orm(column_type = "Text")]
        pub recit: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub temoins: super::Textes,
        #[sea_orm(column_type = "Text", nullable)]
        pub suite: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
