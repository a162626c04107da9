//! Public holidays of France, computed.
//!
//! Sources: Code du travail, art. L. 3133-1 (the eleven), L. 3134-13 (Bas-Rhin, Haut-Rhin and Moselle: Good Friday
//! and 26 December), L. 3422-2 (commemoration of the abolition of slavery overseas). Easter by the method of Meeus,
//! Jones and Butcher.

use chrono::{Datelike, Days, NaiveDate};

/// Where holidays differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    #[default]
    Metropole,
    AlsaceMoselle,
    Guadeloupe,
    Martinique,
    Guyane,
    Reunion,
    Mayotte,
    SaintBarthelemy,
    SaintMartin,
}

impl Zone {
    /// The zone of a commune, by its INSEE code. Some communes of Moselle, Bas-Rhin and Haut-Rhin keep Good Friday by
    /// custom alone; it is said for all.
    pub fn de_commune(code: Option<&str>) -> Self {
        let code = code.unwrap_or_default();
        match code.get(..2) {
            Some("57" | "67" | "68") => Self::AlsaceMoselle,
            Some("97") => match code.get(..3) {
                Some("971") => Self::Guadeloupe,
                Some("972") => Self::Martinique,
                Some("973") => Self::Guyane,
                Some("974") => Self::Reunion,
                Some("976") => Self::Mayotte,
                Some("977") => Self::SaintBarthelemy,
                Some("978") => Self::SaintMartin,
                _ => Self::Metropole,
            },
            _ => Self::Metropole,
        }
    }
}

/// Easter Sunday.
pub fn paques(annee: i32) -> Option<NaiveDate> {
    let a = annee.rem_euclid(19);
    let (b, c) = (annee.div_euclid(100), annee.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let g = (8 * b + 13).div_euclid(25);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c.div_euclid(4), c.rem_euclid(4));
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 19 * l).div_euclid(433);
    let mois = (h + l - 7 * m + 90).div_euclid(25);
    let jour = (h + l - 7 * m + 33 * mois + 19).rem_euclid(32);
    NaiveDate::from_ymd_opt(annee, mois as u32, jour as u32)
}

/// The holidays of a year, in order.
pub fn feries(annee: i32, zone: Zone) -> Vec<(NaiveDate, &'static str)> {
    let mut fixes = vec![
        (1, 1, "Jour de l’an"),
        (5, 1, "Fête du travail"),
        (5, 8, "Victoire de 1945"),
        (7, 14, "Fête nationale"),
        (8, 15, "Assomption"),
        (11, 1, "Toussaint"),
        (11, 11, "Armistice de 1918"),
        (12, 25, "Noël"),
    ];
    const ABOLITION: &str = "Abolition de l’esclavage";
    match zone {
        Zone::Metropole => {}
        Zone::AlsaceMoselle => fixes.push((12, 26, "Saint-Étienne")),
        Zone::Guadeloupe => fixes.push((5, 27, ABOLITION)),
        Zone::Martinique => fixes.push((5, 22, ABOLITION)),
        Zone::Guyane => fixes.push((6, 10, ABOLITION)),
        Zone::Reunion => fixes.push((12, 20, ABOLITION)),
        Zone::Mayotte => fixes.push((4, 27, ABOLITION)),
        Zone::SaintBarthelemy => fixes.push((10, 9, ABOLITION)),
        Zone::SaintMartin => fixes.push((5, 28, ABOLITION)),
    }
    let mut v: Vec<_> = fixes.into_iter().filter_map(|(m, j, nom)| Some((NaiveDate::from_ymd_opt(annee, m, j)?, nom))).collect();
    if let Some(p) = paques(annee) {
        v.extend([(1, "Lundi de Pâques"), (39, "Ascension"), (50, "Lundi de Pentecôte")].map(|(n, nom)| (p + Days::new(n), nom)));
        if zone == Zone::AlsaceMoselle {
            v.push((p - Days::new(2), "Vendredi saint"));
        }
    }
    v.sort_unstable();
    v
}

/// The name of the holiday a day is.
pub fn ferie(j: NaiveDate, zone: Zone) -> Option<&'static str> {
    feries(j.year(), zone).into_iter().find(|(d, _)| *d == j).map(|(_, nom)| nom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(t: &str) -> NaiveDate {
        t.parse().unwrap()
    }

    /// The dates published for these years: Easter Monday, Ascension, Whit Monday.
    #[test]
    fn les_dates_connues_de_2024_a_2030() {
        for (annee, paques_lundi, ascension, pentecote) in [
            (2024, "2024-04-01", "2024-05-09", "2024-05-20"),
            (2025, "2025-04-21", "2025-05-29", "2025-06-09"),
            (2026, "2026-04-06", "2026-05-14", "2026-05-25"),
            (2027, "2027-03-29", "2027-05-06", "2027-05-17"),
            (2028, "2028-04-17", "2028-05-25", "2028-06-05"),
            (2029, "2029-04-02", "2029-05-10", "2029-05-21"),
            (2030, "2030-04-22", "2030-05-30", "2030-06-10"),
        ] {
            let v = feries(annee, Zone::Metropole);
            assert_eq!(v.len(), 11, "{annee}");
            for (jour, nom) in [(paques_lundi, "Lundi de Pâques"), (ascension, "Ascension"), (pentecote, "Lundi de Pentecôte")] {
                assert!(v.contains(&(d(jour), nom)), "{annee} {nom} : {v:?}");
            }
            assert_eq!(ferie(d(&format!("{annee}-11-11")), Zone::Metropole), Some("Armistice de 1918"));
        }
        assert_eq!(ferie(d("2026-03-10"), Zone::Metropole), None);
    }

    #[test]
    fn chaque_zone_a_les_siens() {
        assert_eq!(feries(2026, Zone::AlsaceMoselle).len(), 13);
        assert_eq!(ferie(d("2026-04-03"), Zone::de_commune(Some("67482"))), Some("Vendredi saint"));
        assert_eq!(ferie(d("2026-04-03"), Zone::de_commune(Some("69123"))), None);
        assert_eq!(ferie(d("2026-12-20"), Zone::de_commune(Some("97411"))), Some("Abolition de l’esclavage"));
        assert_eq!(Zone::de_commune(Some("2A004")), Zone::Metropole);
        assert_eq!(Zone::de_commune(None), Zone::Metropole);
    }

    proptest! {
        #[test]
        fn paques_est_un_dimanche_de_printemps(annee in 1900_i32..2300) {
            let p = paques(annee).unwrap();
            prop_assert_eq!(p.weekday(), chrono::Weekday::Sun);
            prop_assert!(p >= NaiveDate::from_ymd_opt(annee, 3, 22).unwrap() && p <= NaiveDate::from_ymd_opt(annee, 4, 25).unwrap());
            let v = feries(annee, Zone::AlsaceMoselle);
            prop_assert!(v.windows(2).all(|p| p[0].0 <= p[1].0));
        }
    }
}
