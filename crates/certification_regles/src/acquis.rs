//! Ce qu'un candidat détient : attributions d'unités, titres, certifications externes.
//! Les décisions ne s'effacent pas : un retrait s'ajoute, avec sa date.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::dates::en_francais;
use crate::motif::guillemets;
use crate::referentiel::{Catalogue, ErreurReferentiel};

/// D'où vient une unité.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Décision d'un jury.
    #[default]
    Jury,
    /// Correspondance entre versions.
    Correspondance,
    /// Équivalence avec une autre certification.
    Equivalence,
}

/// Origine d'un candidat pour une unité.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origine {
    /// Parcours de formation, continu ou non.
    Formation,
    /// Validation des acquis de l'expérience.
    Vae,
    /// Expérience d'un an, pour un CCS.
    Experience,
}

impl Origine {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Formation => "formation",
            Self::Vae => "vae",
            Self::Experience => "experience",
        }
    }
}

/// Une unité attribuée.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// Version de l'unité.
    pub version: String,
    /// Unité.
    pub unite: String,
    /// Jour de la décision.
    pub date: NaiveDate,
    /// Provenance.
    #[serde(default)]
    pub provenance: Provenance,
    /// Identifiant de l'attribution.
    #[serde(default)]
    pub id: Option<String>,
    /// Décision qui l'a prononcée.
    #[serde(default)]
    pub decision: Option<String>,
    /// Session.
    #[serde(default)]
    pub session: Option<String>,
    /// Jour du retrait.
    #[serde(default)]
    pub retiree_le: Option<NaiveDate>,
}

/// Un titre attribué.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TitreAttribue {
    /// Version du titre.
    pub version: String,
    /// Jour de la décision.
    pub date: NaiveDate,
    /// Identifiant.
    #[serde(default)]
    pub id: Option<String>,
    /// Décision qui l'a prononcé.
    #[serde(default)]
    pub decision: Option<String>,
    /// Jour du retrait.
    #[serde(default)]
    pub retire_le: Option<NaiveDate>,
}

/// Une certification d'un autre certificateur, pour les équivalences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificationExterne {
    /// Code visé par les équivalences.
    pub code: String,
    /// Jour d'obtention.
    pub date: NaiveDate,
}

/// Tout ce que détient un candidat.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acquis {
    /// Unités attribuées.
    #[serde(default)]
    pub attributions: Vec<Attribution>,
    /// Titres attribués.
    #[serde(default)]
    pub titres: Vec<TitreAttribue>,
    /// Certifications externes.
    #[serde(default)]
    pub certifications: Vec<CertificationExterne>,
}

impl Attribution {
    /// Prononcée et non retirée à cette date. Ne dit rien de la durée de validité.
    pub fn en_vigueur(&self, date: NaiveDate) -> bool {
        self.date <= date && self.retiree_le.is_none_or(|r| date < r)
    }
}

impl TitreAttribue {
    /// Prononcé et non retiré à cette date.
    pub fn en_vigueur(&self, date: NaiveDate) -> bool {
        self.date <= date && self.retire_le.is_none_or(|r| date < r)
    }
}

impl Acquis {
    /// Refuse ce qui vise une version ou une unité inconnue, et ce qui est retiré avant d'être attribué.
    pub fn verifier(&self, catalogue: Catalogue) -> Result<(), ErreurReferentiel> {
        let ordre = |quoi: &str, nom: &str, date: NaiveDate, retrait: Option<NaiveDate>| match retrait.filter(|r| *r < date) {
            None => Ok(()),
            Some(r) => Err(ErreurReferentiel::Incoherence(format!(
                "{quoi} {} est retiré le {}, avant d’être attribué le {}.",
                guillemets(nom),
                en_francais(r),
                en_francais(date)
            ))),
        };
        for a in &self.attributions {
            catalogue.unite(&a.version, &a.unite)?;
            ordre("le certificat", &a.unite, a.date, a.retiree_le)?;
        }
        for t in &self.titres {
            catalogue.version(&t.version)?;
            ordre("le titre", &t.version, t.date, t.retire_le)?;
        }
        Ok(())
    }

    /// Un titre est détenu à cette date, dans l'une quelconque de ses versions.
    pub fn detient(&self, catalogue: Catalogue, titre: &str, date: NaiveDate) -> bool {
        self.titres.iter().any(|t| t.en_vigueur(date) && catalogue.version(&t.version).is_ok_and(|v| v.titre == titre))
    }

    /// Le titre de cette version est détenu à cette date.
    pub fn titre_detenu(&self, version: &str, date: NaiveDate) -> bool {
        self.titres.iter().any(|t| t.version == version && t.en_vigueur(date))
    }

    /// Toutes les unités d'une version prononcées et non retirées à cette date.
    pub fn unites_en_vigueur(&self, version: &str, date: NaiveDate) -> BTreeSet<String> {
        self.attributions.iter().filter(|a| a.version == version && a.en_vigueur(date)).map(|a| a.unite.clone()).collect()
    }

    /// Les mêmes acquis sans ceux de la session donnée : ce qui était acquis à son ouverture.
    #[must_use]
    pub fn avant_session(&self, session: Option<&str>) -> Self {
        let mut copie = self.clone();
        if session.is_some() {
            copie.attributions.retain(|a| a.session.as_deref() != session);
        }
        copie
    }
}
