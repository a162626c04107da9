//! The data of `Modele::RapportBilan`.

use chrono::NaiveDate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Champ, Structure, non_vide};

/// `Modele::RapportBilan`: the figures of a period, for a funder. Definitions: `domain/mediation.md` § 5.
/// A figure that is `null` is masked: it counts fewer than five, or would give such a figure by subtraction.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RapportBilan {
    pub structure: Structure,
    /// Day the report was made.
    pub date: NaiveDate,
    /// First day counted.
    pub du: NaiveDate,
    /// Last day counted, included.
    pub au: NaiveDate,
    /// Filters applied, as they are to be read; empty: everything is counted.
    #[serde(default)]
    pub filtres: Vec<Champ>,
    /// Introduction of the head of the structure.
    #[serde(default, deserialize_with = "non_vide")]
    pub presentation: Option<String>,
    pub activites: Activites,
    pub participations: Participations,
    pub personnes: Personnes,
    /// Minutes of activity.
    pub duree_minutes: Option<u64>,
    /// Activities per month, in order: the first chart.
    #[serde(default)]
    pub mois: Vec<Mois>,
    /// Breakdowns (thematique, demarche, materiel, lieu, commune, age, genre, statut, mediateur…), in the
    /// order to print them.
    #[serde(default)]
    pub repartitions: Vec<Repartition>,
    #[serde(default)]
    pub frequentation: Option<Frequentation>,
    #[serde(default)]
    pub satisfaction: Option<Satisfaction>,
    #[serde(default)]
    pub reussite: Option<Reussite>,
    #[serde(default)]
    pub orientations: Option<Orientations>,
}

/// Recorded sessions.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Activites {
    pub total: Option<u64>,
    pub individuelles: Option<u64>,
    pub collectives: Option<u64>,
}

/// People present at sessions.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Participations {
    pub total: Option<u64>,
    pub nommees: Option<u64>,
    pub anonymes: Option<u64>,
}

/// Distinct named people.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Personnes {
    pub distinctes: Option<u64>,
    pub nouvelles: Option<u64>,
}

/// One month.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mois {
    /// `AAAA-MM`.
    #[serde(deserialize_with = "mois")]
    pub mois: String,
    pub activites: Option<u64>,
    pub participations: Option<u64>,
}

/// One breakdown, printed as a table with bars.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Repartition {
    /// « Activités par thématique ».
    pub titre: String,
    /// What is counted: `activités`, `participations`, `personnes`.
    pub unite: String,
    /// What the percentages refer to; without it no percentage is printed.
    #[serde(default)]
    pub total: Option<u64>,
    /// A line may count several times (several thematiques in a session): percentages may exceed 100 in
    /// total, and the report says so.
    #[serde(default)]
    pub multiple: bool,
    #[serde(default)]
    pub lignes: Vec<Ligne>,
}

/// One line of a breakdown.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ligne {
    pub libelle: String,
    /// `null` when masked.
    pub valeur: Option<u64>,
}

/// Séances held.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Frequentation {
    /// Places offered.
    pub places: u64,
    /// Booked, neither waiting nor cancelled in time.
    pub inscrits: u64,
    pub presents: u64,
    /// Of those expected, who came; left out, all those present.
    #[serde(default)]
    pub venus: Option<u64>,
}

/// Answers to the satisfaction form.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Satisfaction {
    pub demandes: u64,
    pub reponses: u64,
    /// Mean mark, 1 to 5; absent without an answer.
    #[serde(default)]
    pub moyenne: Option<f64>,
    /// Answers per mark, from 1 to 5.
    pub distribution: [u64; 5],
}

/// Objectives and progress.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reussite {
    pub objectifs_evalues: Option<u64>,
    pub objectifs_atteints: Option<u64>,
    pub personnes_reevaluees: Option<u64>,
    pub personnes_en_progres: Option<u64>,
}

/// Orientations to partners.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Orientations {
    pub envoyees: Option<u64>,
    pub repondues: Option<u64>,
    pub acceptees: Option<u64>,
    pub abouties: Option<u64>,
    /// Median days to the first answer.
    #[serde(default)]
    pub delai_median_jours: Option<f64>,
}

fn mois<'de, D: Deserializer<'de>>(lecture: D) -> Result<String, D::Error> {
    let mois = String::deserialize(lecture)?;
    if mois.len() == 7 && NaiveDate::parse_from_str(&format!("{mois}-01"), "%Y-%m-%d").is_ok() {
        Ok(mois)
    } else {
        Err(D::Error::custom("un mois s'écrit AAAA-MM"))
    }
}
