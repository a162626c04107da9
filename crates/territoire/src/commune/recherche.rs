//! Search as one types, by name or by postcode.
//!
//! Names are folded (no accent, no capital, words glued together) into one buffer; every start of a
//! word is in a sorted list, so that the rarest word typed gives its few candidates at once and only
//! these are compared with the whole request.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::OnceLock;

use super::fonds::Fonds;
use super::{Commune, par_code};

/// The longest official name has 45 characters: what is longer names no commune.
const LONGUEUR_MAX: usize = 200;

/// The communes that answer a text, best first, `max` at most.
///
/// - Digits alone: those whose postcode starts with them, larger first.
/// - Otherwise by name: each word typed starts a word of the name, in the same order. Capitals,
///   accents, hyphens and apostrophes do not count, nor does forgetting them; « st » and « ste » are
///   « saint » and « sainte ». The exact name comes first, then larger towns, then arrondissements
///   municipaux. Numbers beside the name narrow down by postcode or département: « saint denis 974 », « Saint-Denis (97400) ».
/// - When nothing answers, an INSEE code is tried: « 2a004 ».
pub fn chercher(texte: &str, max: usize) -> Vec<Commune> {
    if texte.len() > LONGUEUR_MAX {
        return Vec::new();
    }
    let plie = plier(texte);
    let mots: Vec<&str> = plie.split(' ').filter(|mot| !mot.is_empty()).collect();
    let colle = mots.concat();
    if colle.is_empty() {
        return Vec::new();
    }

    let index = Index::charge();
    let mut trouves =
        if colle.bytes().all(|c| c.is_ascii_digit()) { index.par_code_postal(&colle) } else { index.par_nom(&Demande::nouvelle(&mots)) };
    trouves.sort_unstable();
    trouves.dedup();
    if trouves.is_empty() {
        return par_code(&colle.to_ascii_uppercase()).into_iter().take(max).collect();
    }
    trouves.into_iter().take(max).map(|trouve| index.fonds.commune(trouve.ligne())).collect()
}

/// Lower case, without accents, everything that is neither letter nor digit as a space.
fn plier(texte: &str) -> String {
    let mut plie = String::with_capacity(texte.len());
    for c in texte.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => plie.push(c),
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => plie.push('a'),
            'ç' => plie.push('c'),
            'è' | 'é' | 'ê' | 'ë' => plie.push('e'),
            'ì' | 'í' | 'î' | 'ï' => plie.push('i'),
            'ñ' => plie.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => plie.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => plie.push('u'),
            'ý' | 'ÿ' => plie.push('y'),
            'œ' => plie.push_str("oe"),
            'æ' => plie.push_str("ae"),
            // Accents typed apart from their letter, as some systems paste them.
            '\u{300}'..='\u{36f}' => {}
            _ if c.is_alphanumeric() => plie.push(c),
            _ => plie.push(' '),
        }
    }
    plie
}

/// What is asked, cut into words.
struct Demande<'a> {
    termes: Vec<Terme<'a>>,
    /// The termes that are letters alone.
    lettres: Vec<Terme<'a>>,
    /// Starts of postcodes, or départements.
    filtres: Vec<&'a str>,
}

/// The start of a word, and another reading of it.
#[derive(Clone, Copy)]
struct Terme<'a> {
    forme: &'a str,
    autre: Option<&'a str>,
}

impl<'a> Demande<'a> {
    fn nouvelle(mots: &[&'a str]) -> Self {
        let mut demande = Self { termes: Vec::new(), lettres: Vec::new(), filtres: Vec::new() };
        for (place, &mot) in mots.iter().enumerate() {
            let complet = match mot {
                "st" => Some("saint"),
                "ste" => Some("sainte"),
                "sts" => Some("saints"),
                "stes" => Some("saintes"),
                _ => None,
            };
            // The last word may be unfinished: « st » is then also the start of « strasbourg ».
            let autre = (complet.is_some() && place + 1 == mots.len()).then_some(mot);
            let terme = Terme { forme: complet.unwrap_or(mot), autre };
            demande.termes.push(terme);
            let nombre = mot.len() > 1 && mot.bytes().all(|c| c.is_ascii_digit());
            if nombre || mot == "2a" || mot == "2b" {
                demande.filtres.push(mot);
            } else {
                demande.lettres.push(terme);
            }
        }
        demande
    }
}

impl<'a> Terme<'a> {
    fn formes(self) -> impl Iterator<Item = &'a str> {
        std::iter::once(self.forme).chain(self.autre)
    }
}

/// How well a name answers, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Accord {
    Exact,
    Mots,
    /// A word typed runs over several of the name: « lehavre », or « laval » in « La Valette ».
    Enjambe,
}

/// A commune found; the order of these is the order shown.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Trouve(Accord, Reverse<u32>, u16);

impl Trouve {
    fn ligne(&self) -> usize {
        usize::from(self.2)
    }
}

struct Index {
    fonds: &'static Fonds,
    /// Every folded name, one after the other, without spaces.
    plie: String,
    /// Where each word starts in `plie`, and the line it belongs to, in order.
    mots: Vec<Mot>,
    /// First word of each line, and one past the last.
    premiers: Vec<u32>,
    /// Places in `mots`, in the order of what follows, to the end of the name.
    tries: Vec<u32>,
    /// Of each line: its population, or 0 for an arrondissement municipal, so that these come last
    /// and by number: « par » must not show fifteen parts of Paris before any other town.
    poids: Vec<u32>,
    /// Every postcode in order, with its line.
    postaux: Vec<([u8; 5], u16)>,
}

struct Mot {
    debut: u32,
    ligne: u16,
}

impl Index {
    fn charge() -> &'static Self {
        static INDEX: OnceLock<Index> = OnceLock::new();
        INDEX.get_or_init(|| Self::dresser(Fonds::charge()))
    }

    fn dresser(fonds: &'static Fonds) -> Self {
        let mut index = Self {
            fonds,
            plie: String::new(),
            mots: Vec::new(),
            premiers: Vec::with_capacity(fonds.nombre() + 1),
            tries: Vec::new(),
            poids: Vec::with_capacity(fonds.nombre()),
            postaux: Vec::new(),
        };
        for place in 0..fonds.nombre() {
            let ligne = u16::try_from(place).expect("scripts/communes refuses 65,536 communes");
            index.premiers.push(index.mots.len() as u32);
            index.poids.push(match fonds.commune_de(place) {
                None => fonds.population(place),
                Some(_) => 0,
            });
            for mot in plier(fonds.nom(place)).split(' ').filter(|mot| !mot.is_empty()) {
                index.mots.push(Mot { debut: index.plie.len() as u32, ligne });
                index.plie.push_str(mot);
            }
            index.postaux.extend(fonds.codes_postaux(place).iter().filter_map(|code| Some((code.as_bytes().try_into().ok()?, ligne))));
        }
        index.premiers.push(index.mots.len() as u32);

        let mut tries: Vec<u32> = (0..index.mots.len() as u32).collect();
        tries.sort_unstable_by(|&a, &b| index.suite(a).cmp(index.suite(b)));
        index.tries = tries;
        index.postaux.sort_unstable();

        // For the life of the program: nothing in excess.
        index.plie.shrink_to_fit();
        index.mots.shrink_to_fit();
        index.postaux.shrink_to_fit();
        index
    }

    /// From the start of a word to the end of its name.
    fn suite(&self, mot: u32) -> &[u8] {
        let Mot { debut, ligne } = self.mots[mot as usize];
        &self.plie.as_bytes()[debut as usize..self.fin(ligne.into())]
    }

    fn mots_de(&self, ligne: usize) -> Range<usize> {
        self.premiers[ligne] as usize..self.premiers[ligne + 1] as usize
    }

    /// Where a folded name ends.
    fn fin(&self, ligne: usize) -> usize {
        self.mots.get(self.premiers[ligne + 1] as usize).map_or(self.plie.len(), |mot| mot.debut as usize)
    }

    fn trouve(&self, accord: Accord, ligne: u16) -> Trouve {
        Trouve(accord, Reverse(self.poids[usize::from(ligne)]), ligne)
    }

    fn par_code_postal(&self, debut: &str) -> Vec<Trouve> {
        let debut = debut.as_bytes();
        let premier = self.postaux.partition_point(|(code, _)| code.as_slice() < debut);
        self.postaux[premier..]
            .iter()
            .take_while(|(code, _)| code.starts_with(debut))
            .map(|&(_, ligne)| self.trouve(Accord::Exact, ligne))
            .collect()
    }

    fn par_nom(&self, demande: &Demande<'_>) -> Vec<Trouve> {
        // The rarest word, not a number: numbers may answer to a postcode and not to the name.
        let rare = demande.lettres.iter().min_by_key(|terme| terme.formes().map(|f| self.places(f).len()).sum::<usize>());
        let Some(rare) = rare else { return Vec::new() };
        rare.formes()
            .flat_map(|forme| &self.tries[self.places(forme)])
            .filter_map(|&mot| {
                let ligne = self.mots[mot as usize].ligne;
                Some(self.trouve(self.accord(ligne.into(), demande)?, ligne))
            })
            .collect()
    }

    /// The sorted words that start so.
    fn places(&self, forme: &str) -> Range<usize> {
        let forme = forme.as_bytes();
        let debut = self.tries.partition_point(|&mot| self.suite(mot) < forme);
        let nombre = self.tries[debut..].partition_point(|&mot| self.suite(mot).starts_with(forme));
        debut..debut + nombre
    }

    fn accord(&self, ligne: usize, demande: &Demande<'_>) -> Option<Accord> {
        self.accord_nom(ligne, &demande.termes).or_else(|| {
            let retenue = !demande.filtres.is_empty() && demande.filtres.iter().all(|filtre| self.retenue(ligne, filtre));
            retenue.then(|| self.accord_nom(ligne, &demande.lettres)).flatten()
        })
    }

    fn retenue(&self, ligne: usize, filtre: &str) -> bool {
        self.fonds.departement(ligne).eq_ignore_ascii_case(filtre)
            || self.fonds.codes_postaux(ligne).iter().any(|code| code.starts_with(filtre))
    }

    /// Each terme starts a word, one after the other.
    fn accord_nom(&self, ligne: usize, termes: &[Terme<'_>]) -> Option<Accord> {
        let mots = &self.mots[self.mots_de(ligne)];
        let (debut, fin) = (mots.first()?.debut as usize, self.fin(ligne));
        let plie = self.plie.as_bytes();
        let (mut mot, mut vu, mut enjambe) = (0, debut, false);
        // Still exact: everything from the start of the name was typed.
        let mut exact = true;
        for terme in termes {
            let (place, longueur) = (mot..mots.len()).find_map(|place| {
                let suite = &plie[mots[place].debut as usize..fin];
                let forme = terme.formes().find(|forme| suite.starts_with(forme.as_bytes()))?;
                Some((place, forme.len()))
            })?;
            exact &= mots[place].debut as usize == vu;
            vu = mots[place].debut as usize + longueur;
            mot = place + 1;
            while mots.get(mot).is_some_and(|suivant| (suivant.debut as usize) < vu) {
                mot += 1;
                enjambe = true;
            }
        }
        Some(match (exact && vu == fin, enjambe) {
            (true, _) => Accord::Exact,
            (false, false) => Accord::Mots,
            (false, true) => Accord::Enjambe,
        })
    }
}
