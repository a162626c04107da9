//! The geometry of the charts: from values to primitives, which the template writes as SVG.

use super::{Forme, Graphique, Valeur};

/// What the template draws, in order. Abscissas are text: percentages, or units for the radar.
#[derive(Debug, Default)]
pub(super) struct Dessin {
    /// `None`: as wide as its place, `hauteur` pixels high.
    pub boite: Option<&'static str>,
    pub hauteur: f64,
    /// Class that keeps a least width when there are many columns: the figure then scrolls.
    pub large: bool,
    pub formes: Vec<Primitive>,
}

#[derive(Debug)]
pub(super) enum Primitive {
    Ligne {
        x1: String,
        y1: f64,
        x2: String,
        y2: f64,
        classe: String,
    },
    /// `motif`: the pattern laid over the colour, by its number.
    Rect {
        x: String,
        y: f64,
        l: String,
        h: f64,
        serie: usize,
        motif: bool,
    },
    /// A small plate under a value written over a pattern.
    Plaque {
        x: String,
        y: f64,
        l: f64,
        h: f64,
    },
    Texte {
        x: String,
        y: f64,
        dx: f64,
        ancre: &'static str,
        classe: &'static str,
        contenu: String,
    },
    Polygone {
        points: String,
        classe: String,
    },
    /// A point: a disc, a square, a diamond.
    Point {
        x: String,
        y: f64,
        serie: usize,
    },
    Lien(String),
    FinLien,
}

const LARGEUR_UTILE: f64 = 86.0;

pub(super) fn dessiner(g: &Graphique) -> Dessin {
    match g.forme {
        Forme::Barres | Forme::Empilees => barres(g),
        Forme::Colonnes => colonnes(g),
        Forme::Courbes => courbes(g),
        Forme::Radar { max } => radar(g, max),
    }
}

fn pc(x: f64) -> String {
    format!("{x:.2}%")
}

fn texte(x: String, y: f64, ancre: &'static str, classe: &'static str, contenu: impl Into<String>) -> Primitive {
    Primitive::Texte { x, y, dx: 0.0, ancre, classe, contenu: contenu.into() }
}

fn lier(formes: &mut Vec<Primitive>, v: &Valeur, dessiner: impl FnOnce(&mut Vec<Primitive>)) {
    if let Some(href) = &v.href {
        formes.push(Primitive::Lien(href.clone()));
    }
    dessiner(formes);
    if v.href.is_some() {
        formes.push(Primitive::FinLien);
    }
}

fn maximum(g: &Graphique) -> f64 {
    let haut = g.series.iter().flat_map(|s| &s.valeurs).filter_map(|v| v.nombre).fold(0.0, f64::max);
    if haut > 0.0 { haut } else { 1.0 }
}

/// The label above its bar: long French labels never fit beside it on a phone.
fn barres(g: &Graphique) -> Dessin {
    const PAS: f64 = 56.0;
    let nombre = |s: usize, i: usize| g.series[s].valeurs.get(i).and_then(|v| v.nombre).unwrap_or(0.0).max(0.0);
    let total = |i: usize| (0..g.series.len()).map(|s| nombre(s, i)).sum::<f64>();
    let haut = (0..g.categories.len()).map(total).fold(0.0, f64::max);
    let echelle = LARGEUR_UTILE / if haut > 0.0 { haut } else { 1.0 };
    let mut d = Dessin { hauteur: PAS * g.categories.len() as f64, ..Dessin::default() };
    for (i, categorie) in g.categories.iter().enumerate() {
        let y = PAS * i as f64;
        let f = &mut d.formes;
        if g.series.len() == 1 {
            let absente = Valeur::absente();
            let v = g.series[0].valeurs.get(i).unwrap_or(&absente);
            lier(f, v, |f| {
                f.push(texte("0".into(), y + 16.0, "start", "", categorie));
                let l = nombre(0, i) * echelle;
                f.push(Primitive::Rect { x: "0".into(), y: y + 24.0, l: pc(l), h: 20.0, serie: 1, motif: false });
                f.push(Primitive::Texte { x: pc(l), y: y + 39.0, dx: 8.0, ancre: "start", classe: "valeur", contenu: v.texte.clone() });
            });
            continue;
        }
        f.push(texte("0".into(), y + 16.0, "start", "", categorie));
        let mut x = 0.0;
        for (s, serie) in g.series.iter().enumerate() {
            let l = nombre(s, i) * echelle;
            let Some(v) = serie.valeurs.get(i).filter(|_| l > 0.0) else { continue };
            lier(f, v, |f| {
                f.push(Primitive::Rect { x: pc(x), y: y + 24.0, l: pc(l), h: 22.0, serie: s + 1, motif: s > 0 });
                if l > 9.0 {
                    ecrire_sur(f, x + l / 2.0, y + 27.0, &v.texte);
                }
            });
            x += l;
        }
        let somme = crate::format::nombre(total(i), 1);
        f.push(Primitive::Texte { x: pc(x), y: y + 40.0, dx: 8.0, ancre: "start", classe: "valeur", contenu: somme });
    }
    d
}

fn ecrire_sur(f: &mut Vec<Primitive>, x: f64, y: f64, contenu: &str) {
    let l = 10.0 + 8.0 * contenu.chars().count() as f64;
    f.push(Primitive::Plaque { x: pc(x), y, l, h: 16.0 });
    f.push(texte(pc(x), y + 13.0, "middle", "petit", contenu));
}

const SOL: f64 = 200.0;
const HAUT: f64 = 168.0;

fn socle_colonnes(g: &Graphique) -> (Dessin, f64) {
    let n = g.categories.len().max(1) as f64;
    let barres = if g.forme == Forme::Courbes { 1 } else { g.series.len().max(1) };
    let mut d = Dessin { hauteur: 228.0, large: g.categories.len() * barres > 8, ..Dessin::default() };
    for part in [0.5, 1.0] {
        let y = SOL - HAUT * part;
        d.formes.push(Primitive::Ligne { x1: "0".into(), y1: y, x2: "100%".into(), y2: y, classe: "guide".into() });
    }
    d.formes.push(Primitive::Ligne { x1: "0".into(), y1: SOL, x2: "100%".into(), y2: SOL, classe: "axe".into() });
    for (i, categorie) in g.categories.iter().enumerate() {
        d.formes.push(texte(pc((i as f64 + 0.5) * 100.0 / n), SOL + 20.0, "middle", "doux", categorie));
    }
    (d, n)
}

fn colonnes(g: &Graphique) -> Dessin {
    let (mut d, n) = socle_colonnes(g);
    let haut = maximum(g);
    let series = g.series.len().max(1) as f64;
    let case = 100.0 / n;
    let l = (case * 0.72 / series).min(9.0);
    for (s, serie) in g.series.iter().enumerate() {
        for (i, v) in serie.valeurs.iter().enumerate().take(g.categories.len()) {
            let x = case * (i as f64 + 0.5) + l * (s as f64 - series / 2.0);
            let h = v.nombre.unwrap_or(0.0).max(0.0) / haut * HAUT;
            lier(&mut d.formes, v, |f| {
                f.push(Primitive::Rect { x: pc(x), y: SOL - h, l: pc(l), h, serie: s + 1, motif: s > 0 });
                f.push(texte(pc(x + l / 2.0), SOL - h - 6.0, "middle", "valeur petit", v.texte.clone()));
            });
        }
    }
    d
}

fn courbes(g: &Graphique) -> Dessin {
    let (mut d, n) = socle_colonnes(g);
    let haut = maximum(g);
    let place = |i: usize, nombre: f64| ((i as f64 + 0.5) * 100.0 / n, SOL - nombre.max(0.0) / haut * HAUT);
    for (s, serie) in g.series.iter().enumerate() {
        let connus: Vec<(usize, f64)> = serie.valeurs.iter().enumerate().filter_map(|(i, v)| v.nombre.map(|n| (i, n))).collect();
        for paire in connus.windows(2) {
            // A missing value breaks the line: nothing is known between.
            if let [(i, a), (j, b)] = *paire
                && j == i + 1
            {
                let ((x1, y1), (x2, y2)) = (place(i, a), place(j, b));
                d.formes.push(Primitive::Ligne { x1: pc(x1), y1, x2: pc(x2), y2, classe: format!("courbe t{}", s + 1) });
            }
        }
        let dernier = connus.last().map(|(i, _)| *i);
        for &(i, nombre) in &connus {
            let (x, y) = place(i, nombre);
            let v = &serie.valeurs[i];
            lier(&mut d.formes, v, |f| {
                f.push(Primitive::Point { x: pc(x), y, serie: s + 1 });
                // Several lines: only the last value is written, the table has the others.
                if g.series.len() == 1 || Some(i) == dernier {
                    f.push(texte(pc(x), y - 11.0, "middle", "valeur petit", v.texte.clone()));
                }
            });
        }
    }
    d
}

/// In units of a 480 × 368 box: a radar keeps its proportions.
fn radar(g: &Graphique, max: f64) -> Dessin {
    const CX: f64 = 240.0;
    const CY: f64 = 184.0;
    const R: f64 = 116.0;
    let max = if max > 0.0 { max } else { 1.0 };
    let n = g.categories.len().max(3);
    let place = |i: usize, r: f64| {
        let angle = std::f64::consts::TAU * i as f64 / n as f64 - std::f64::consts::FRAC_PI_2;
        (CX + r * angle.cos(), CY + r * angle.sin())
    };
    let points = |rayons: &mut dyn Iterator<Item = (usize, f64)>| {
        let textes: Vec<String> = rayons.map(|(i, r)| place(i, r)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        textes.join(" ")
    };
    let mut d = Dessin { boite: Some("0 0 480 368"), hauteur: 368.0, ..Dessin::default() };
    let f = &mut d.formes;
    let niveaux = (max.round() as usize).clamp(1, 5);
    for niveau in 1..=niveaux {
        let r = R * niveau as f64 / niveaux as f64;
        f.push(Primitive::Polygone { points: points(&mut (0..n).map(|i| (i, r))), classe: "anneau".into() });
    }
    for (i, categorie) in g.categories.iter().enumerate() {
        let (x, y) = place(i, R);
        f.push(Primitive::Ligne { x1: format!("{CX}"), y1: CY, x2: format!("{x:.1}"), y2: y, classe: "guide".into() });
        let (x, y) = place(i, R + 16.0);
        let ancre = if (x - CX).abs() < 12.0 {
            "middle"
        } else if x > CX {
            "start"
        } else {
            "end"
        };
        let lignes = couper(categorie, 13);
        let remonte = 17.0 * (lignes.len() - 1) as f64;
        let haut = if (x - CX).abs() >= 12.0 {
            y + 5.0 - remonte / 2.0
        } else if y < CY {
            y - remonte
        } else {
            y + 10.0
        };
        for (k, ligne) in lignes.into_iter().enumerate() {
            f.push(texte(format!("{x:.1}"), haut + 17.0 * k as f64, ancre, "", ligne));
        }
    }
    for (s, serie) in g.series.iter().enumerate() {
        let rayon = |v: &Valeur| v.nombre.map(|n| n.clamp(0.0, max) / max * R);
        let mut connus = serie.valeurs.iter().enumerate().take(n).filter_map(|(i, v)| rayon(v).map(|r| (i, r)));
        f.push(Primitive::Polygone { points: points(&mut connus), classe: format!("aire s{} t{}", s + 1, s + 1) });
        for (i, v) in serie.valeurs.iter().enumerate().take(n) {
            if let Some(r) = rayon(v) {
                let (x, y) = place(i, r);
                lier(f, v, |f| f.push(Primitive::Point { x: format!("{x:.1}"), y, serie: s + 1 }));
            }
        }
    }
    d
}

/// Cuts a label between words, at about `largeur` characters a line.
fn couper(libelle: &str, largeur: usize) -> Vec<String> {
    let mut lignes = vec![String::new()];
    for mot in libelle.split_whitespace() {
        let libre = lignes.last().is_some_and(|l| l.is_empty() || l.chars().count() + mot.chars().count() < largeur);
        match lignes.last_mut() {
            Some(ligne) if libre => {
                if !ligne.is_empty() {
                    ligne.push(' ');
                }
                ligne.push_str(mot);
            }
            _ => lignes.push(mot.to_owned()),
        }
    }
    lignes
}
