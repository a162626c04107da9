//! The rows of a spreadsheet or of a CSV file, one at a time: what is read is told by the content of the
//! file, never by its name, and memory does not grow with its length.
//!
//! A formula is read as the value that the spreadsheet had computed; nothing is ever executed.

mod csv;
mod ods;
mod xlsx;
mod zip;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::ControlFlow,
};

/// Lines of a file, at most.
pub const LIGNES_MAX: u32 = 200_000;
/// Columns read, at most; a row that has more is refused, by one cell past the last.
pub const COLONNES_MAX: usize = 100;
/// Characters of a cell, at most: what a spreadsheet itself allows.
pub const CELLULE_MAX: usize = 32_767;

/// The value of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cellule {
    Vide,
    Texte(String),
    Nombre(f64),
}

impl Cellule {
    /// A text, empty if it says nothing.
    fn texte(t: String) -> Self {
        if t.trim().is_empty() { Self::Vide } else { Self::Texte(t) }
    }

    pub fn est_vide(&self) -> bool {
        *self == Self::Vide
    }

    /// What a person would read in the cell.
    pub fn en_texte(&self) -> String {
        match self {
            Self::Vide => String::new(),
            Self::Texte(t) => t.trim().to_owned(),
            Self::Nombre(n) => nombre_en_texte(*n),
        }
    }
}

fn nombre_en_texte(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e15 { format!("{}", n as i64) } else { n.to_string() }
}

/// A row: its number in the file (the first is 1) and its cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Rangee {
    pub numero: u32,
    pub cellules: Vec<Cellule>,
}

/// Why a file cannot be read, and what to do, in French.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Illisible(pub String);

impl From<std::io::Error> for Illisible {
    fn from(e: std::io::Error) -> Self {
        // The guards of this module put their own words in the error.
        match e.into_inner().and_then(|e| e.downcast::<Mots>().ok()) {
            Some(m) => Self(m.0),
            None => abime(),
        }
    }
}

/// Words for a person, carried through an [`std::io::Error`].
#[derive(Debug)]
struct Mots(String);

impl std::fmt::Display for Mots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mots {}

fn refus(mots: impl Into<String>) -> std::io::Error {
    std::io::Error::other(Mots(mots.into()))
}

fn abime() -> Illisible {
    Illisible("Ce fichier est abîmé ou incomplet : ouvrez-le dans votre tableur, enregistrez-le de nouveau, puis renvoyez-le.".into())
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
    Ods,
}

impl Format {
    pub fn libelle(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "XLSX",
            Self::Ods => "ODS",
        }
    }

    /// Whether a file of this name says it is of this format.
    pub fn va_avec(self, nom: &str) -> bool {
        let extension = nom.rsplit_once('.').map(|(_, e)| e.to_lowercase()).unwrap_or_default();
        match self {
            Self::Csv => !matches!(extension.as_str(), "xlsx" | "xlsm" | "ods" | "xls"),
            Self::Xlsx => matches!(extension.as_str(), "xlsx" | "xlsm"),
            Self::Ods => extension == "ods",
        }
    }
}

/// Tells what a file is by its content.
pub fn reconnaitre(f: &mut File) -> Result<Format, Illisible> {
    f.seek(SeekFrom::Start(0))?;
    let mut debut = Vec::with_capacity(8192);
    f.by_ref().take(8192).read_to_end(&mut debut)?;
    f.seek(SeekFrom::Start(0))?;
    let commence = |m: &[u8]| debut.starts_with(m);
    let non = |quoi: &str| {
        Err(Illisible(format!(
            "Ce fichier est {quoi} : il faut un classeur (.xlsx ou .ods) ou un fichier CSV. Dans votre tableur, choisissez « Enregistrer sous »."
        )))
    };
    if debut.is_empty() {
        return Err(Illisible("Ce fichier est vide.".into()));
    }
    if commence(b"PK\x03\x04") || commence(b"PK\x05\x06") {
        return zip::reconnaitre(f);
    }
    if commence(b"\xD0\xCF\x11\xE0") {
        return non("un ancien classeur .xls, ou un classeur protégé par un mot de passe");
    }
    if commence(b"%PDF") {
        return non("un PDF");
    }
    if commence(b"\x89PNG") || commence(b"\xFF\xD8\xFF") || commence(b"GIF8") {
        return non("une image");
    }
    let utf16 = commence(b"\xFF\xFE") || commence(b"\xFE\xFF");
    if !utf16 && debut.iter().any(|o| *o < 32 && !matches!(o, b'\t' | b'\n' | b'\r' | 0x0C)) {
        return non("d’une autre sorte");
    }
    let texte = String::from_utf8_lossy(&debut).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    if ["<!doctype", "<html", "<?xml", "<svg"].iter().any(|d| texte.starts_with(d)) {
        return non("une page web ou un document XML");
    }
    if texte.starts_with("{\"") || texte.starts_with("[{") {
        return non("du JSON");
    }
    Ok(Format::Csv)
}

/// Calls `visite` for each row that is not empty, with how much of the file was read, from 0 to 100.
/// `choisir` looks at the first rows of each sheet (or reading of a CSV) and gives a score: the highest is read.
///
/// # Errors
/// [`Illisible`] when the file cannot be read to its end, or is larger than what is accepted.
pub fn parcourir(
    f: &mut File,
    choisir: &dyn Fn(&[Rangee]) -> usize,
    visite: &mut dyn FnMut(Rangee, u8) -> ControlFlow<()>,
) -> Result<Format, Illisible> {
    let format = reconnaitre(f)?;
    let mut lues = 0;
    let (mut trop, mut large) = (false, false);
    let mut garde = |r: Rangee, part: u8| {
        if r.cellules.iter().all(Cellule::est_vide) {
            return ControlFlow::Continue(());
        }
        if r.cellules.len() > COLONNES_MAX {
            large = true;
            return ControlFlow::Break(());
        }
        lues += 1;
        if lues > LIGNES_MAX {
            trop = true;
            return ControlFlow::Break(());
        }
        visite(r, part)
    };
    match format {
        Format::Csv => csv::parcourir(f, choisir, &mut garde)?,
        Format::Xlsx => xlsx::parcourir(f, choisir, &mut garde)?,
        Format::Ods => ods::parcourir(f, choisir, &mut garde)?,
    }
    if trop {
        return Err(Illisible(format!(
            "Ce fichier compte plus de {LIGNES_MAX} lignes : partagez-le en plusieurs fichiers, par année par exemple."
        )));
    }
    if large {
        return Err(Illisible(format!(
            "Ce fichier a plus de {COLONNES_MAX} colonnes\u{a0}: supprimez dans votre tableur celles qui ne servent pas, puis renvoyez-le."
        )));
    }
    Ok(format)
}

/// How many first rows [`parcourir`] shows to `choisir`.
const APERCU: usize = 60;

type Visite<'a> = &'a mut dyn FnMut(Rangee, u8) -> ControlFlow<()>;
type Choisir<'a> = &'a dyn Fn(&[Rangee]) -> usize;

/// The first rows of a source that calls a visitor.
fn premieres(lire: impl FnOnce(Visite) -> Result<(), Illisible>) -> Result<Vec<Rangee>, Illisible> {
    let mut v = vec![];
    lire(&mut |r, _| {
        if r.cellules.iter().any(|c| !c.est_vide()) {
            v.push(r);
        }
        if v.len() >= APERCU { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(v)
}

/// Which of `scores` is the highest, the first of equals.
fn meilleur(scores: &[usize]) -> usize {
    let max = scores.iter().max().copied().unwrap_or(0);
    scores.iter().position(|s| *s == max).unwrap_or(0)
}

fn pourcent(fait: u64, total: u64) -> u8 {
    (fait.saturating_mul(100) / total.max(1)).min(100) as u8
}

#[cfg(test)]
#[path = "fichier/tests.rs"]
mod tests;
