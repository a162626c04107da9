//! Documents of certification: one template for those that are text and tables, one for the parchemin.

use super::*;

/// `Modele::Acte`: convocation, attendance sheet, grid, PV, livret, letter, dossier, certificate. The caller
/// writes its parts; the template lays them out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Acte {
    pub structure: Structure,
    /// Day printed.
    pub date: NaiveDate,
    pub titre: String,
    #[serde(default, deserialize_with = "non_vide")]
    pub sous_titre: Option<String>,
    /// To whom it is sent, one line of the address per element; none for what is not a letter.
    #[serde(default)]
    pub destinataire: Vec<String>,
    #[serde(default, deserialize_with = "non_vide")]
    pub numero: Option<String>,
    pub blocs: Vec<Bloc>,
    /// How anybody checks it.
    #[serde(default)]
    pub verification: Option<Verification>,
    /// On its side: for wide tables.
    #[serde(default)]
    pub paysage: bool,
}

/// A part of an act.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "genre", rename_all = "snake_case", deny_unknown_fields)]
pub enum Bloc {
    /// A heading.
    Titre {
        texte: String,
    },
    /// A text, with its line breaks.
    Paragraphe {
        texte: String,
    },
    /// Labels and values.
    Fiche {
        champs: Vec<Champ>,
    },
    Liste {
        elements: Vec<String>,
    },
    /// Every line has as many cells as `entetes`.
    Tableau {
        entetes: Vec<String>,
        lignes: Vec<Vec<String>>,
    },
    /// Where each signs, or what each signed.
    Signatures {
        signatures: Vec<Signature>,
    },
    /// The following starts a page.
    Page,
}

/// One signature, made or to be made.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    pub nom: String,
    #[serde(default, deserialize_with = "non_vide")]
    pub qualite: Option<String>,
    /// « Signé le 3 mars 2026 »; an empty place to sign when absent.
    #[serde(default, deserialize_with = "non_vide")]
    pub mention: Option<String>,
    /// Strokes drawn, each a list of points, in a frame of 600 by 200.
    #[serde(default)]
    pub traits: Vec<Vec<(f32, f32)>>,
}

/// What a reader needs to check a document.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Address of the page, as typed by hand.
    pub adresse: String,
    /// The same in a QR code: for each row, the dark runs (first module, how many).
    pub qr: Vec<Vec<(u16, u16)>>,
}

/// `Modele::Parchemin`: a title or a certificate, on its side, for the wall.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Parchemin {
    pub structure: Structure,
    /// Day of the delivery.
    pub date: NaiveDate,
    /// « Parchemin », « Attestation de réussite ».
    pub nature: String,
    /// Who certifies.
    pub certificateur: String,
    /// To whom: « Camille EXEMPLE ».
    pub nom: String,
    /// « née le 3 mars 1990 ».
    #[serde(default, deserialize_with = "non_vide")]
    pub naissance: Option<String>,
    /// « a obtenu le titre professionnel ».
    pub formule: String,
    pub intitule: String,
    /// « Niveau 5 », units, day of the jury: one line each.
    #[serde(default)]
    pub mentions: Vec<String>,
    pub numero: String,
    /// Who signs, and in what quality.
    #[serde(default)]
    pub signataires: Vec<Signature>,
    /// What this document is not, in small: « N’est pas le parchemin du ministère… ».
    #[serde(default, deserialize_with = "non_vide")]
    pub reserve: Option<String>,
    pub verification: Verification,
}
