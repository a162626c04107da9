//! The embedded code, unpacked once: the text of the file stays whole in memory and everything else
//! points into it.

use std::io::Read;
use std::sync::OnceLock;

use flate2::read::GzDecoder;

use super::{CodeCommune, Commune};

/// Made by `scripts/communes`, which describes the layout.
const COMPRESSE: &[u8] = include_bytes!("../../donnees/communes.txt.gz");

/// The invariant behind every `expect` here.
const CONFORME: &str = "the embedded file is as scripts/communes writes it";

/// All communes, in order of code; a commune is named by its place, its line.
pub(super) struct Fonds {
    /// Five characters and the end of line.
    codes: &'static [[u8; 6]],
    lignes: Vec<Ligne>,
    codes_postaux: Vec<&'static str>,
    /// Arrondissement municipal and its commune, in order.
    arrondissements: Vec<(&'static str, &'static str)>,
}

struct Ligne {
    nom: &'static str,
    population: u32,
    /// Where its postcodes start; they end where those of the next line start.
    codes_postaux: u32,
}

impl Fonds {
    pub(super) fn charge() -> &'static Self {
        static FONDS: OnceLock<Fonds> = OnceLock::new();
        FONDS.get_or_init(|| Self::lire(texte()))
    }

    fn lire(texte: &'static str) -> Self {
        let (nombre, corps) = texte.split_once('\n').expect(CONFORME);
        let nombre: usize = nombre.parse().expect(CONFORME);
        let (codes, corps) = corps.split_at(nombre * 6);

        let noms = corps.lines();
        let populations = corps.lines().skip(nombre);
        let mut suite = corps.lines().skip(2 * nombre);

        let mut codes_postaux = Vec::with_capacity(nombre + nombre / 8);
        let mut lignes = Vec::with_capacity(nombre);
        for (nom, (population, postaux)) in noms.take(nombre).zip(populations.zip(suite.by_ref().take(nombre))) {
            lignes.push(Ligne { nom, population: population.parse().expect(CONFORME), codes_postaux: codes_postaux.len() as u32 });
            codes_postaux.extend(postaux.split_ascii_whitespace());
        }
        let arrondissements = suite.map(|ligne| ligne.split_once(' ').expect(CONFORME)).collect();

        Self { codes: codes.as_bytes().as_chunks().0, lignes, codes_postaux, arrondissements }
    }

    pub(super) fn nombre(&self) -> usize {
        self.lignes.len()
    }

    pub(super) fn ligne(&self, code: &str) -> Option<usize> {
        self.codes.binary_search_by(|connu| connu[..5].cmp(code.as_bytes())).ok()
    }

    pub(super) fn nom(&self, ligne: usize) -> &'static str {
        self.lignes[ligne].nom
    }

    pub(super) fn population(&self, ligne: usize) -> u32 {
        self.lignes[ligne].population
    }

    pub(super) fn codes_postaux(&self, ligne: usize) -> &[&'static str] {
        let fin = self.lignes.get(ligne + 1).map_or(self.codes_postaux.len(), |suivante| suivante.codes_postaux as usize);
        &self.codes_postaux[self.lignes[ligne].codes_postaux as usize..fin]
    }

    pub(super) fn code(&self, ligne: usize) -> &'static str {
        std::str::from_utf8(&self.codes[ligne][..5]).expect(CONFORME)
    }

    pub(super) fn departement(&self, ligne: usize) -> &'static str {
        let code = self.code(ligne);
        // Overseas, the département takes three characters.
        let longueur = if code.starts_with("97") || code.starts_with("98") { 3 } else { 2 };
        &code[..longueur]
    }

    /// The code of the commune an arrondissement municipal belongs to.
    pub(super) fn commune_de(&self, ligne: usize) -> Option<&'static str> {
        let place = self.arrondissements.binary_search_by_key(&self.code(ligne), |(arrondissement, _)| arrondissement).ok()?;
        Some(self.arrondissements[place].1)
    }

    pub(super) fn commune(&'static self, ligne: usize) -> Commune {
        Commune {
            code: CodeCommune(self.code(ligne)),
            nom: self.nom(ligne),
            codes_postaux: self.codes_postaux(ligne),
            departement: self.departement(ligne),
            arrondissement_de: self.commune_de(ligne).map(CodeCommune),
            population: self.population(ligne),
        }
    }
}

fn texte() -> &'static str {
    static TEXTE: OnceLock<String> = OnceLock::new();
    TEXTE.get_or_init(|| {
        // A gzip file ends with its unpacked size: reserved at once, nothing is kept in excess.
        let taille = COMPRESSE.last_chunk().map_or(0, |fin| u32::from_le_bytes(*fin));
        let mut texte = String::with_capacity(taille as usize);
        GzDecoder::new(COMPRESSE).read_to_string(&mut texte).expect(CONFORME);
        texte
    })
}
