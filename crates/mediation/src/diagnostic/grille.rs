//! The grids of questions: versioned data. Answers keep the name of the grid they were given to, so that
//! adding one leaves the old answers readable.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

/// The grid of a new diagnostic.
pub const GRILLE_COURANTE: &str = "passeur-1";

/// Every grid ever used, oldest first.
static GRILLES: LazyLock<Vec<Grille>> = LazyLock::new(|| {
    [include_str!("grille_1.toml")]
        .into_iter()
        .map(|texte| toml::from_str(texte).expect("the embedded grids are read by a test of this module"))
        .collect()
});

/// A grid: questions on access, gestures to observe, questions on comfort, and the thresholds of its rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GrilleDiagnostic)]
pub struct Grille {
    pub id: String,
    pub titre: String,
    /// What is said of a gesture that was not observed.
    pub non_observe: String,
    /// From 0 up.
    pub echelle: Vec<Degre>,
    pub regle: Seuils,
    pub acces: Vec<Question>,
    pub gestes: Vec<Geste>,
    pub confort: Vec<Question>,
}

/// One degree of the scale of gestures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DegreDiagnostic)]
pub struct Degre {
    pub note: u8,
    pub libelle: String,
}

/// What the proposed level depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SeuilsDiagnostic)]
pub struct Seuils {
    /// The question of section A whose answer `reponse_sans_usage` decides alone.
    pub question_usage: String,
    pub reponse_sans_usage: String,
    /// Under so many observed gestures the diagnostic is to be completed.
    pub observes_minimum: usize,
    pub note_fragile: u8,
    /// So many observed gestures at `note_fragile` or under: far from digital.
    pub fragiles_eloigne: usize,
    /// All observed gestures at this note or more, and `gestes_decisifs` at the top: at ease.
    pub note_solide: u8,
    pub gestes_decisifs: Vec<String>,
}

/// How many answers a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GenreQuestion)]
pub enum Genre {
    /// One code.
    Un,
    /// Several codes.
    Plusieurs,
    /// One number.
    Echelle,
}

/// A question with closed answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuestionDiagnostic)]
pub struct Question {
    pub code: String,
    pub genre: Genre,
    pub libelle: String,
    pub aide: Option<String>,
    /// The answer that goes with no other (« aucun »).
    pub exclusif: Option<String>,
    pub choix: Vec<Reponse>,
}

/// A closed answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChoixDiagnostic)]
pub struct Reponse {
    pub code: String,
    pub libelle: String,
}

/// A gesture to observe, on the person's own device where possible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GesteDiagnostic)]
pub struct Geste {
    pub code: String,
    pub libelle: String,
    /// How it is named inside a sentence.
    pub nom: String,
    /// Its name on a chart.
    pub axe: String,
    /// What to look at.
    pub observer: String,
    /// Competence of the CRCN (cadre de référence des compétences numériques).
    pub crcn: String,
    /// Area of DigComp, the European framework.
    pub digcomp: u8,
}

/// The answers to a grid: codes alone, never a free text. A question left out is not answered; a gesture
/// left out, or `null`, was not observed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ReponsesDiagnostic)]
pub struct Reponses {
    /// Section A: question, then the code or codes of its answer.
    pub acces: BTreeMap<String, Valeur>,
    /// Section B: gesture, then 0 to 3, or `null` when it was not observed.
    pub gestes: BTreeMap<String, Option<u8>>,
    /// Section C: question, then the code, codes or number of its answer.
    pub confort: BTreeMap<String, Valeur>,
}

/// The answer to a closed question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
#[schema(as = ValeurDiagnostic)]
pub enum Valeur {
    Un(String),
    Plusieurs(Vec<String>),
    Nombre(u8),
}

impl Valeur {
    /// The codes chosen.
    pub fn codes(&self) -> Vec<String> {
        match self {
            Self::Un(c) => vec![c.clone()],
            Self::Plusieurs(v) => v.clone(),
            Self::Nombre(n) => vec![n.to_string()],
        }
    }
}

impl Reponses {
    /// The note of a gesture; `None` when it was not observed.
    pub fn note(&self, geste: &str) -> Option<u8> {
        self.gestes.get(geste).copied().flatten()
    }
}

impl Grille {
    /// A grid by its name.
    pub fn par_id(id: &str) -> Option<&'static Self> {
        GRILLES.iter().find(|g| g.id == id)
    }

    /// The top of the scale.
    pub fn note_max(&self) -> u8 {
        self.echelle.iter().map(|d| d.note).max().unwrap_or_default()
    }

    /// A note in words; a gesture not observed says so.
    pub fn dire(&self, note: Option<u8>) -> &str {
        note.and_then(|n| self.echelle.iter().find(|d| d.note == n)).map_or(&self.non_observe, |d| &d.libelle)
    }
}

impl Question {
    /// The answers in words, `None` without an answer.
    pub fn dire(&self, valeur: Option<&Valeur>) -> Option<String> {
        let codes = valeur?.codes();
        let mots: Vec<&str> = self.choix.iter().filter(|c| codes.contains(&c.code)).map(|c| c.libelle.as_str()).collect();
        let (premier, suite) = mots.split_first()?;
        Some(suite.iter().fold((*premier).to_owned(), |t, mot| format!("{t}, {}", minuscule(mot))))
    }
}

/// A label in the middle of a sentence.
fn minuscule(mot: &str) -> String {
    let mut lettres = mot.chars();
    lettres.next().map_or_else(String::new, |c| c.to_lowercase().chain(lettres).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_grilles_se_lisent_et_se_tiennent() {
        assert!(Grille::par_id(GRILLE_COURANTE).is_some());
        assert!(Grille::par_id("inconnue").is_none());
        for g in GRILLES.iter() {
            let codes: Vec<&str> = g.gestes.iter().map(|x| x.code.as_str()).collect();
            assert!(g.regle.gestes_decisifs.iter().all(|c| codes.contains(&c.as_str())));
            assert!(g.regle.note_solide <= g.note_max() && g.regle.note_fragile < g.regle.note_solide);
            let usage = g.acces.iter().find(|q| q.code == g.regle.question_usage).unwrap();
            assert!(usage.choix.iter().any(|c| c.code == g.regle.reponse_sans_usage));
            for q in g.acces.iter().chain(&g.confort) {
                assert!(q.exclusif.iter().all(|e| q.choix.iter().any(|c| c.code == *e)), "{}", q.code);
                assert!(q.genre != Genre::Echelle || q.choix.iter().all(|c| c.code.parse::<u8>().is_ok()), "{}", q.code);
                assert!(q.choix.len() <= 12);
            }
        }
    }

    /// The domain page gives these references, in this order.
    #[test]
    fn les_references_sont_celles_du_domaine() {
        let g = Grille::par_id("passeur-1").unwrap();
        assert_eq!(g.gestes.iter().map(|x| x.crcn.as_str()).collect::<Vec<_>>(), ["5.2", "1.1", "1.2", "2.1", "4.1", "2.4", "4.2", "5.1"]);
        assert_eq!(g.gestes.iter().map(|x| x.digcomp).collect::<Vec<_>>(), [5, 1, 1, 2, 4, 2, 1, 5]);
    }

    #[test]
    fn une_reponse_se_lit_seule_en_liste_ou_en_nombre() {
        let r: Reponses = serde_json::from_str(
            r#"{"acces":{"usage_3_mois":"oui","appareil":["tablette"]},"gestes":{"1":3,"2":null},"confort":{"confiance":4}}"#,
        )
        .unwrap();
        assert_eq!(r.acces["usage_3_mois"], Valeur::Un("oui".into()));
        assert_eq!(r.confort["confiance"], Valeur::Nombre(4));
        assert_eq!((r.note("1"), r.note("2"), r.note("3")), (Some(3), None, None));
        assert!(serde_json::from_str::<Reponses>(r#"{"autre":{}}"#).is_err());
    }
}
