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

/// Bytes of a file as UTF-8, which counts what was read of the file and since the last line.
struct Decode {
    source: BufReader<File>,
    decodeur: Decoder,
    lu: Rc<Cell<u64>>,
    depuis: Rc<Cell<u64>>,
    entree: Vec<u8>,
    debut: usize,
    fin: bool,
    /// The last character was a carriage return: the line feed of « CRLF » is the same end of line.
    retour: bool,
    /// The end of line that a last line may lack was given.
    clos: bool,
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
            let (r, lus, ecrits, _) = self.decodeur.decode_to_utf8(&self.entree[self.debut..], sortie, self.fin);
            self.debut += lus;
            if ecrits > 0 {
                self.depuis.set(self.depuis.get() + ecrits as u64);
                if self.depuis.get() > LIGNE_MAX {
                    return Err(refus(
                        "Une ligne de ce fichier est trop longue : un guillemet ouvert n’est sans doute jamais refermé. Enregistrez le fichier de nouveau depuis votre tableur.",
                    ));
                }
                let n = unir(&mut sortie[..ecrits], &mut self.retour);
                if n > 0 {
                    return Ok(n);
                }
                continue;
            }
            if self.fin && r == CoderResult::InputEmpty {
                if self.clos || sortie.is_empty() {
                    return Ok(0);
                }
                self.clos = true;
                sortie[0] = b'\n';
                return Ok(1);
            }
        }
    }
}

fn lire(f: &File, e: &'static Encoding, separateur: u8, visite: Visite) -> Result<(), Illisible> {
    let mut source = f.try_clone()?;
    source.seek(SeekFrom::Start(0))?;
    let total = source.metadata()?.len();
    let (lu, depuis) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let decode = Decode {
        source: BufReader::new(source),
        decodeur: e.new_decoder_with_bom_removal(),
        lu: lu.clone(),
        depuis: depuis.clone(),
        entree: vec![],
        debut: 0,
        fin: false,
        retour: false,
        clos: false,
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
        let cellules = ligne
            .iter()
            .take(COLONNES_MAX)
            .map(|t| Cellule::texte(if t.chars().count() > CELLULE_MAX { t.chars().take(CELLULE_MAX).collect() } else { t.to_owned() }))
            .collect();
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
        let debut = premieres(|v| lire(f, e, s, v))?;
        // What the columns are called tells best; else, how many cells there are.
        let largeur = debut.iter().map(|r| r.cellules.len()).sum::<usize>() / debut.len().max(1);
        scores.push(choisir(&debut) * (COLONNES_MAX + 1) * APERCU + largeur);
    }
    lire(f, e, separateurs[meilleur(&scores)], visite)
}
