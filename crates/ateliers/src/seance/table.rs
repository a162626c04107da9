use mediation::nomenclatures::{Niveau, Thematique};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::identifiant::{LieuId, PartenaireId, SeanceId, StructureId, UtilisateurId};

use super::{EtatSeance, GenreLieu};

/// Thematiques kept in one JSON column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Thematiques(pub Vec<Thematique>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SeanceId,
    pub structure_id: StructureId,
    /// The sheet it was programmed from: an id, or the code of a shipped one.
    pub fiche: Option<String>,
    pub fiche_version: i32,
    pub titre: String,
    pub resume: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub thematiques: Thematiques,
    pub niveau: Niveau,
    pub animateur_id: UtilisateurId,
    pub co_animateur_id: Option<UtilisateurId>,
    pub co_partenaire_id: Option<PartenaireId>,
    pub lieu_genre: GenreLieu,
    pub lieu_id: Option<LieuId>,
    pub partenaire_id: Option<PartenaireId>,
    pub lieu_texte: Option<String>,
    /// INSEE code.
    pub commune: Option<String>,
    pub places: i32,
    /// Of which, kept for people sent by a partner or a mediator.
    pub places_reservees: i32,
    /// Under so many bookings, it is cancelled; 0: never.
    pub seuil: i32,
    /// So many hours before.
    pub seuil_heures: i32,
    pub ouverture_le: Option<DateTimeUtc>,
    /// When bookings close; the start, if not told.
    pub fermeture_le: Option<DateTimeUtc>,
    /// On the public programme.
    pub publiee: bool,
    /// What is prepared this time.
    pub adaptations: Option<String>,
    pub etat: EtatSeance,
    pub motif_annulation: Option<String>,
    /// The first instant and the last, of all its dates.
    pub debut: DateTimeUtc,
    pub fin: DateTimeUtc,
    pub version: i32,
    pub cree_par: UtilisateurId,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// One date of a séance.
pub mod date {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{AccompagnementId, DateSeanceId, SeanceId, StructureId};

    use crate::seance::EtatDate;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "seance_date")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DateSeanceId,
        pub seance_id: SeanceId,
        pub structure_id: StructureId,
        pub rang: i32,
        /// The day and the time on the wall, as typed.
        pub jour: Date,
        pub heure: String,
        pub fuseau: String,
        pub debut: DateTimeUtc,
        pub fin: DateTimeUtc,
        pub etat: EtatDate,
        /// People present that nobody named.
        pub anonymes: i32,
        /// What it was recorded as, once closed.
        #[sea_orm(unique)]
        pub accompagnement_id: Option<AccompagnementId>,
        pub close_le: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A line of the equipment list.
pub mod materiel {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::SeanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "seance_materiel")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seance_id: SeanceId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub rang: i32,
        pub libelle: String,
        pub pret: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who, or which room, is taken, and when. The database refuses two at once, unless forced.
pub mod occupation {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{DateSeanceId, LieuId, OccurrenceId, RendezVousId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "occupation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// What it is taken for: one of these three.
        pub date_id: Option<DateSeanceId>,
        pub occurrence_id: Option<OccurrenceId>,
        pub rendez_vous_id: Option<RendezVousId>,
        /// `animateur` or `lieu`.
        pub genre: String,
        pub ressource: Uuid,
        /// Seconds since 1970.
        pub debut_s: i64,
        pub fin_s: i64,
        pub force: bool,
        /// Where the person is then, for the way to what follows.
        pub lieu_id: Option<LieuId>,
        /// INSEE code.
        pub commune: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
