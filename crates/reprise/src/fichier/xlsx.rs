//! XLSX: the XML of the chosen sheet as it is inflated; shared texts go to a file beyond a few megabytes.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    ops::ControlFlow,
};

use quick_xml::events::Event;

use super::{
    CELLULE_MAX, COLONNES_MAX, Cellule, Choisir, Illisible, Rangee, Visite, meilleur, pourcent, premieres,
    zip::{self, Archive, PARTIE_MAX, attribut, entite, erreur_xml},
};

/// Texts kept in memory, in bytes; what comes after is in a file.
const EN_MEMOIRE: usize = 16 * 1024 * 1024;
/// Shared texts, at most: 8 bytes of memory each.
const TEXTES_MAX: usize = 4_000_000;
const PETITE_PARTIE: u64 = 8 * 1024 * 1024;
/// Sheets looked at, at most.
const FEUILLES_MAX: usize = 20;

/// The shared texts of a workbook.
#[derive(Default)]
struct Textes {
    memoire: Vec<u8>,
    fichier: Option<File>,
    /// Where each ends, in memory then in the file.
    fins: Vec<u64>,
}

impl Textes {
    fn ajouter(&mut self, t: &str) -> Result<(), Illisible> {
        let debut = self.fins.last().copied().unwrap_or(0);
        if self.fichier.is_none() && self.memoire.len() + t.len() <= EN_MEMOIRE {
            self.memoire.extend_from_slice(t.as_bytes());
        } else {
            if self.fichier.is_none() {
                self.fichier = Some(tempfile::tempfile()?);
            }
            if let Some(f) = &mut self.fichier {
                f.write_all(t.as_bytes())?;
            }
        }
        if self.fins.len() >= TEXTES_MAX {
            return Err(Illisible("Ce classeur contient trop de textes différents : partagez-le en plusieurs fichiers.".into()));
        }
        self.fins.push(debut + t.len() as u64);
        Ok(())
    }

    fn lire(&mut self, i: usize) -> Result<String, Illisible> {
        let Some(fin) = self.fins.get(i).copied() else { return Ok(String::new()) };
        let debut = if i == 0 { 0 } else { self.fins[i - 1] };
        let base = self.memoire.len() as u64;
        let octets = if fin <= base {
            self.memoire[debut as usize..fin as usize].to_vec()
        } else {
            let Some(f) = &mut self.fichier else { return Ok(String::new()) };
            f.seek(SeekFrom::Start(debut - base))?;
            let mut v = vec![0; (fin - debut) as usize];
            f.read_exact(&mut v)?;
            v
        };
        Ok(String::from_utf8_lossy(&octets).into_owned())
    }
}

fn textes(a: &mut Archive) -> Result<Textes, Illisible> {
    let mut t = Textes::default();
    let Some((mut x, compte, _)) = zip::xml(a, "xl/sharedStrings.xml", PARTIE_MAX)? else { return Ok(t) };
    let mut tampon = vec![];
    let mut courant = String::new();
    // Inside `t`, and not inside the phonetic reading `rPh`.
    let (mut dans_t, mut phonetique) = (false, 0);
    loop {
        tampon.clear();
        compte.depuis.set(0);
        match x.read_event_into(&mut tampon).map_err(erreur_xml)? {
            Event::Start(e) => match e.local_name().as_ref() {
                "si" => courant.clear(),
                "t" => dans_t = phonetique == 0,
                "rPh" => phonetique += 1,
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "si" => t.ajouter(&couper(&courant))?,
                "t" => dans_t = false,
                "rPh" => phonetique -= 1,
                _ => {}
            },
            Event::Text(e) if dans_t => courant.push_str(&e.xml10_content()),
            Event::CData(e) if dans_t => courant.push_str(&e),
            Event::GeneralRef(e) if dans_t => courant.push_str(&entite(&e)),
            Event::Eof => break,
            _ => {}
        }
    }
    if let Some(f) = &mut t.fichier {
        f.flush()?;
    }
    Ok(t)
}

fn couper(t: &str) -> String {
    if t.len() > CELLULE_MAX { t.chars().take(CELLULE_MAX).collect() } else { t.to_owned() }
}

/// The visible sheets, by their part, and whether days are counted from 1904.
fn feuilles(a: &mut Archive) -> Result<(Vec<String>, bool), Illisible> {
    let mut liens = HashMap::new();
    let mut tampon = vec![];
    if let Some((mut x, ..)) = zip::xml(a, "xl/_rels/workbook.xml.rels", PETITE_PARTIE)? {
        loop {
            tampon.clear();
            match x.read_event_into(&mut tampon).map_err(erreur_xml)? {
                Event::Start(e) if e.local_name().as_ref() == "Relationship" => {
                    if let (Some(id), Some(cible)) = (attribut(&e, "Id"), attribut(&e, "Target")) {
                        let cible = cible.strip_prefix('/').map_or_else(|| format!("xl/{cible}"), str::to_owned);
                        liens.insert(id, cible);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
    }
    let mut v = vec![];
    let mut de_1904 = false;
    if let Some((mut x, ..)) = zip::xml(a, "xl/workbook.xml", PETITE_PARTIE)? {
        loop {
            tampon.clear();
            match x.read_event_into(&mut tampon).map_err(erreur_xml)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "workbookPr" => de_1904 = attribut(&e, "date1904").is_some_and(|d| d == "1" || d == "true"),
                    "sheet" if attribut(&e, "state").is_none_or(|s| s == "visible") => {
                        v.extend(attribut(&e, "id").and_then(|id| liens.get(&id).cloned()));
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
    }
    v.truncate(FEUILLES_MAX);
    Ok((v, de_1904))
}

/// The column of a reference: 0 for `A7`, 27 for `AB1`.
fn colonne(reference: &str) -> Option<usize> {
    let lettres: Vec<u8> = reference.bytes().take_while(u8::is_ascii_alphabetic).collect();
    if lettres.is_empty() || lettres.len() > 3 {
        return None;
    }
    Some(lettres.iter().fold(0, |n, l| n * 26 + usize::from(l.to_ascii_uppercase() - b'A') + 1) - 1)
}

/// A serial day of a workbook counted from 1904, as those counted from 1900.
const DE_1904_A_1900: f64 = 1462.0;

fn valeur(genre: &str, brut: &str, textes: &mut Textes) -> Result<Cellule, Illisible> {
    Ok(match genre {
        "s" => Cellule::texte(textes.lire(brut.trim().parse().unwrap_or(usize::MAX))?),
        "b" => Cellule::Texte(if brut.trim() == "1" { "oui" } else { "non" }.to_owned()),
        // An error of a formula (#N/A) is a text that no column accepts.
        "str" | "inlineStr" | "d" | "e" => Cellule::texte(couper(brut)),
        _ => match brut.trim().parse::<f64>() {
            Ok(n) if n.is_finite() => Cellule::Nombre(n),
            _ => Cellule::texte(couper(brut)),
        },
    })
}

fn lire(a: &mut Archive, partie: &str, textes: &mut Textes, visite: Visite) -> Result<(), Illisible> {
    let Some((mut x, compte, taille)) = zip::xml(a, partie, PARTIE_MAX)? else { return Err(super::abime()) };
    let mut tampon = vec![];
    let mut r = Rangee { numero: 0, cellules: vec![] };
    let (mut place, mut genre, mut brut) = (0, String::new(), String::new());
    let mut dans = false;
    loop {
        tampon.clear();
        compte.depuis.set(0);
        match x.read_event_into(&mut tampon).map_err(erreur_xml)? {
            Event::Start(e) => match e.local_name().as_ref() {
                "row" => {
                    r.numero = attribut(&e, "r").and_then(|n| n.parse().ok()).unwrap_or(r.numero + 1);
                    r.cellules.clear();
                    place = 0;
                }
                "c" => {
                    place = attribut(&e, "r").as_deref().and_then(colonne).unwrap_or(place);
                    genre = attribut(&e, "t").unwrap_or_default();
                    brut.clear();
                }
                // `f`, the formula, is never read: `v` is the value it had.
                "v" | "t" => dans = true,
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "v" | "t" => dans = false,
                "c" => {
                    if !brut.is_empty() {
                        let v = valeur(&genre, &brut, textes)?;
                        // Past the last column, one cell that says something is enough to be refused.
                        let ici = place.min(COLONNES_MAX);
                        if place < COLONNES_MAX || !v.est_vide() {
                            if r.cellules.len() <= ici {
                                r.cellules.resize(ici + 1, Cellule::Vide);
                            }
                            r.cellules[ici] = v;
                        }
                    }
                    place += 1;
                }
                "row" => {
                    let part = pourcent(compte.total.get(), taille);
                    if visite(Rangee { numero: r.numero, cellules: std::mem::take(&mut r.cellules) }, part) == ControlFlow::Break(()) {
                        return Ok(());
                    }
                }
                "sheetData" => return Ok(()),
                _ => {}
            },
            Event::Text(e) if dans => brut.push_str(&e.xml10_content()),
            Event::CData(e) if dans => brut.push_str(&e),
            Event::GeneralRef(e) if dans => brut.push_str(&entite(&e)),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

pub fn parcourir(f: &mut File, choisir: Choisir, visite: Visite) -> Result<(), Illisible> {
    let mut a = zip::ouvrir(f)?;
    let (feuilles, de_1904) = feuilles(&mut a)?;
    if feuilles.is_empty() {
        return Err(super::abime());
    }
    let mut textes = textes(&mut a)?;
    let mut scores = vec![];
    for p in &feuilles {
        scores.push(choisir(&premieres(|v| lire(&mut a, p, &mut textes, v))?));
    }
    let choisie = &feuilles[meilleur(&scores)];
    lire(&mut a, choisie, &mut textes, &mut |mut r, part| {
        if de_1904 {
            // Only a day may be as large: durations and counts are left as they are.
            for c in &mut r.cellules {
                if let Cellule::Nombre(n) = c
                    && (10_000.0..100_000.0).contains(n)
                {
                    *n += DE_1904_A_1900;
                }
            }
        }
        visite(r, part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_colonnes_se_comptent() {
        for (r, n) in [("A1", 0), ("Z9", 25), ("AA1", 26), ("AB12", 27), ("XFD1", 16383)] {
            assert_eq!(colonne(r), Some(n), "{r}");
        }
        assert_eq!(colonne("12"), None);
    }

    #[test]
    fn les_textes_debordent_dans_un_fichier() {
        let mut t = Textes::default();
        let long = "é".repeat(10_000);
        for i in 0..2000 {
            t.ajouter(&format!("{i}{long}")).unwrap();
        }
        assert!(t.fichier.is_some() && t.memoire.len() <= EN_MEMOIRE);
        for i in [0, 1, 800, 1999] {
            assert!(t.lire(i).unwrap() == format!("{i}{long}"));
        }
        assert_eq!(t.lire(2000).unwrap(), "");
    }
}
