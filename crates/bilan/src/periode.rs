//! Periods that move with the calendar, and the one before a period.

use chrono::{Datelike, Days, Months, NaiveDate};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::Nomenclature;

/// A period said without dates: it is another one next month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Periode {
    CeMois,
    MoisDernier,
    CeTrimestre,
    TrimestreDernier,
    CetteAnnee,
    AnneeDerniere,
}

impl Nomenclature for Periode {
    fn libelle(self) -> &'static str {
        match self {
            Self::CeMois => "Ce mois",
            Self::MoisDernier => "Mois dernier",
            Self::CeTrimestre => "Ce trimestre",
            Self::TrimestreDernier => "Trimestre dernier",
            Self::CetteAnnee => "Cette année",
            Self::AnneeDerniere => "Année dernière",
        }
    }
}

fn veille(d: NaiveDate) -> NaiveDate {
    d - Days::new(1)
}

impl Periode {
    /// Its first and last days, seen from `aujourd_hui`; what is not over ends that day.
    pub fn jours(self, aujourd_hui: NaiveDate) -> (NaiveDate, NaiveDate) {
        let mois = aujourd_hui.with_day(1).unwrap_or(aujourd_hui);
        let trimestre = mois - Months::new(mois.month0() % 3);
        let annee = mois - Months::new(mois.month0());
        match self {
            Self::CeMois => (mois, aujourd_hui),
            Self::MoisDernier => (mois - Months::new(1), veille(mois)),
            Self::CeTrimestre => (trimestre, aujourd_hui),
            Self::TrimestreDernier => (trimestre - Months::new(3), veille(trimestre)),
            Self::CetteAnnee => (annee, aujourd_hui),
            Self::AnneeDerniere => (annee - Months::new(12), veille(annee)),
        }
    }
}

/// The period just before: whole months (a month, a quarter, a year) before whole months, else as many days.
pub fn precedente(du: NaiveDate, au: NaiveDate) -> (NaiveDate, NaiveDate) {
    let lendemain = au + Days::new(1);
    if du.day() == 1 && lendemain.day() == 1 {
        let mois = (lendemain.year() - du.year()) * 12 + lendemain.month() as i32 - du.month() as i32;
        return (du - Months::new(mois.unsigned_abs()), veille(du));
    }
    let jours = (lendemain - du).num_days().unsigned_abs();
    (du - Days::new(jours), veille(du))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(a: i32, m: u32, j: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(a, m, j).unwrap()
    }

    #[test]
    fn les_periodes_sont_celles_du_calendrier() {
        let de = |p: Periode| p.jours(d(2026, 5, 20));
        assert_eq!(de(Periode::CeMois), (d(2026, 5, 1), d(2026, 5, 20)));
        assert_eq!(de(Periode::MoisDernier), (d(2026, 4, 1), d(2026, 4, 30)));
        assert_eq!(de(Periode::CeTrimestre), (d(2026, 4, 1), d(2026, 5, 20)));
        assert_eq!(de(Periode::TrimestreDernier), (d(2026, 1, 1), d(2026, 3, 31)));
        assert_eq!(de(Periode::CetteAnnee), (d(2026, 1, 1), d(2026, 5, 20)));
        assert_eq!(de(Periode::AnneeDerniere), (d(2025, 1, 1), d(2025, 12, 31)));
        assert_eq!(Periode::MoisDernier.jours(d(2026, 1, 1)), (d(2025, 12, 1), d(2025, 12, 31)));
        assert_eq!(Periode::TrimestreDernier.jours(d(2026, 1, 31)), (d(2025, 10, 1), d(2025, 12, 31)));
    }

    #[test]
    fn avant_un_mois_un_trimestre_ou_une_annee_vient_celui_du_calendrier() {
        assert_eq!(precedente(d(2026, 3, 1), d(2026, 3, 31)), (d(2026, 2, 1), d(2026, 2, 28)));
        assert_eq!(precedente(d(2026, 1, 1), d(2026, 1, 31)), (d(2025, 12, 1), d(2025, 12, 31)));
        assert_eq!(precedente(d(2026, 1, 1), d(2026, 3, 31)), (d(2025, 10, 1), d(2025, 12, 31)));
        assert_eq!(precedente(d(2025, 1, 1), d(2025, 12, 31)), (d(2024, 1, 1), d(2024, 12, 31)));
    }

    #[test]
    fn avant_d_autres_dates_viennent_autant_de_jours() {
        assert_eq!(precedente(d(2026, 3, 10), d(2026, 3, 16)), (d(2026, 3, 3), d(2026, 3, 9)));
        assert_eq!(precedente(d(2026, 3, 1), d(2026, 3, 1)), (d(2026, 2, 28), d(2026, 2, 28)));
        assert_eq!(precedente(d(2026, 3, 1), d(2026, 3, 30)), (d(2026, 1, 30), d(2026, 2, 28)));
    }

    proptest! {
        #[test]
        fn elle_finit_la_veille_et_n_en_chevauche_pas(debut in 0u64..40_000, long in 0u64..4_000) {
            let du = d(1950, 1, 1) + Days::new(debut);
            let au = du + Days::new(long);
            let (avant_du, avant_au) = precedente(du, au);
            prop_assert_eq!(avant_au + Days::new(1), du);
            prop_assert!(avant_du <= avant_au);
            let entiers = du.day() == 1 && (au + Days::new(1)).day() == 1;
            prop_assert!(entiers || (avant_au - avant_du) == (au - du));
        }
    }
}
