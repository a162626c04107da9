//! The data each template reads: one structure per template, the exact shape of the JSON given to the port.
//!
//! Rules common to all: days are `AAAA-MM-JJ`; an optional field may be absent, `null` or blank, and the
//! template then leaves its line out; a field that is not listed here is refused, so that a misspelt name is
//! seen at once. Texts are plain: whatever they contain is printed as it is, never interpreted. Labels of
//! nomenclatures come from the caller, in French, as they are to be read.

mod atelier;
mod bilan;
mod certification;

use chrono::NaiveDate;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use socle::ports::{ErreurDocument, Modele};

pub use self::atelier::*;
pub use self::bilan::*;
pub use self::certification::*;

/// Who issues the document: the structure that receives the person.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    pub nom: String,
    /// Postal address, one line of the envelope per element.
    #[serde(default)]
    pub adresse: Vec<String>,
    #[serde(default, deserialize_with = "non_vide")]
    pub telephone: Option<String>,
    #[serde(default, deserialize_with = "non_vide")]
    pub courriel: Option<String>,
    #[serde(default, deserialize_with = "non_vide")]
    pub site: Option<String>,
}

/// Level observed at one gesture: 0 not done, 1 with guidance, 2 alone unless blocked, 3 alone.
/// A gesture that was not observed has no level at all (`null`).
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub struct Note(u8);

impl<'de> Deserialize<'de> for Note {
    fn deserialize<D: Deserializer<'de>>(lecture: D) -> Result<Self, D::Error> {
        match u8::deserialize(lecture)? {
            note @ 0..=3 => Ok(Self(note)),
            note => Err(D::Error::custom(format!("la note {note} n'est pas entre 0 et 3"))),
        }
    }
}

/// `Modele::FicheDiagnostic`: one page for the person, after a shared diagnostic.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FicheDiagnostic {
    pub structure: Structure,
    /// Day of the diagnostic.
    pub date: NaiveDate,
    /// How the person is called on the sheet; absent for a person who stays anonymous.
    #[serde(default, deserialize_with = "non_vide")]
    pub personne: Option<String>,
    /// Name of the mediator.
    #[serde(default, deserialize_with = "non_vide")]
    pub mediateur: Option<String>,
    /// Place of the interview.
    #[serde(default, deserialize_with = "non_vide")]
    pub lieu: Option<String>,
    /// The person's own goal, in their words (printed between quotation marks).
    #[serde(default, deserialize_with = "non_vide")]
    pub objectif: Option<String>,
    /// The level agreed with the person.
    #[serde(default)]
    pub niveau: Option<Niveau>,
    /// The gestures of the grid, in its order.
    #[serde(default)]
    pub gestes: Vec<Geste>,
    /// Day of the diagnostic compared with; absent at the first one, and no comparison is printed.
    #[serde(default)]
    pub precedent: Option<NaiveDate>,
    /// What is suggested, one to three steps.
    #[serde(default)]
    pub etapes: Vec<Etape>,
    /// Who to call; the structure itself when absent.
    #[serde(default)]
    pub contact: Option<Contact>,
}

/// Level agreed, in plain words.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Niveau {
    /// « En chemin ».
    pub libelle: String,
    /// A sentence to the person that says why.
    #[serde(default, deserialize_with = "non_vide")]
    pub explication: Option<String>,
}

/// One observed gesture.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Geste {
    pub libelle: String,
    /// Level today.
    #[serde(default)]
    pub note: Option<Note>,
    /// Level at the previous diagnostic.
    #[serde(default)]
    pub avant: Option<Note>,
}

/// One suggested step.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Etape {
    pub titre: String,
    #[serde(default)]
    pub date: Option<NaiveDate>,
    /// Time, or any other precision about when: `14 h`, `tous les mardis matin`.
    #[serde(default, deserialize_with = "non_vide")]
    pub horaire: Option<String>,
    #[serde(default, deserialize_with = "non_vide")]
    pub lieu: Option<String>,
    /// Person or partner met there.
    #[serde(default, deserialize_with = "non_vide")]
    pub avec: Option<String>,
}

/// Somebody to call or write to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub nom: String,
    /// What they are: `médiatrice numérique`.
    #[serde(default, deserialize_with = "non_vide")]
    pub fonction: Option<String>,
    #[serde(default, deserialize_with = "non_vide")]
    pub telephone: Option<String>,
    #[serde(default, deserialize_with = "non_vide")]
    pub courriel: Option<String>,
    #[serde(default, deserialize_with = "non_vide")]
    pub horaires: Option<String>,
}

/// `Modele::LettreOrientation`: letter to a partner with its return slip.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LettreOrientation {
    pub structure: Structure,
    /// Day of the letter.
    pub date: NaiveDate,
    /// Short reference repeated on the return slip, so that the answer finds its way.
    #[serde(default, deserialize_with = "non_vide")]
    pub reference: Option<String>,
    /// The mediator who signs.
    pub mediateur: Contact,
    pub partenaire: Partenaire,
    pub personne: PersonneOrientee,
    /// Why the person is sent.
    pub motif: String,
    /// What was done already.
    #[serde(default, deserialize_with = "non_vide")]
    pub deja_fait: Option<String>,
    pub accord: Accord,
    /// Day before which an answer is hoped for.
    #[serde(default)]
    pub reponse_avant: Option<NaiveDate>,
}

/// The partner written to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Partenaire {
    pub nom: String,
    /// Person or service there.
    #[serde(default, deserialize_with = "non_vide")]
    pub contact: Option<String>,
    #[serde(default)]
    pub adresse: Vec<String>,
}

/// The person sent, limited to what they agreed to share.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PersonneOrientee {
    pub nom: String,
    #[serde(default, deserialize_with = "non_vide")]
    pub telephone: Option<String>,
    #[serde(default, deserialize_with = "non_vide")]
    pub courriel: Option<String>,
    /// Other facts shared, as they are to be read: `Née en 1958`, `Préfère être appelée le matin`.
    #[serde(default)]
    pub precisions: Vec<String>,
}

/// What the person agreed to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Accord {
    /// Day of the agreement.
    pub date: NaiveDate,
    /// What the person agreed to share: `Nom et prénom`, `Numéro de téléphone`.
    #[serde(default)]
    pub informations: Vec<String>,
}

/// A label and its value.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Champ {
    pub libelle: String,
    /// Printed « non renseigné » when absent.
    #[serde(default, deserialize_with = "non_vide")]
    pub valeur: Option<String>,
}

/// `Modele::DonneesPersonne`: everything recorded on one person (right of access, GDPR article 15).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DonneesPersonne {
    pub structure: Structure,
    /// Day of the extraction.
    pub date: NaiveDate,
    /// The person, as they are called.
    pub personne: String,
    /// Identifier of the file, to quote when writing.
    #[serde(default, deserialize_with = "non_vide")]
    pub reference: Option<String>,
    /// Who to write to about these data; the structure itself when absent.
    #[serde(default)]
    pub contact: Option<Contact>,
    pub sections: Vec<Section>,
}

/// One kind of data: identity, consents, sessions…
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub titre: String,
    /// Why it is recorded, how long it is kept.
    #[serde(default, deserialize_with = "non_vide")]
    pub explication: Option<String>,
    /// Facts recorded once.
    #[serde(default)]
    pub champs: Vec<Champ>,
    /// Facts recorded many times: one element per record.
    #[serde(default)]
    pub elements: Vec<Element>,
}

/// One record of a section.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// « Mardi 3 mars 2026, accompagnement individuel ».
    pub titre: String,
    #[serde(default)]
    pub champs: Vec<Champ>,
}

/// `Modele::NoticeInformation`: what the structure does with personal data, on one page for the public
/// (GDPR article 13).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeInformation {
    pub structure: Structure,
    /// Day of this version of the notice.
    pub date: NaiveDate,
    /// Legal ground on which the structure relies (GDPR article 6).
    pub base_legale: BaseLegale,
    /// Who answers about data (data protection officer where there is one); the structure when absent.
    #[serde(default)]
    pub contact: Option<Contact>,
    /// Months without activity after which a file is anonymised.
    pub conservation_mois: u32,
    /// Where the data are hosted, when somebody else than the structure hosts them.
    #[serde(default, deserialize_with = "non_vide")]
    pub hebergement: Option<String>,
}

/// Legal ground of the records.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BaseLegale {
    /// A public body, or an association entrusted with a public service.
    MissionInteretPublic,
    InteretLegitime,
    Consentement,
}

/// Checks the shape of `donnees` and returns the bytes the template reads, every optional field present.
pub(crate) fn verifier(modele: Modele, donnees: Value) -> Result<Vec<u8>, ErreurDocument> {
    match modele {
        Modele::FicheDiagnostic => conforme::<FicheDiagnostic>(donnees),
        Modele::LettreOrientation => conforme::<LettreOrientation>(donnees),
        Modele::RapportBilan => conforme::<RapportBilan>(donnees),
        Modele::DonneesPersonne => conforme::<DonneesPersonne>(donnees),
        Modele::NoticeInformation => conforme::<NoticeInformation>(donnees),
        Modele::Acte => conforme::<Acte>(donnees),
        Modele::Atelier => conforme::<Atelier>(donnees),
        Modele::Parchemin => conforme::<Parchemin>(donnees),
    }
}

fn conforme<T: DeserializeOwned + Serialize>(donnees: Value) -> Result<Vec<u8>, ErreurDocument> {
    let donnees: T = serde_path_to_error::deserialize(donnees)
        .map_err(|erreur| ErreurDocument(format!("données de forme inattendue à « {} » : {}", erreur.path(), erreur.inner())))?;
    serde_json::to_vec(&donnees).map_err(|erreur| ErreurDocument(erreur.to_string()))
}

fn non_vide<'de, D: Deserializer<'de>>(lecture: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(lecture)?.filter(|texte| !texte.trim().is_empty()))
}
