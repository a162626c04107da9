//! Where communes are, and the outlines of départements: to draw a map without asking anybody for one.
//!
//! Source, licence and how to remake the data: `donnees/SOURCE.md`. To a thousandth of a degree, about a hundred metres:
//! enough to place a commune, not an address. Nothing is read before the first call.

use std::{collections::BTreeMap, io::Read, sync::OnceLock};

use flate2::read::GzDecoder;

use super::fonds::Fonds;

/// Made by `scripts/positions`, which describes the layout.
const CENTRES: &[u8] = include_bytes!("../../donnees/centres.txt.gz");
const CONTOURS: &[u8] = include_bytes!("../../donnees/contours.txt.gz");

/// The invariant behind every `expect` here.
const CONFORME: &str = "the embedded file is as scripts/positions writes it";

/// A place, in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    pub latitude: f64,
    pub longitude: f64,
}

/// Mean radius of the Earth, in kilometres.
const RAYON: f64 = 6371.0;

impl Position {
    fn de_milliemes(latitude: i32, longitude: i32) -> Self {
        Self { latitude: f64::from(latitude) / 1000.0, longitude: f64::from(longitude) / 1000.0 }
    }

    /// Kilometres to another place, on a sphere.
    pub fn distance(self, autre: Self) -> f64 {
        let (la, lb) = (self.latitude.to_radians(), autre.latitude.to_radians());
        let (dl, dg) = ((lb - la) / 2.0, (autre.longitude - self.longitude).to_radians() / 2.0);
        let a = dl.sin().powi(2) + la.cos() * lb.cos() * dg.sin().powi(2);
        2.0 * RAYON * a.sqrt().min(1.0).asin()
    }
}

fn texte(octets: &[u8]) -> String {
    let mut t = String::new();
    GzDecoder::new(octets).read_to_string(&mut t).expect(CONFORME);
    t
}

fn nombres(t: &str) -> impl Iterator<Item = (i32, i32)> {
    let mut n = t.split_ascii_whitespace().map(|m| m.parse::<i32>().expect(CONFORME));
    std::iter::from_fn(move || Some((n.next()?, n.next()?)))
}

/// Where a commune is: its town hall, else the middle of its territory; none for a few overseas.
pub fn position(code: &str) -> Option<Position> {
    static TOUTES: OnceLock<Vec<Option<(i32, i32)>>> = OnceLock::new();
    let toutes = TOUTES.get_or_init(|| texte(CENTRES).lines().map(|l| nombres(l).next()).collect());
    let (latitude, longitude) = (*toutes.get(Fonds::charge().ligne(code)?)?)?;
    Some(Position::de_milliemes(latitude, longitude))
}

/// The outlines of a département, the largest first; none for some overseas.
pub fn contours(departement: &str) -> &'static [Vec<Position>] {
    static TOUS: OnceLock<BTreeMap<String, Vec<Vec<Position>>>> = OnceLock::new();
    let tous = TOUS.get_or_init(|| {
        let mut v: BTreeMap<String, Vec<Vec<Position>>> = BTreeMap::new();
        for ligne in texte(CONTOURS).lines() {
            let (code, pas) = ligne.split_once(' ').expect(CONFORME);
            let mut ici = (0, 0);
            let anneau = nombres(pas).map(|(a, b)| {
                ici = (ici.0 + a, ici.1 + b);
                Position::de_milliemes(ici.0, ici.1)
            });
            v.entry(code.to_owned()).or_default().push(anneau.collect());
        }
        v
    });
    tous.get(departement).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_communes_sont_a_leur_place() {
        for (code, latitude, longitude) in
            [("75056", 48.86, 2.35), ("31555", 43.60, 1.44), ("2A004", 41.92, 8.74), ("97411", -20.88, 55.45)]
        {
            let p = position(code).unwrap();
            let d = p.distance(Position { latitude, longitude });
            assert!(d < 6.0, "{code} est à {d} km : {p:?}");
        }
        assert_eq!(position("00000"), None);
        assert_eq!(position("98735"), None);
        let placees = (0..Fonds::charge().nombre()).filter(|l| position(Fonds::charge().code(*l)).is_some()).count();
        assert!(placees > 34_900 && placees <= Fonds::charge().nombre(), "{placees}");
    }

    #[test]
    fn une_commune_est_dans_son_departement() {
        for (dep, code) in [("31", "31555"), ("33", "33063"), ("974", "97411"), ("2A", "2A004"), ("75", "75056"), ("29", "29019")] {
            let p = position(code).unwrap();
            let dedans = contours(dep).iter().any(|anneau| {
                anneau
                    .windows(2)
                    .filter(|s| (s[0].latitude > p.latitude) != (s[1].latitude > p.latitude))
                    .filter(|s| {
                        let t = (p.latitude - s[0].latitude) / (s[1].latitude - s[0].latitude);
                        p.longitude < s[0].longitude + t * (s[1].longitude - s[0].longitude)
                    })
                    .count()
                    % 2
                    == 1
            });
            assert!(dedans, "{code} n’est pas dans {dep}");
        }
        assert!(contours("999").is_empty());
        // Each ring is closed.
        assert!(contours("29").iter().all(|a| a.first() == a.last() && a.len() > 3));
    }

    #[test]
    fn la_distance_est_en_kilometres() {
        let paris = Position { latitude: 48.8567, longitude: 2.3522 };
        let lyon = Position { latitude: 45.7676, longitude: 4.8351 };
        assert!((paris.distance(lyon) - 392.0).abs() < 3.0);
        assert!(paris.distance(paris).abs() < 1e-9);
    }
}
