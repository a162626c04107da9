//! CSV: `;`, `,` or tab; UTF-8 with or without its mark, UTF-16 with its mark, else Windows-1252.

use std::{
    cell::Cell,
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    ops::ControlFlow,
    rc::Rc,
};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, WINDOWS_1252};

use super::{APERCU, CELLULE_MAX, COLONNES_MAX, Cellule, Choisir, Illisible, Rangee, Visite, meilleur, pourcent, premieres, refus};

/// A line, at most: more is a quote that was never closed.
const LIGNE_MAX: u64 = 1024 * 1024;

/// The encoding: its mark, else UTF-8 if all of the file is, else that of old French spreadsheets.
fn codage(f: &mut File) -> Result<&'static Encoding, Illisible> {
    f.seek(SeekFrom::Start(0))?;
    let mut morceau = vec![0; 256 * 1024];
    let mut reste = 0;
    let mut premier = true;
    loop {
        let n = f.read(&mut morceau[reste..])?;
        let plein = reste + n;
        if premier {
            premier = false;
            if let Some((e, _)) = Encoding::for_bom(&morceau[..plein]) {
                return Ok(e);
            }
        }
        match std::str::from_utf8(&morceau[..plein]) {
            Ok(_) => reste = 0,
            // A character cut by the end of the piece is read with the next.
            Err(e) if e.error_len().is_none() && n > 0 => {
                let coupe = e.valid_up_to();
                morceau.copy_within(coupe..plein, 0);
                reste = plein - coupe;
            }
            Err(_) => return Ok(WINDOWS_1252),
        }
        if n == 0 {
            return Ok(UTF_8);
        }
    }
}

/// Where a quote is open, as the reader of rows sees it: at the beginning of a cell, until one that is not doubled.
#[derive(Default)]
struct Guillemets {
    separateur: u8,
    ligne: u32,
    /// In a cell, past its beginning.
    cellule: bool,
    /// In quotes, opened on this line.
    ouvert: Option<u32>,
    /// A quote that may be doubled was just read in quotes.
    doute: bool,
}

impl Guillemets {
    fn suivre(&mut self, texte: &[u8]) {
        for o in texte {
            let o = *o;
            if self.ouvert.is_some() && o == b'"' {
                self.doute = !self.doute;
            } else if self.ouvert.is_none() || self.doute {
                self.doute = false;
                let fin = o == self.separateur || o == b'\n';
                self.ouvert = (o == b'"' && !self.cellule).then_some(self.ligne);
                self.cellule = !fin;
            }
            self.ligne += u32::from(o == b'\n');
        }
    }

    /// The line where the quote still open begins.
    fn reste(&self) -> Option<u32> {
        self.ouvert.filter(|_| !self.doute).map(|l| l + 1)
    }
}

/// Bytes of a file as UTF-8, which counts what was read of the file and since the last line.
struct Decode {
    guillemets: Guillemets,
    /// A quote still open at the end is told: else, the reading is a try.
    exiger: bool,
    source: BufReader<File>,
    decodeur: Decoder,
    lu: Rc<Cell<u64>>,
    depuis: Rc<Cell<u64>>,
    entree: Vec<u8>,
    debut: usize,
    fin: bool,
    /// The last character was a carriage return: the line feed of « CRLF » is the same end of line.
    retour: bool,
    /// All was decoded.
    finie: bool,
    /// The end of line that a last line may lack was given.
    close: bool,
}

/// Makes every end of line a line feed, so that lines are counted alike; gives the new length.
fn unir(texte: &mut [u8], retour: &mut bool) -> usize {
    let mut n = 0;
    for i in 0..texte.len() {
        let o = texte[i];
        if !(o == b'\n' && *retour) {
            texte[n] = if o == b'\r' { b'\n' } else { o };
            n += 1;
        }
        *retour = o == b'\r';
    }
    n
}

impl Read for Decode {
    fn read(&mut self, sortie: &mut [u8]) -> std::io::Result<usize> {
        loop {
            if self.debut >= self.entree.len() && !self.fin {
                self.entree.resize(16 * 1024, 0);
                let n = self.source.read(&mut self.entree)?;
                self.entree.truncate(n);
                self.debut = 0;
                self.fin = n == 0;
                self.lu.set(self.lu.get() + n as u64);
            }
            if self.finie {
                if let Some(ligne) = self.guillemets.reste().filter(|_| self.exiger) {
                    return Err(refus(format!(
                        "Un guillemet ouvert à la ligne {ligne} n’est jamais refermé\u{a0}: tout ce qui suit serait dans la même cellule. Corrigez cette ligne, ou enregistrez le fichier de nouveau depuis votre tableur."
                    )));
                }
                if self.close || sortie.is_empty() {
                    return Ok(0);
                }
                self.close = true;
                sortie[0] = b'\n';
                return Ok(1);
            }
            let (r, lus, ecrits, _) = self.decodeur.decode_to_utf8(&self.entree[self.debut..], sortie, self.fin);
            self.debut += lus;
            // A decoder told that the end has come is not asked again.
            self.finie = self.fin && r == CoderResult::InputEmpty;
            self.depuis.set(self.depuis.get() + ecrits as u64);
            if self.depuis.get() > LIGNE_MAX {
                let ou = self.guillemets.ouvert.map(|l| format!(" à la ligne {}", l + 1)).unwrap_or_default();
                return Err(refus(format!(
                    "Une ligne de ce fichier est trop longue : un guillemet ouvert{ou} n’est sans doute jamais refermé. Enregistrez le fichier de nouveau depuis votre tableur."
                )));
            }
            let n = unir(&mut sortie[..ecrits], &mut self.retour);
            self.guillemets.suivre(&sortie[..n]);
            if n > 0 {
                return Ok(n);
            }
        }
    }
}

fn lire(f: &File, e: &'static Encoding, separateur: u8, exiger: bool, visite: Visite) -> Result<(), Illisible> {
    let mut source = f.try_clone()?;
    source.seek(SeekFrom::Start(0))?;
    let total = source.metadata()?.len();
    let (lu, depuis) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let decode = Decode {
        exiger,
        guillemets: Guillemets { separateur, ..Guillemets::default() },
        source: BufReader::new(source),
        decodeur: e.new_decoder_with_bom_removal(),
        lu: lu.clone(),
        depuis: depuis.clone(),
        entree: vec![],
        debut: 0,
        fin: false,
        retour: false,
        finie: false,
        close: false,
    };
    let mut lecteur = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separateur).from_reader(decode);
    let mut ligne = ::csv::StringRecord::new();
    loop {
        match lecteur.read_record(&mut ligne) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(e) => {
                return Err(match e.into_kind() {
                    ::csv::ErrorKind::Io(e) => e.into(),
                    _ => super::abime(),
                });
            }
        }
        depuis.set(0);
        // Several lines of text may make one row: people look for it by the line where it begins.
        let dans = ligne.iter().map(|t| t.bytes().filter(|o| *o == b'\n').count() as u64).sum::<u64>();
        let numero = u32::try_from(lecteur.position().line().saturating_sub(1 + dans)).unwrap_or(u32::MAX);
        let lire =
            |t: &str| Cellule::texte(if t.chars().count() > CELLULE_MAX { t.chars().take(CELLULE_MAX).collect() } else { t.to_owned() });
        let mut cellules: Vec<Cellule> = ligne.iter().take(COLONNES_MAX).map(lire).collect();
        // One cell too many is enough to be refused.
        cellules.extend(ligne.iter().skip(COLONNES_MAX).map(lire).find(|c| !c.est_vide()));
        if visite(Rangee { numero, cellules }, pourcent(lu.get(), total)) == ControlFlow::Break(()) {
            return Ok(());
        }
    }
}

pub fn parcourir(f: &mut File, choisir: Choisir, visite: Visite) -> Result<(), Illisible> {
    let e = codage(f)?;
    let separateurs = [b';', b',', b'\t'];
    let mut scores = vec![];
    for s in separateurs {
        let debut = premieres(|v| lire(f, e, s, false, v))?;
        // What the columns are called tells best; else, how many cells there are.
        let largeur = debut.iter().map(|r| r.cellules.len()).sum::<usize>() / debut.len().max(1);
        scores.push(choisir(&debut) * (COLONNES_MAX + 1) * APERCU + largeur);
    }
    lire(f, e, separateurs[meilleur(&scores)], true, visite)
}
