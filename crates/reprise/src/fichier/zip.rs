//! Spreadsheets are zip archives: what keeps a small file from becoming an enormous one in memory.

use std::{
    cell::Cell,
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    rc::Rc,
};

use super::{Format, Illisible, refus};

/// An inflated part, at most: a sheet of [`super::LIGNES_MAX`] rows stays well under.
pub const PARTIE_MAX: u64 = 768 * 1024 * 1024;
/// Above this size, a part inflated more than [`RAPPORT_MAX`] times is no honest spreadsheet.
const RAPPORT_DES: u64 = 32 * 1024 * 1024;
const RAPPORT_MAX: u64 = 250;
/// One tag or text of the XML, at most.
const EVENEMENT_MAX: u64 = 2 * 1024 * 1024;
/// Parts of an archive, at most.
const PARTIES_MAX: usize = 2000;

pub type Archive = ::zip::ZipArchive<BufReader<File>>;

fn bombe() -> String {
    "Ce fichier se déploie en un contenu démesuré : il est refusé par sécurité. Copiez les lignes utiles dans un nouveau classeur.".into()
}

pub fn ouvrir(f: &File) -> Result<Archive, Illisible> {
    let mut f = f.try_clone()?;
    f.seek(SeekFrom::Start(0))?;
    let a = ::zip::ZipArchive::new(BufReader::new(f)).map_err(|_| super::abime())?;
    if a.len() > PARTIES_MAX {
        return Err(Illisible(bombe()));
    }
    Ok(a)
}

pub fn reconnaitre(f: &mut File) -> Result<Format, Illisible> {
    let mut a = ouvrir(f)?;
    if a.by_name("xl/workbook.xml").is_ok() {
        return Ok(Format::Xlsx);
    }
    let mut genre = String::new();
    if let Ok(m) = a.by_name("mimetype") {
        m.take(200).read_to_string(&mut genre)?;
    }
    if genre.trim() == "application/vnd.oasis.opendocument.spreadsheet" && a.by_name("content.xml").is_ok() {
        return Ok(Format::Ods);
    }
    let quoi = if a.by_name("word/document.xml").is_ok() || genre.contains("opendocument.text") {
        "un texte de traitement de texte"
    } else if a.by_name("xl/workbook.bin").is_ok() {
        "un classeur au format .xlsb"
    } else {
        "une archive .zip"
    };
    Err(Illisible(format!(
        "Ce fichier est {quoi} : il faut un classeur (.xlsx ou .ods) ou un fichier CSV. Dans votre tableur, choisissez « Enregistrer sous »."
    )))
}

/// Counts of a part being read.
#[derive(Clone, Default)]
pub struct Compte {
    /// Bytes inflated so far.
    pub total: Rc<Cell<u64>>,
    /// Bytes inflated since the last tag or text.
    pub depuis: Rc<Cell<u64>>,
}

/// A part being inflated, within limits, whatever its header says of its size.
pub struct Partie<R> {
    source: R,
    compresse: u64,
    max: u64,
    compte: Compte,
}

impl<R: Read> Read for Partie<R> {
    fn read(&mut self, tampon: &mut [u8]) -> std::io::Result<usize> {
        let n = self.source.read(tampon)?;
        let total = self.compte.total.get() + n as u64;
        let depuis = self.compte.depuis.get() + n as u64;
        self.compte.total.set(total);
        self.compte.depuis.set(depuis);
        let rapport = total > RAPPORT_DES && total / self.compresse.max(1) > RAPPORT_MAX;
        if total > self.max || rapport {
            return Err(refus(bombe()));
        }
        if depuis > EVENEMENT_MAX {
            return Err(refus("Une cellule de ce fichier est démesurée : il est refusé par sécurité."));
        }
        Ok(n)
    }
}

/// A part as XML, its counts and its announced size; None when the archive has no such part.
pub fn xml<'a>(
    a: &'a mut Archive,
    nom: &str,
    max: u64,
) -> Result<Option<(quick_xml::Reader<BufReader<impl Read + use<'a>>>, Compte, u64)>, Illisible> {
    let Ok(p) = a.by_name(nom) else { return Ok(None) };
    if p.size() > max {
        return Err(Illisible(bombe()));
    }
    let taille = p.size();
    let compte = Compte::default();
    let partie = Partie { compresse: p.compressed_size(), source: p, max, compte: compte.clone() };
    let mut r = quick_xml::Reader::from_reader(BufReader::new(partie));
    r.config_mut().expand_empty_elements = true;
    r.config_mut().check_end_names = false;
    Ok(Some((r, compte, taille)))
}

/// The value of an attribute, its prefix left aside.
pub fn attribut(e: &quick_xml::events::BytesStart, nom: &str) -> Option<String> {
    e.attributes()
        .flatten()
        .find(|a| a.key.local_name().as_ref() == nom)
        .and_then(|a| a.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned))
}

/// The character that `&…;` stands for; unknown names are left out, none is ever expanded.
pub fn entite(r: &quick_xml::events::BytesRef) -> String {
    if let Ok(Some(c)) = r.resolve_char_ref() {
        return c.to_string();
    }
    match &**r {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}

pub fn erreur_xml(e: quick_xml::Error) -> Illisible {
    match e {
        quick_xml::Error::Io(e) => match std::sync::Arc::try_unwrap(e) {
            Ok(e) => e.into(),
            Err(e) => e.get_ref().and_then(|m| m.downcast_ref::<super::Mots>()).map_or_else(super::abime, |m| Illisible(m.0.clone())),
        },
        _ => super::abime(),
    }
}
