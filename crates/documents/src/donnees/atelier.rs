//! What a workshop prints.

use super::*;

/// `Modele::Atelier`: a poster, a flyer, the sheet of a workshop, an attendance sheet.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Atelier {
    pub structure: Structure,
    /// Day printed.
    pub date: NaiveDate,
    #[serde(default)]
    pub format: Format,
    pub contenu: ContenuAtelier,
}

/// The paper.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    A4,
    A5,
}

/// Which of the documents.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "genre", rename_all = "snake_case", deny_unknown_fields)]
pub enum ContenuAtelier {
    /// Of one séance (`quand`, `ou`), or of a programme (`seances`).
    Affiche {
        #[serde(default, deserialize_with = "non_vide")]
        surtitre: Option<String>,
        titre: String,
        #[serde(default, deserialize_with = "non_vide")]
        accroche: Option<String>,
        #[serde(default)]
        quand: Vec<String>,
        #[serde(default, deserialize_with = "non_vide")]
        ou: Option<String>,
        /// One short sentence a line.
        #[serde(default)]
        infos: Vec<String>,
        #[serde(default)]
        seances: Vec<Annonce>,
        /// « Réserver une place ».
        appel: String,
        /// Where the QR code leads, printed too.
        adresse: String,
        /// For each row, the dark runs (first module, how many).
        qr: Vec<Vec<(u16, u16)>>,
        #[serde(default, deserialize_with = "non_vide")]
        contact: Option<String>,
    },
    /// The sheet of a workshop, on one page when it holds.
    Fiche {
        titre: String,
        #[serde(default, deserialize_with = "non_vide")]
        resume: Option<String>,
        #[serde(default)]
        reperes: Vec<Champ>,
        #[serde(default)]
        rubriques: Vec<Rubrique>,
        #[serde(default)]
        deroule: Vec<Moment>,
    },
    /// Who comes, with a place to sign for each half-day.
    Feuille {
        titre: String,
        #[serde(default)]
        reperes: Vec<Champ>,
        /// « Matin », « Après-midi ».
        colonnes: Vec<String>,
        #[serde(default)]
        noms: Vec<String>,
        /// Empty lines, for who comes without booking.
        #[serde(default)]
        vides: u32,
    },
}

/// One workshop of a programme.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Annonce {
    pub titre: String,
    pub quand: String,
    #[serde(default, deserialize_with = "non_vide")]
    pub ou: Option<String>,
}

/// A heading and its lines.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rubrique {
    pub titre: String,
    #[serde(default)]
    pub elements: Vec<String>,
}

/// One moment of the course of a workshop.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    pub titre: String,
    pub minutes: u32,
    pub quoi: String,
    #[serde(default, deserialize_with = "non_vide")]
    pub conseil: Option<String>,
}
