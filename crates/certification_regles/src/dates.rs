//! Calendrier : années et mois civils, 29 février, fin de journée à Paris, dates en français.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, Weekday};

const MOIS: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

/// Ajoute des mois civils ; le jour qui manque devient le dernier du mois (29/02 → 28/02).
pub fn plus_mois(date: NaiveDate, mois: u32) -> NaiveDate {
    date.checked_add_months(Months::new(mois)).unwrap_or(NaiveDate::MAX)
}

/// Ajoute des années civiles.
pub fn plus_annees(date: NaiveDate, annees: u32) -> NaiveDate {
    plus_mois(date, annees.saturating_mul(12))
}

/// « 1er mars 2026 ».
pub fn en_francais(date: NaiveDate) -> String {
    let jour = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{jour} {} {}", MOIS[date.month0() as usize], date.year())
}

/// « le 1er mars 2026 », ou le mot donné quand il n'y a pas de date.
pub fn ou(date: Option<NaiveDate>, sinon: &str) -> String {
    date.map_or_else(|| sinon.to_owned(), |d| format!("le {}", en_francais(d)))
}

/// « 1 an », « 3 ans ».
pub fn annees(n: u32) -> String {
    if n > 1 { format!("{n} ans") } else { format!("{n} an") }
}

/// Dernière seconde du jour à Paris, en temps universel (heure d'été du dernier dimanche de
/// mars au dernier dimanche d'octobre, directive 2000/84/CE) : une limite s'entend jour compris.
pub fn fin_de_journee_utc(date: NaiveDate) -> NaiveDateTime {
    let ete = match (dernier_dimanche(date.year(), 3), dernier_dimanche(date.year(), 10)) {
        (Some(debut), Some(fin)) => debut <= date && date < fin,
        _ => false,
    };
    let minuit = date.checked_add_days(Days::new(1)).unwrap_or(date).and_time(chrono::NaiveTime::MIN);
    minuit - chrono::TimeDelta::seconds(1 + if ete { 7200 } else { 3600 })
}

fn dernier_dimanche(annee: i32, mois: u32) -> Option<NaiveDate> {
    let dernier = NaiveDate::from_ymd_opt(annee, mois, 31)?;
    dernier.checked_sub_days(Days::new(u64::from(dernier.weekday().days_since(Weekday::Sun))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jour(a: i32, m: u32, j: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(a, m, j).unwrap()
    }

    #[test]
    fn le_29_fevrier_donne_le_28() {
        assert_eq!(plus_annees(jour(2028, 2, 29), 1), jour(2029, 2, 28));
        assert_eq!(plus_annees(jour(2027, 2, 28), 1), jour(2028, 2, 28));
        assert_eq!(plus_mois(jour(2025, 12, 31), 2), jour(2026, 2, 28));
    }

    #[test]
    fn la_fin_de_journee_suit_le_changement_d_heure() {
        let texte = |d| fin_de_journee_utc(d).to_string();
        assert_eq!(texte(jour(2026, 1, 15)), "2026-01-15 22:59:59");
        assert_eq!(texte(jour(2026, 3, 28)), "2026-03-28 22:59:59");
        assert_eq!(texte(jour(2026, 3, 29)), "2026-03-29 21:59:59");
        assert_eq!(texte(jour(2026, 10, 24)), "2026-10-24 21:59:59");
        assert_eq!(texte(jour(2026, 10, 25)), "2026-10-25 22:59:59");
    }
}
