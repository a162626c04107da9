//! Identifiers: newtypes over UUID, so that a person's id cannot be passed for a structure's.
//!
//! A record's id is a UUIDv7 made by the server ([`crate::horloge::Horloge::nouvel_uuid`]) or by the
//! client, which makes a repeated creation one record (see [`crate::creation`]).

use sea_orm::{DbErr, TryFromU64, prelude::Uuid};

macro_rules! identifiants {
    ($($(#[$doc:meta])* $nom:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
                 serde::Serialize, serde::Deserialize, sea_orm::DeriveValueType, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $nom(pub Uuid);

        impl std::fmt::Display for $nom {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $nom {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> { Uuid::parse_str(s).map(Self) }
        }
        impl From<Uuid> for $nom { fn from(u: Uuid) -> Self { Self(u) } }
        impl From<$nom> for Uuid { fn from(i: $nom) -> Self { i.0 } }
        impl TryFromU64 for $nom {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> { Err(DbErr::ConvertFromU64(stringify!($nom))) }
        }
    )+};
}

identifiants! {
    /// A structure: the organisation that employs mediators or receives the public.
    StructureId,
    /// A lieu: a place where a structure receives.
    LieuId,
    /// A user account.
    UtilisateurId,
    /// A partner of a structure's directory.
    PartenaireId,
    /// A person received.
    PersonneId,
    /// One reception.
    AccueilId,
    /// One shared diagnostic.
    DiagnosticId,
    /// One accompaniment session, individual or collective.
    AccompagnementId,
    /// One plan of support.
    ParcoursId,
    /// One objective of a plan.
    ObjectifId,
    /// One step of a plan.
    EtapeId,
    /// One sending of a person to a partner.
    OrientationId,
    /// One consent given by a person.
    ConsentementId,
    /// One import of a file.
    ImportId,
    /// One file kept in the storage of files.
    FichierId,
    /// One export made in the background.
    ExportId,
    /// One filter of the bilan that a person keeps.
    FiltreBilanId,
    /// One bilan shared by a secret link.
    LienBilanId,
    /// One request for an opinion on an accompaniment.
    DemandeAvisId,
    /// One sheet of the catalogue of workshops.
    FicheAtelierId,
    /// One workshop programmed: what people register for.
    SeanceId,
    /// One date of a séance.
    DateSeanceId,
    /// One booking of a seat.
    ReservationId,
    /// One time of a calendar: stand, preparation, travel, absence; once or in a series.
    EvenementId,
    /// One occurrence of it.
    OccurrenceId,
    /// A secret address where a calendar is read.
    FluxAgendaId,
    /// A calendar kept elsewhere, read for its busy times.
    AgendaExterneId,
    /// Days when a lieu is closed.
    FermetureId,
    /// A reason one takes an appointment for.
    MotifId,
    /// Hours when a mediator receives.
    PlageId,
    /// One appointment.
    RendezVousId,
    /// Something a workshop takes with it, of which a structure has some.
    EquipementId,
    /// One private note of a mediator on their practice.
    NotePratiqueId,
    /// A candidate to a title, in a centre.
    CandidatId,
    /// One enrolment of a candidate: a title, a route, its units.
    CandidatureId,
    /// A member of juries, in a centre's register.
    JureId,
    /// One exam session.
    SessionExamenId,
    /// One candidate in one exam session.
    PassageId,
    /// One decision of the certification journal.
    DecisionId,
    /// One document issued: livret, PV, parchemin…
    DocumentId,
}
