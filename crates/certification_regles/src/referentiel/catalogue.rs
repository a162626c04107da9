//! L'ensemble des versions connues, où les règles cherchent ce dont elles parlent.

use chrono::NaiveDate;

use super::regles::{Valeur, valeur, valeur_facultative};
use super::{Constat, Nature, Unite, Version, titre_embarque};
use crate::motif::guillemets;

/// Pourquoi un référentiel n'est pas utilisable.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ErreurReferentiel {
    /// Le fichier ne se lit pas.
    #[error("Le référentiel ne se lit pas\u{a0}: {0}")]
    Lecture(String),
    /// Le référentiel se contredit.
    #[error("Le référentiel se contredit\u{a0}: {}", .0.iter().map(|c| c.phrase.as_str()).collect::<Vec<_>>().join(" "))]
    Contradictions(Vec<Constat>),
    /// Version absente du catalogue.
    #[error("La version {} n’est pas connue.", guillemets(.0))]
    VersionInconnue(String),
    /// Unité absente de la version.
    #[error("L’unité {} n’existe pas dans la version {}.", guillemets(.unite), guillemets(.version))]
    UniteInconnue {
        /// Version.
        version: String,
        /// Unité.
        unite: String,
    },
    /// Des faits qui ne vont pas ensemble.
    #[error("La demande se contredit\u{a0}: {0}")]
    Incoherence(String),
}

/// Des versions de titres.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue<'a> {
    jointes: &'a [Version],
    livree: Option<&'a Version>,
}

impl<'a> Catalogue<'a> {
    /// Un catalogue sur des versions déjà vérifiées.
    pub fn nouveau(versions: &'a [Version]) -> Self {
        Self { jointes: versions, livree: None }
    }

    /// Le même, avec une version livrée en plus, sans la copier.
    #[must_use]
    pub fn avec(self, livree: Option<&'a Version>) -> Self {
        Self { livree, ..self }
    }

    /// Toutes les versions.
    pub fn versions(self) -> impl Iterator<Item = &'a Version> + Clone {
        self.jointes.iter().chain(self.livree)
    }

    /// Une version par son code.
    pub fn version(self, code: &str) -> Result<&'a Version, ErreurReferentiel> {
        self.versions().find(|v| v.code == code).ok_or_else(|| ErreurReferentiel::VersionInconnue(code.to_owned()))
    }

    /// Une unité par version et code.
    pub fn unite(self, version: &str, unite: &str) -> Result<&'a Unite, ErreurReferentiel> {
        self.version(version)?
            .unite(unite)
            .ok_or_else(|| ErreurReferentiel::UniteInconnue { version: version.to_owned(), unite: unite.to_owned() })
    }

    /// Le titre que nomme un code de version, un code de titre ou un numéro RNCP ; le nom lui-même si
    /// rien ne le porte.
    pub fn titre_nomme(self, nom: &str) -> String {
        let code = nom.trim().strip_prefix("RNCP").unwrap_or(nom.trim());
        let version = self.version(nom).ok();
        let titre = || self.versions().find(|v| v.titre == nom || v.codes.rncp.as_deref() == Some(code));
        version.or_else(titre).or_else(|| titre_embarque(code)).map_or_else(|| nom.to_owned(), |v| v.titre.clone())
    }

    /// Les versions qui prolongent celle-ci : elles lui succèdent ou en reçoivent les unités.
    pub fn suites(self, code: &str) -> impl Iterator<Item = &'a Version> {
        self.versions().filter(move |v| {
            v.code != code && (v.succede_a.as_deref() == Some(code) || v.correspondances.iter().any(|c| c.de_version == code))
        })
    }
}

impl Version {
    /// Fin de validité, prorogations **publiées** à la date de connaissance comprises.
    /// Une prorogation ne raccourcit jamais.
    pub fn fin_connue(&self, connaissance: NaiveDate) -> Option<NaiveDate> {
        let prorogee = self.prorogations.iter().filter(|p| p.publiee_le <= connaissance).map(|p| p.nouvelle_fin).max();
        self.fin.map(|fin| prorogee.map_or(fin, |p| p.max(fin)))
    }

    /// Limite de délivrance d'un titre privé, prorogations publiées comprises.
    pub fn delivrance_connue(&self, connaissance: NaiveDate) -> Option<NaiveDate> {
        let prorogee = self.prorogations.iter().filter(|p| p.publiee_le <= connaissance).filter_map(|p| p.nouvelle_limite_delivrance).max();
        self.limite_delivrance.map(|l| prorogee.map_or(l, |p| p.max(l)))
    }

    /// Dernier jour d'une session sans année de prolongation : la fin de validité, ou la limite de
    /// délivrance d'un titre privé.
    pub fn derniere_session(&self, connaissance: NaiveDate) -> Option<NaiveDate> {
        let fin = self.fin_connue(connaissance);
        if self.est_prive() { self.delivrance_connue(connaissance).or(fin) } else { fin }
    }

    /// La version a pris effet, et son dernier jour n'est pas passé.
    pub fn vaut(&self, date: NaiveDate, connaissance: NaiveDate) -> bool {
        self.effet.is_none_or(|e| e <= date) && self.derniere_session(connaissance).is_none_or(|d| date <= d)
    }

    /// Le titre auquel une unité est rattachée : pour un CCS, celui qu'il faut détenir.
    pub fn titre_de<'a>(&'a self, unite: &'a Unite) -> &'a str {
        unite.titre.as_deref().unwrap_or(&self.titre)
    }

    /// Titre d'un certificateur privé.
    pub fn est_prive(&self) -> bool {
        self.nature == Nature::Prive
    }

    pub(crate) fn regle(&self, code: &str, date: NaiveDate) -> Valeur<'_> {
        valeur(Some(self), code, date)
    }

    pub(crate) fn regle_facultative(&self, code: &str, date: NaiveDate) -> Option<Valeur<'_>> {
        valeur_facultative(Some(self), code, date)
    }
}
