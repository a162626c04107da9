//! Marks and names on a map: near places share a mark, a name is written where it covers nothing. Pure.

/// A place to draw, in points.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
    pub nombre: i64,
    pub nom: String,
    /// Which of the places of the page it is.
    pub place: usize,
}

/// A mark: one place, or several too near to be told apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Repere {
    pub x: f64,
    pub y: f64,
    pub rayon: f64,
    pub nombre: i64,
    /// Of the largest.
    pub nom: String,
    /// The places it stands for, the largest first.
    pub places: Vec<usize>,
    /// Where its name is written, and from which end; none: there is no room.
    pub etiquette: Option<(f64, f64, &'static str)>,
}

/// Marks nearer than this share one: each is a target for a finger.
const ECART: f64 = 40.0;
const CARACTERE: f64 = 7.6;
const LIGNE: f64 = 18.0;

/// The mark of so many workshops: its size grows slowly.
fn rayon(n: i64) -> f64 {
    (12.0 + 2.2 * (n.max(1) as f64).log2()).min(20.0)
}

type Boite = (f64, f64, f64, f64);

fn touche(a: &Boite, b: &Boite) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

/// The marks of a drawing of this size, largest first.
pub(super) fn reperes(mut points: Vec<Point>, largeur: f64, hauteur: f64) -> Vec<Repere> {
    points.sort_by(|a, b| b.nombre.cmp(&a.nombre).then_with(|| a.place.cmp(&b.place)));
    let mut v: Vec<Repere> = vec![];
    for p in points {
        if let Some(r) = v.iter_mut().find(|r| (r.x - p.x).hypot(r.y - p.y) < ECART) {
            r.nombre += p.nombre;
            r.places.push(p.place);
        } else {
            v.push(Repere { x: p.x, y: p.y, rayon: 0.0, nombre: p.nombre, nom: p.nom, places: vec![p.place], etiquette: None });
        }
    }
    for r in &mut v {
        r.rayon = rayon(r.nombre);
    }
    let mut pris: Vec<Boite> = v.iter().map(|r| (r.x - r.rayon, r.y - r.rayon, r.x + r.rayon, r.y + r.rayon)).collect();
    for (i, r) in v.iter_mut().enumerate() {
        let (x, y, d) = (r.x, r.y, r.rayon + 4.0);
        let l = r.nom.chars().count() as f64 * CARACTERE;
        let essais: [(f64, f64, &'static str, Boite); 4] = [
            (x + d, y + 5.0, "start", (x + d, y - LIGNE / 2.0, x + d + l, y + LIGNE / 2.0)),
            (x - d, y + 5.0, "end", (x - d - l, y - LIGNE / 2.0, x - d, y + LIGNE / 2.0)),
            (x, y + d + 12.0, "middle", (x - l / 2.0, y + d, x + l / 2.0, y + d + LIGNE)),
            (x, y - d - 3.0, "middle", (x - l / 2.0, y - d - LIGNE, x + l / 2.0, y - d)),
        ];
        let libre = essais.into_iter().find(|(.., b)| {
            b.0 >= 0.0 && b.1 >= 0.0 && b.2 <= largeur && b.3 <= hauteur && !pris.iter().enumerate().any(|(j, p)| j != i && touche(p, b))
        });
        if let Some((x, y, ancre, boite)) = libre {
            r.etiquette = Some((x, y, ancre));
            pris.push(boite);
        }
    }
    v
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(x: f64, y: f64, nombre: i64, place: usize) -> Point {
        Point { x, y, nombre, nom: format!("Commune {place}"), place }
    }

    #[test]
    fn des_lieux_voisins_partagent_un_repere() {
        let v = reperes(vec![point(100.0, 100.0, 2, 0), point(110.0, 100.0, 5, 1), point(250.0, 200.0, 1, 2)], 320.0, 300.0);
        assert_eq!(v.len(), 2);
        assert_eq!((v[0].nombre, v[0].nom.as_str(), &v[0].places[..]), (7, "Commune 1", &[1, 0][..]));
        assert_eq!((v[1].x, v[1].nombre), (250.0, 1));
        assert!(v[0].rayon > v[1].rayon && v[1].rayon >= 12.0);
        assert!(v.iter().all(|r| r.etiquette.is_some()));
    }

    proptest! {
        #[test]
        fn rien_ne_se_couvre_ni_ne_se_perd(v in proptest::collection::vec((20.0..300.0_f64, 20.0..280.0_f64, 1..40_i64), 0..60)) {
            let points: Vec<Point> = v.iter().enumerate().map(|(i, (x, y, n))| point(*x, *y, *n, i)).collect();
            let r = reperes(points, 320.0, 300.0);
            prop_assert_eq!(r.iter().map(|r| r.nombre).sum::<i64>(), v.iter().map(|(.., n)| n).sum::<i64>());
            let mut places: Vec<usize> = r.iter().flat_map(|r| r.places.clone()).collect();
            places.sort_unstable();
            prop_assert_eq!(places, (0..v.len()).collect::<Vec<_>>());
            for (i, a) in r.iter().enumerate() {
                for b in &r[i + 1..] {
                    prop_assert!((a.x - b.x).hypot(a.y - b.y) >= ECART);
                }
            }
        }
    }
}
