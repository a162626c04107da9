//! ODS: the tables of `content.xml` as it is inflated.

use std::{fs::File, ops::ControlFlow};

use quick_xml::events::{BytesStart, Event};

use super::{
    CELLULE_MAX, COLONNES_MAX, Cellule, Choisir, Illisible, LIGNES_MAX, Rangee, Visite, meilleur, pourcent, premieres,
    zip::{self, Archive, PARTIE_MAX, attribut, entite, erreur_xml},
};

/// Tables looked at, at most.
const TABLES_MAX: usize = 20;

fn repete(e: &BytesStart, nom: &str) -> u32 {
    attribut(e, nom).and_then(|n| n.parse().ok()).unwrap_or(1)
}

/// A cell being read.
#[derive(Default)]
struct Cours {
    valeur: Option<Cellule>,
    texte: String,
    paragraphes: u32,
    fois: u32,
}

impl Cours {
    fn ouvrir(e: &BytesStart) -> Self {
        let valeur = match attribut(e, "value-type").as_deref() {
            Some("float" | "percentage" | "currency") => {
                attribut(e, "value").and_then(|v| v.parse::<f64>().ok()).filter(|n| n.is_finite()).map(Cellule::Nombre)
            }
            Some("date") => attribut(e, "date-value").map(Cellule::texte),
            Some("time") => attribut(e, "time-value").map(Cellule::texte),
            Some("boolean") => attribut(e, "boolean-value").map(|b| Cellule::Texte(if b == "true" { "oui" } else { "non" }.to_owned())),
            _ => attribut(e, "string-value").map(Cellule::texte),
        };
        Self { valeur, fois: repete(e, "number-columns-repeated"), ..Self::default() }
    }

    fn fermer(self, cellules: &mut Vec<Cellule>) {
        let valeur = self.valeur.unwrap_or_else(|| Cellule::texte(self.texte.chars().take(CELLULE_MAX).collect()));
        // Past the last column, one cell that says something is enough to be refused.
        let places = COLONNES_MAX + usize::from(!valeur.est_vide());
        for _ in 0..(self.fois as usize).min(places.saturating_sub(cellules.len())) {
            cellules.push(valeur.clone());
        }
    }
}

/// Reads the table of this rank; gives false when there is none.
fn lire(a: &mut Archive, rang: usize, visite: Visite) -> Result<bool, Illisible> {
    let Some((mut x, compte, taille)) = zip::xml(a, "content.xml", PARTIE_MAX)? else { return Err(super::abime()) };
    let mut tampon = vec![];
    let (mut tables, mut profondeur) = (0, 0);
    let mut numero: u32 = 0;
    let mut fois: u32 = 1;
    let mut cellules = vec![];
    let mut cours: Option<Cours> = None;
    // Inside a paragraph, and not inside a comment put on the cell.
    let (mut dans_p, mut commentaire) = (false, 0);
    loop {
        tampon.clear();
        compte.depuis.set(0);
        let evenement = x.read_event_into(&mut tampon).map_err(erreur_xml)?;
        if let Event::Start(e) = &evenement
            && e.local_name().as_ref() == "table"
        {
            profondeur += 1;
            tables += usize::from(profondeur == 1);
            continue;
        }
        if let Event::End(e) = &evenement
            && e.local_name().as_ref() == "table"
        {
            profondeur -= 1;
            if profondeur == 0 && tables == rang + 1 {
                return Ok(true);
            }
            continue;
        }
        if matches!(evenement, Event::Eof) {
            return Ok(tables > rang);
        }
        if tables != rang + 1 || profondeur != 1 {
            continue;
        }
        match evenement {
            Event::Start(e) => match e.local_name().as_ref() {
                "table-row" => {
                    fois = repete(&e, "number-rows-repeated");
                    cellules.clear();
                }
                "table-cell" | "covered-table-cell" => cours = Some(Cours::ouvrir(&e)),
                "annotation" => commentaire += 1,
                "p" if commentaire == 0 => {
                    if let Some(c) = &mut cours {
                        if c.paragraphes > 0 {
                            c.texte.push('\n');
                        }
                        c.paragraphes += 1;
                        dans_p = true;
                    }
                }
                "s" if dans_p => {
                    let n = repete(&e, "c").min(1000);
                    if let Some(c) = &mut cours {
                        c.texte.extend(std::iter::repeat_n(' ', n as usize));
                    }
                }
                "line-break" | "tab" if dans_p => {
                    if let Some(c) = &mut cours {
                        c.texte.push('\n');
                    }
                }
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "annotation" => commentaire -= 1,
                "p" => dans_p = false,
                "table-cell" | "covered-table-cell" => {
                    if let Some(c) = cours.take() {
                        c.fermer(&mut cellules);
                    }
                }
                "table-row" => {
                    let part = pourcent(compte.total.get(), taille);
                    // The empty rows below the last one are one row repeated a million times.
                    let vide = cellules.iter().all(Cellule::est_vide);
                    let tours = if vide { 0 } else { fois.min(LIGNES_MAX + 1) };
                    for i in 0..tours {
                        let r = Rangee { numero: numero.saturating_add(1 + i), cellules: cellules.clone() };
                        if visite(r, part) == ControlFlow::Break(()) {
                            return Ok(true);
                        }
                    }
                    numero = numero.saturating_add(fois);
                }
                _ => {}
            },
            Event::Text(e) if dans_p && commentaire == 0 => {
                if let Some(c) = &mut cours {
                    c.texte.push_str(&e.xml10_content());
                }
            }
            Event::GeneralRef(e) if dans_p && commentaire == 0 => {
                if let Some(c) = &mut cours {
                    c.texte.push_str(&entite(&e));
                }
            }
            _ => {}
        }
    }
}

pub fn parcourir(f: &mut File, choisir: Choisir, visite: Visite) -> Result<(), Illisible> {
    let mut a = zip::ouvrir(f)?;
    let mut scores = vec![];
    for rang in 0..TABLES_MAX {
        let mut la = false;
        let debut = premieres(|v| {
            la = lire(&mut a, rang, v)?;
            Ok(())
        })?;
        if !la {
            break;
        }
        scores.push(choisir(&debut));
    }
    if scores.is_empty() {
        return Err(super::abime());
    }
    lire(&mut a, meilleur(&scores), visite).map(|_| ())
}
