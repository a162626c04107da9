//! Which part of the country a map shows, and how degrees become points of a drawing. Pure.

use std::collections::{BTreeMap, BTreeSet};

use territoire::commune::{Position, contours};

use super::Place;

/// Kilometres of a degree of latitude.
const KM: f64 = 111.195;
/// A map shows at least so many kilometres across.
const MINIMUM: f64 = 24.0;
/// Left around, as a part of the width.
const MARGE: f64 = 0.06;

/// Which départements a map is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choix {
    /// Whose places are drawn.
    pub montres: BTreeSet<String>,
    /// Those of the other maps, and how many workshops each has.
    pub autres: Vec<(String, i64)>,
}

/// Chooses: the département asked for; else the only one; else those of the mainland and Corsica, whose neighbours are
/// thousands of kilometres from those overseas, each of which has a map of its own.
pub(super) fn choisir(places: &[Place], demande: Option<&str>) -> Choix {
    let mut nombres: BTreeMap<&str, i64> = BTreeMap::new();
    for p in places.iter().filter(|p| p.position.is_some()) {
        *nombres.entry(p.departement.as_str()).or_default() += p.ateliers;
    }
    let tous = |v: &mut dyn Iterator<Item = &str>| v.map(str::to_owned).collect::<BTreeSet<_>>();
    let montres = match demande.filter(|d| nombres.contains_key(d)) {
        Some(d) => BTreeSet::from([d.to_owned()]),
        None => {
            // Two characters: the mainland and Corsica; none: a lieu that says where it is, and not its commune.
            let proches = tous(&mut nombres.keys().copied().filter(|d| d.len() == 2 || d.is_empty()));
            if proches.is_empty() { tous(&mut nombres.iter().max_by_key(|(_, n)| **n).map(|(d, _)| *d).into_iter()) } else { proches }
        }
    };
    let autres = nombres.iter().filter(|(d, _)| !d.is_empty() && (!montres.contains(**d) || montres.len() > 1));
    Choix { autres: autres.map(|(d, n)| ((*d).to_owned(), *n)).collect(), montres }
}

/// What turns degrees into points of a drawing: as if the ground were flat around the middle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fenetre {
    ouest: f64,
    nord: f64,
    /// Kilometres of a degree of longitude, in the middle.
    km_longitude: f64,
    /// Points of a kilometre.
    pub echelle: f64,
    pub largeur: f64,
    pub hauteur: f64,
}

impl Fenetre {
    /// A window of this width that shows all of these places, and the outlines of these départements.
    pub(super) fn autour(places: &[Position], departements: &BTreeSet<String>, largeur: f64) -> Option<Self> {
        let traits = departements.iter().flat_map(|d| contours(d)).flatten();
        let mut bornes: Option<(f64, f64, f64, f64)> = None;
        for p in places.iter().chain(traits) {
            let b = bornes.get_or_insert((p.latitude, p.latitude, p.longitude, p.longitude));
            *b = (b.0.min(p.latitude), b.1.max(p.latitude), b.2.min(p.longitude), b.3.max(p.longitude));
        }
        let (sud, nord, ouest, est) = bornes?;
        let milieu = f64::midpoint(sud, nord);
        let km_longitude = KM * milieu.to_radians().cos().max(0.1);
        let (mut l, mut h) = ((est - ouest) * km_longitude, (nord - sud) * KM);
        l = l.max(MINIMUM) * (1.0 + 2.0 * MARGE);
        h = h.max(MINIMUM) * (1.0 + 2.0 * MARGE);
        // Neither a ribbon nor a tower.
        h = h.max(0.55 * l);
        l = l.max(0.8 * h);
        let echelle = largeur / l;
        Some(Self {
            ouest: f64::midpoint(ouest, est) - l / 2.0 / km_longitude,
            nord: milieu + h / 2.0 / KM,
            km_longitude,
            echelle,
            largeur,
            hauteur: (h * echelle).round(),
        })
    }

    pub(super) fn point(&self, p: Position) -> (f64, f64) {
        ((p.longitude - self.ouest) * self.km_longitude * self.echelle, (self.nord - p.latitude) * KM * self.echelle)
    }

    /// Whether something that covers these points may be seen.
    fn montre(&self, points: &[(f64, f64)]) -> bool {
        let (mut x0, mut x1, mut y0, mut y1) = (f64::MAX, f64::MIN, f64::MAX, f64::MIN);
        for (x, y) in points {
            (x0, x1, y0, y1) = (x0.min(*x), x1.max(*x), y0.min(*y), y1.max(*y));
        }
        x1 >= 0.0 && y1 >= 0.0 && x0 <= self.largeur && y0 <= self.hauteur
    }

    /// The outlines of a département as the `d` of a path; empty when none is seen. Points nearer than `pas` to the last
    /// one are left out.
    pub(super) fn trait_de(&self, departement: &str, pas: f64) -> String {
        let mut d = String::new();
        for anneau in contours(departement) {
            let points: Vec<(f64, f64)> = anneau.iter().map(|p| self.point(*p)).collect();
            if !self.montre(&points) {
                continue;
            }
            let mut gardes: Vec<(i32, i32)> = vec![];
            for (x, y) in points {
                let ici = (x.round() as i32, y.round() as i32);
                let assez = gardes.last().is_none_or(|(a, b)| f64::from(ici.0 - a).hypot(f64::from(ici.1 - b)) >= pas);
                if assez {
                    gardes.push(ici);
                }
            }
            if gardes.len() < 3 {
                continue;
            }
            let (x, y) = gardes[0];
            d.push_str(&format!("M{x} {y}l"));
            for (i, w) in gardes.windows(2).enumerate() {
                let (dx, dy) = (w[1].0 - w[0].0, w[1].1 - w[0].1);
                // A minus sign is a separation of its own.
                d.push_str(&format!("{}{dx}{}{dy}", if i > 0 && dx >= 0 { " " } else { "" }, if dy >= 0 { " " } else { "" }));
            }
            d.push('z');
        }
        d
    }

    /// A length for the scale bar: kilometres, and points.
    pub(super) fn barre(&self, place: f64) -> (u32, f64) {
        let km = [500_u32, 200, 100, 50, 20, 10, 5, 2].into_iter().find(|k| f64::from(*k) * self.echelle <= place).unwrap_or(1);
        (km, f64::from(km) * self.echelle)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use territoire::commune::{departements, position};

    use super::*;

    fn place(code: &str, ateliers: i64) -> Place {
        let c = territoire::commune::par_code(code).unwrap();
        Place {
            lieu: None,
            commune: Some(code.into()),
            nom_commune: c.nom.into(),
            departement: c.departement.into(),
            position: position(code),
            ateliers,
            premier: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn on_montre_ce_qui_tient_ensemble() {
        let (toulouse, bordeaux, saint_denis) = (place("31555", 3), place("33063", 2), place("97411", 9));
        let c = choisir(std::slice::from_ref(&toulouse), None);
        assert_eq!((c.montres, c.autres.len()), (BTreeSet::from(["31".into()]), 0));
        let tous = [toulouse, bordeaux, saint_denis.clone()];
        let c = choisir(&tous, None);
        assert_eq!(c.montres, BTreeSet::from(["31".into(), "33".into()]));
        assert_eq!(c.autres, [("31".into(), 3), ("33".into(), 2), ("974".into(), 9)]);
        assert_eq!(choisir(&tous, Some("974")).montres, BTreeSet::from(["974".into()]));
        // One where there is nothing is not asked for in earnest.
        assert_eq!(choisir(&tous, Some("48")).montres.len(), 2);
        assert_eq!(choisir(&[saint_denis], None).montres, BTreeSet::from(["974".into()]));
        assert!(choisir(&[], None).montres.is_empty());
        assert!(Fenetre::autour(&[], &BTreeSet::new(), 300.0).is_none());
    }

    #[test]
    fn les_distances_de_la_carte_sont_celles_du_terrain() {
        let (a, b) = (position("31555").unwrap(), position("31395").unwrap());
        let f = Fenetre::autour(&[a, b], &BTreeSet::from(["31".into()]), 700.0).unwrap();
        let ((xa, ya), (xb, yb)) = (f.point(a), f.point(b));
        let dessin = (xa - xb).hypot(ya - yb) / f.echelle;
        assert!((dessin / a.distance(b) - 1.0).abs() < 0.02, "{dessin} {}", a.distance(b));
        // Muret is south of Toulouse.
        assert!(yb > ya);
        let (km, points) = f.barre(175.0);
        assert!(points <= 175.0 && points > 30.0 && (points / f.echelle - f64::from(km)).abs() < 1e-6);
        let d = f.trait_de("31", 3.0);
        assert!(d.starts_with('M') && d.ends_with('z') && d.len() > 200 && d.len() < 4000, "{}", d.len());
        assert_eq!(f.trait_de("59", 3.0), "");
    }

    #[test]
    fn la_france_entiere_tient_dans_une_page() {
        let tous: BTreeSet<String> = departements().map(|(c, _)| c.to_owned()).filter(|c| c.len() == 2).collect();
        let f = Fenetre::autour(&[], &tous, 720.0).unwrap();
        let octets: usize = tous.iter().map(|d| f.trait_de(d, 4.0).len()).sum();
        assert!((6_000..24_000).contains(&octets), "{octets}");
    }

    proptest! {
        #[test]
        fn tout_point_demande_est_dedans(la in proptest::collection::vec((-60.0..60.0_f64, -170.0..170.0_f64), 1..20)) {
            let v: Vec<Position> = la.into_iter().map(|(latitude, longitude)| Position { latitude, longitude }).collect();
            let f = Fenetre::autour(&v, &BTreeSet::new(), 300.0).unwrap();
            prop_assert!(f.hauteur >= 0.5 * f.largeur && f.hauteur <= 1.3 * f.largeur);
            for p in v {
                let (x, y) = f.point(p);
                prop_assert!(x >= 0.0 && x <= f.largeur && y >= -1.0 && y <= f.hauteur + 1.0);
            }
        }
    }
}
