//! Ce que porte toute réponse : la règle, la référence datée, les faits utilisés, une phrase.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::referentiel::Certitude;

/// Espace insécable, devant les deux-points et dans les guillemets.
pub(crate) const NBSP: char = '\u{a0}';

/// « mot » avec ses espaces insécables.
pub(crate) fn guillemets(mot: &str) -> String {
    format!("«{NBSP}{mot}{NBSP}»")
}

/// « A », « B » et « C ».
pub(crate) fn liste<I: IntoIterator<Item = S>, S: AsRef<str>>(mots: I) -> String {
    let mots: Vec<String> = mots.into_iter().map(|m| guillemets(m.as_ref())).collect();
    match mots.split_last() {
        None => "aucune".to_owned(),
        Some((seul, [])) => seul.clone(),
        Some((dernier, debut)) => format!("{} et {dernier}", debut.join(", ")),
    }
}

/// « 1 membre », « 2 membres » : le nombre et le mot accordé.
pub(crate) fn compte(n: impl Into<u64>, un: &str, plusieurs: &str) -> String {
    let n = n.into();
    format!("{n} {}", if n > 1 { plusieurs } else { un })
}

/// D'où vient une règle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Texte ou document.
    pub libelle: String,
    /// Date du texte, `AAAA-MM-JJ` ou `AAAA`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<String>,
    /// Certitude, pour un nombre de la table de règles.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub certitude: Option<Certitude>,
}

impl Reference {
    /// Une référence datée.
    pub fn nouvelle(libelle: impl Into<String>, date: &str) -> Self {
        Self { libelle: libelle.into(), date: Some(date.to_owned()), certitude: None }
    }

    /// Conditions de délivrance des titres professionnels, cité par la fiche du titre.
    pub fn delivrance() -> Self {
        Self::nouvelle(
            "Arrêté du 22 décembre 2015 relatif aux conditions de délivrance du titre professionnel, et fiche du titre",
            "2015-12-22",
        )
    }

    /// Règlement général des sessions d'examen.
    pub fn sessions() -> Self {
        Self::nouvelle("Arrêté du 21 juillet 2016 portant règlement général des sessions d’examen", "2016-07-21")
    }

    /// Agrément des organismes.
    pub fn agrement() -> Self {
        Self::nouvelle("Arrêté du 21 juillet 2016 définissant les conditions d’agrément des organismes", "2016-07-21")
    }

    /// Validation des acquis de l'expérience.
    pub fn vae() -> Self {
        Self::nouvelle("Décret n° 2023-1275 du 27 décembre 2023 relatif à la validation des acquis de l’expérience", "2023-12-27")
    }

    /// Le référentiel lui-même.
    pub fn referentiel(version: &crate::referentiel::Version) -> Self {
        Self {
            libelle: format!("Référentiel {}", guillemets(version.nom())), date: version.effet.map(|d| d.to_string()), certitude: None
        }
    }

    /// Règle de gestion décrite par la documentation du projet.
    pub fn modele() -> Self {
        Self { libelle: "Règles de certification de Passeur".to_owned(), date: None, certitude: None }
    }
}

/// Ce que le motif dit de la demande.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sens {
    /// Pour.
    Favorable,
    /// Contre : à lui seul il fait refuser.
    Defavorable,
    /// Ni l'un ni l'autre.
    #[default]
    Information,
}

/// Une raison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Motif {
    /// Code stable de la règle.
    pub regle: String,
    /// Pour, contre, information.
    pub sens: Sens,
    /// Référence datée.
    pub reference: Reference,
    /// Faits utilisés.
    pub faits: BTreeMap<String, Value>,
    /// Phrase pour le lecteur.
    pub phrase: String,
}

impl Motif {
    /// Un motif d'information.
    pub fn nouveau(regle: &str, reference: Reference, phrase: impl Into<String>) -> Self {
        Self { regle: regle.to_owned(), sens: Sens::Information, reference, faits: BTreeMap::new(), phrase: phrase.into() }
    }

    /// Ajoute un fait.
    #[must_use]
    pub fn fait(mut self, nom: &str, valeur: impl Serialize) -> Self {
        self.faits.insert(nom.to_owned(), serde_json::to_value(valeur).unwrap_or(Value::Null));
        self
    }

    /// Le motif est favorable.
    #[must_use]
    pub fn pour(mut self) -> Self {
        self.sens = Sens::Favorable;
        self
    }

    /// Le motif est défavorable.
    #[must_use]
    pub fn contre(mut self) -> Self {
        self.sens = Sens::Defavorable;
        self
    }

    /// Favorable ou défavorable selon une condition.
    #[must_use]
    pub fn selon(self, favorable: bool) -> Self {
        if favorable { self.pour() } else { self.contre() }
    }
}

/// Une réponse et ses raisons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reponse<T> {
    /// La demande est acceptée.
    pub favorable: bool,
    /// Détail propre à la question.
    pub resultat: T,
    /// Raisons, dans l'ordre du raisonnement.
    pub motifs: Vec<Motif>,
}

impl<T> Reponse<T> {
    /// Favorable si aucun motif n'est défavorable.
    pub fn deduite(resultat: T, motifs: Vec<Motif>) -> Self {
        Self { favorable: motifs.iter().all(|m| m.sens != Sens::Defavorable), resultat, motifs }
    }

    /// Les phrases, pour l'affichage.
    pub fn phrases(&self) -> Vec<&str> {
        self.motifs.iter().map(|m| m.phrase.as_str()).collect()
    }

    /// Un motif porte ce code.
    pub fn cite(&self, regle: &str) -> bool {
        self.motifs.iter().any(|m| m.regle == regle)
    }

    /// Un motif défavorable porte ce code.
    pub fn refuse_par(&self, regle: &str) -> bool {
        self.motifs.iter().any(|m| m.regle == regle && m.sens == Sens::Defavorable)
    }
}

/// Un refus motivé : une transition illégale, une demande hors des règles.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[error("{}", .motifs.iter().map(|m| m.phrase.as_str()).collect::<Vec<_>>().join(" "))]
pub struct Refus {
    /// Raisons.
    pub motifs: Vec<Motif>,
}

impl Refus {
    /// Un refus à une raison.
    pub fn un(motif: Motif) -> Self {
        Self { motifs: vec![motif.contre()] }
    }
}
