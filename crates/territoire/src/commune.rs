//! Communes of the official geographic code, embedded in the binary.
//!
//! The code of 2026: every commune, overseas included, and the arrondissements municipaux of Paris,
//! Lyon and Marseille, which people also name as where they live ([`Commune::arrondissement_de`]
//! gives the whole town, under which figures can be added up). Source, licence and how to remake the
//! data: `donnees/SOURCE.md`.
//!
//! Nothing is read before the first call. Then a few milliseconds and about 3 MB for the code, a few
//! more of each at the first search; kept for the life of the program.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod fonds;
mod position;
mod recherche;
mod web;

pub use web::{champ, lire_saisie, nommer, pages};
#[cfg(test)]
mod tests;

pub use position::{Position, contours, position};
pub use recherche::chercher;

use fonds::Fonds;

/// Code and name of each département or collectivité, in order of code.
const DEPARTEMENTS: &str = include_str!("../donnees/departements.tsv");

/// INSEE code of a commune, or of an arrondissement municipal, that exists in the embedded code.
///
/// A code kept from an earlier year may have left the official code since (communes merge every 1st
/// of January): what a database holds is read as text and shown with [`par_code`], and only what
/// comes in is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "&'static str")]
#[schema(value_type = String, example = "31555", pattern = "^(2[AB]|[0-9]{2})[0-9]{3}$")]
pub struct CodeCommune(&'static str);

impl CodeCommune {
    /// The five characters.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The commune of this code.
    ///
    /// # Panics
    /// Never: a value of this type is only made from the embedded code.
    pub fn commune(self) -> Commune {
        par_code(self.0).expect("a CodeCommune is only made from the embedded code")
    }
}

impl fmt::Display for CodeCommune {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl From<CodeCommune> for &'static str {
    fn from(code: CodeCommune) -> Self {
        code.0
    }
}

impl TryFrom<&str> for CodeCommune {
    type Error = CodeInconnu;

    fn try_from(code: &str) -> Result<Self, CodeInconnu> {
        par_code(code).map(|commune| commune.code).ok_or(CodeInconnu)
    }
}

impl TryFrom<String> for CodeCommune {
    type Error = CodeInconnu;

    fn try_from(code: String) -> Result<Self, CodeInconnu> {
        Self::try_from(code.as_str())
    }
}

/// Refusal of a code that is in no commune of today. The text is for the person who typed it, and
/// does not repeat what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInconnu;

impl fmt::Display for CodeInconnu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "Ce code ne désigne aucune commune actuelle\u{a0}: donnez un code INSEE, par exemple \
             31555 pour Toulouse.",
        )
    }
}

impl std::error::Error for CodeInconnu {}

/// A commune or an arrondissement municipal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Commune {
    /// INSEE code.
    pub code: CodeCommune,
    /// Official name, accents and article included.
    #[schema(value_type = String)]
    pub nom: &'static str,
    /// Postcodes, in order; none for the five uninhabited districts of the southern lands.
    #[schema(value_type = Vec<String>)]
    pub codes_postaux: &'static [&'static str],
    /// Code of the département or collectivité: `31`, `2A`, `974`.
    #[schema(value_type = String)]
    pub departement: &'static str,
    /// For an arrondissement municipal, the code of its commune: Paris, Lyon or Marseille.
    pub arrondissement_de: Option<CodeCommune>,
    /// Inhabitants (legal population), 0 where there is none.
    pub population: u32,
}

impl Commune {
    /// Name and département, which tell homonyms apart: `Saint-Denis (974)`. Typed back in
    /// [`chercher`], it finds this commune.
    pub fn libelle(&self) -> String {
        format!("{} ({})", self.nom, self.departement)
    }
}

/// The commune of an INSEE code, written exactly (`2A004`, not `2a004`).
pub fn par_code(code: &str) -> Option<Commune> {
    let fonds = Fonds::charge();
    fonds.ligne(code).map(|ligne| fonds.commune(ligne))
}

/// Name of a département or collectivité by its code: `31` gives `Haute-Garonne`.
pub fn departement_nom(code: &str) -> Option<&'static str> {
    departements().find(|(connu, _)| *connu == code).map(|(_, nom)| nom)
}

/// Code and name of every département and collectivité, in order of code.
pub fn departements() -> impl Iterator<Item = (&'static str, &'static str)> {
    DEPARTEMENTS.lines().filter_map(|ligne| ligne.split_once('\t'))
}
