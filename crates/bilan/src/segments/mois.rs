//! Months as numbers: `year * 12 + month - 1`, the same in the triggers of the database.

use chrono::{Datelike, Days, Months, NaiveDate};

/// The number of the month of a day.
pub fn numero(jour: NaiveDate) -> i32 {
    jour.year() * 12 + jour.month0() as i32
}

/// The first day of a month.
pub fn premier(mois: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(mois.div_euclid(12), mois.rem_euclid(12) as u32 + 1, 1).unwrap_or_default()
}

/// The last day of a month.
pub fn dernier(mois: i32) -> NaiveDate {
    premier(mois) + Months::new(1) - Days::new(1)
}

/// `2026-03`.
pub fn nom(mois: i32) -> String {
    format!("{:04}-{:02}", mois.div_euclid(12), mois.rem_euclid(12) + 1)
}

/// The first month of the year of a month.
pub fn janvier(mois: i32) -> i32 {
    mois.div_euclid(12) * 12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_mois_va_et_revient() {
        for (a, m) in [(1900, 1), (2024, 2), (2026, 12)] {
            let jour = NaiveDate::from_ymd_opt(a, m, 15).unwrap();
            let n = numero(jour);
            assert_eq!((premier(n).year(), premier(n).month(), premier(n).day()), (a, m, 1));
            assert_eq!(numero(dernier(n)), n);
            assert_eq!(numero(dernier(n) + Days::new(1)), n + 1);
            assert_eq!(nom(n), format!("{a}-{m:02}"));
        }
        assert_eq!(dernier(numero(NaiveDate::from_ymd_opt(2024, 2, 1).unwrap())), NaiveDate::from_ymd_opt(2024, 2, 29).unwrap());
    }
}
