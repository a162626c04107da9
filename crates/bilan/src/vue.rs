//! What a bilan says: the exact shape of the API's answer.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The figures of a period. A figure that is `null` is masked: it counts fewer than five, or would give such a
/// figure by subtraction, and is read outside the structure that recorded it (`masques` is then true).
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Bilan {
    /// First day counted.
    pub du: NaiveDate,
    /// Last day counted, included.
    pub au: NaiveDate,
    pub activites: Activites,
    pub participations: Participations,
    pub personnes: Personnes,
    /// Minutes of activity.
    pub duree_minutes: Option<i64>,
    /// All of them, in the order of the nomenclature. An activity may have several.
    pub thematiques: Vec<Code>,
    pub demarches: Vec<Code>,
    pub materiels: Vec<Code>,
    pub lieux_types: Vec<Code>,
    /// The busiest first; activities without a lieu are one line, with a null id.
    pub lieux: Vec<Par<Option<Uuid>>>,
    /// Commune of the activity, else of its lieu; activities without either are left out.
    pub communes: Vec<Commune>,
    pub mediateurs: Vec<Par<Uuid>>,
    /// Every month of the period, in order.
    pub mois: Vec<Mois>,
    pub tranches_age: Vec<Public>,
    pub genres: Vec<Public>,
    pub statuts: Vec<Public>,
    pub autonomies: Vec<Autonomie>,
    pub reussite: Reussite,
    pub orientations: Orientations,
    pub satisfaction: Satisfaction,
    /// Séances of workshops closed in the period. What fewer than five people think or can do is null, whoever asks.
    pub ateliers: mediation::ateliers::Resultats,
    /// True when small figures, and what would give them back, are masked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub masques: bool,
}

/// Recorded sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Activites {
    pub total: Option<i64>,
    pub individuelles: Option<i64>,
    pub collectives: Option<i64>,
}

/// People present at sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Participations {
    pub total: Option<i64>,
    pub nommees: Option<i64>,
    /// Anonymous participations: never a count of people.
    pub anonymes: Option<i64>,
}

/// Distinct named people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Personnes {
    /// With at least one participation counted here.
    pub distinctes: Option<i64>,
    /// Of these, those whose first participation ever in these structures falls in the period.
    pub nouvelles: Option<i64>,
}

/// A value of a nomenclature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Code {
    pub code: String,
    pub libelle: String,
    pub activites: Option<i64>,
}

/// How people did, in one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AutonomieBilan)]
pub struct Autonomie {
    pub code: String,
    pub activites: Option<i64>,
}

/// A lieu or a mediator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Par<I> {
    pub id: I,
    pub nom: String,
    pub activites: Option<i64>,
    pub participations: Option<i64>,
}

/// A commune.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CommuneBilan)]
pub struct Commune {
    /// INSEE code.
    pub code: String,
    pub nom: String,
    pub activites: Option<i64>,
    pub participations: Option<i64>,
}

/// One month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mois {
    /// `2026-03`.
    #[schema(pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub mois: String,
    pub activites: Option<i64>,
    pub participations: Option<i64>,
}

/// A part of the public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Public {
    pub code: String,
    pub libelle: String,
    /// Named and anonymous; over all the lines, they add up to the participations of the period.
    pub participations: Option<i64>,
    /// Distinct named people.
    pub personnes: Option<i64>,
}

/// Objectives and progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reussite {
    /// Objectives evaluated in the period.
    pub objectifs_evalues: Option<i64>,
    pub objectifs_atteints: Option<i64>,
    /// People with two complete diagnostics or more, the last one in the period.
    pub personnes_reevaluees: Option<i64>,
    /// Of these, those whose level rose between the first and the last.
    pub personnes_en_progres: Option<i64>,
}

/// Orientations sent in the period, and what came of them since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Orientations {
    pub envoyees: Option<i64>,
    pub repondues: Option<i64>,
    pub acceptees: Option<i64>,
    pub abouties: Option<i64>,
    /// Median days to the first answer; null without an answer.
    pub delai_median_jours: Option<f64>,
}

/// Opinions on the activities counted, whenever they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Satisfaction {
    /// Opinions asked for: one for each person present, where one was asked.
    pub demandes: Option<i64>,
    pub reponses: Option<i64>,
    /// Mean of the three questions over all answers, from 1 to 5, one decimal; null without an answer.
    pub moyenne: Option<f64>,
    /// Answers by overall mark, from 1 to 5: the mean of the three questions, rounded.
    pub distribution: [Option<i64>; 5],
}

/// The mean of one question.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MoyenneQuestion {
    pub code: &'static str,
    pub libelle: &'static str,
    pub moyenne: Option<f64>,
}

/// Opinions in detail.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Avis {
    #[serde(flatten)]
    pub satisfaction: Satisfaction,
    pub questions: Vec<MoyenneQuestion>,
    /// What people wrote, without author nor date; null under five answers, and outside the structure.
    pub commentaires: Option<Vec<String>>,
}
