//! Places and the way between them; days of a calendar. Neither database nor clock.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use socle::identifiant::LieuId;

use crate::seance::Quand;

/// Where somebody is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ou {
    pub lieu: Option<LieuId>,
    /// INSEE code.
    pub commune: Option<String>,
}

/// What a structure says of the way between two places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trajets {
    /// Minutes between two communes, when the table does not say.
    pub entre_communes: i64,
    /// Minutes between two lieux, the smaller id first.
    pub table: HashMap<(LieuId, LieuId), i64>,
}

impl Trajets {
    /// Between two communes, when the structure chose nothing.
    pub const ENTRE_COMMUNES: i64 = 30;

    /// Minutes of way: what the table says of two lieux; else the default when the communes are known and differ;
    /// else none. A place nobody wrote down asks for no way.
    pub fn minutes(&self, a: &Ou, b: &Ou) -> i64 {
        if let (Some(x), Some(y)) = (a.lieu, b.lieu) {
            if x == y {
                return 0;
            }
            if let Some(m) = self.table.get(&(x.min(y), x.max(y))) {
                return *m;
            }
        }
        match (&a.commune, &b.commune) {
            (Some(x), Some(y)) if x != y => self.entre_communes,
            _ => 0,
        }
    }
}

/// Whether a day is one that a calendar counts with: far from these years, there is nothing.
pub fn raisonnable(j: NaiveDate) -> bool {
    (1900..2300).contains(&j.year())
}

/// When something begins and ends: `minutes` after the start, or at the midnight that ends so many whole days.
///
/// # Errors
/// In words, when the clocks jump over the start.
pub fn intervalle(quand: Quand, minutes: i32, journees: i32) -> Result<(DateTime<Utc>, DateTime<Utc>), String> {
    let debut = quand.instant()?;
    if journees <= 0 {
        return Ok((debut, debut + TimeDelta::minutes(i64::from(minutes))));
    }
    let dernier = quand.jour.checked_add_days(Days::new(journees as u64)).ok_or("Cette date est trop loin.")?;
    Ok((debut, Quand { jour: dernier, heure: NaiveTime::MIN }.instant()?))
}

/// How a calendar is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vue {
    Jour,
    Semaine,
    Mois,
    Liste,
}

/// Days of the list.
const LISTE: u64 = 28;

impl Vue {
    /// Reads a code; the week is the default.
    pub fn depuis(code: &str) -> Self {
        match code {
            "jour" => Self::Jour,
            "mois" => Self::Mois,
            "liste" => Self::Liste,
            _ => Self::Semaine,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Jour => "jour",
            Self::Semaine => "semaine",
            Self::Mois => "mois",
            Self::Liste => "liste",
        }
    }

    /// The first day shown and the one after the last: whole weeks from Monday, for a month too.
    pub fn bornes(self, jour: NaiveDate) -> (NaiveDate, NaiveDate) {
        let lundi = |j: NaiveDate| j - Days::new(u64::from(j.weekday().num_days_from_monday()));
        match self {
            Self::Jour => (jour, jour + Days::new(1)),
            Self::Semaine => (lundi(jour), lundi(jour) + Days::new(7)),
            Self::Liste => (jour, jour + Days::new(LISTE)),
            Self::Mois => {
                let premier = jour.with_day(1).unwrap_or(jour);
                let apres = premier.checked_add_months(Months::new(1)).unwrap_or(premier);
                let fin = lundi(apres);
                (lundi(premier), if fin == apres { fin } else { fin + Days::new(7) })
            }
        }
    }

    /// The day to show before, and after.
    pub fn voisins(self, jour: NaiveDate) -> (NaiveDate, NaiveDate) {
        let pas = match self {
            Self::Jour => 1,
            Self::Semaine => 7,
            Self::Liste => LISTE,
            Self::Mois => {
                let premier = jour.with_day(1).unwrap_or(jour);
                let mois = Months::new(1);
                return (premier.checked_sub_months(mois).unwrap_or(premier), premier.checked_add_months(mois).unwrap_or(premier));
            }
        };
        (jour - Days::new(pas), jour + Days::new(pas))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seance::regles::lire_heure;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn ou(lieu: Option<u128>, commune: &str) -> Ou {
        Ou { lieu: lieu.map(|l| Uuid::from_u128(l).into()), commune: (!commune.is_empty()).then(|| commune.to_owned()) }
    }

    #[test]
    fn le_trajet_est_dans_la_table_sinon_entre_communes() {
        let (a, b): (LieuId, LieuId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let t = Trajets { entre_communes: 30, table: HashMap::from([((a, b), 12)]) };
        for (x, y, minutes) in [
            (ou(Some(1), "01053"), ou(Some(1), "01053"), 0),
            (ou(Some(1), "01053"), ou(Some(2), "69123"), 12),
            (ou(Some(2), "69123"), ou(Some(1), "01053"), 12),
            (ou(Some(1), "01053"), ou(Some(3), "69123"), 30),
            (ou(None, "01053"), ou(None, "01053"), 0),
            (ou(None, "01053"), ou(None, "69123"), 30),
            (ou(None, ""), ou(Some(1), "69123"), 0),
        ] {
            assert_eq!(t.minutes(&x, &y), minutes, "{x:?} {y:?}");
        }
    }

    #[test]
    fn un_jour_entier_finit_a_minuit_meme_le_jour_du_changement_d_heure() {
        let q = |j: &str, h: &str| Quand { jour: j.parse().unwrap(), heure: lire_heure(h).unwrap() };
        let (d, f) = intervalle(q("2027-03-28", "0:00"), 0, 1).unwrap();
        assert_eq!((f - d).num_hours(), 23);
        let (d, f) = intervalle(q("2027-10-31", "0:00"), 0, 1).unwrap();
        assert_eq!((f - d).num_hours(), 25);
        let (d, f) = intervalle(q("2027-03-28", "1:30"), 60, 0).unwrap();
        assert_eq!((f - d).num_minutes(), 60);
        assert!(intervalle(q("2027-03-28", "2:30"), 60, 0).is_err());
    }

    proptest! {
        #[test]
        fn une_vue_montre_le_jour_et_des_semaines_entieres(n in 0_u64..4000) {
            let jour = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + Days::new(n);
            for vue in [Vue::Jour, Vue::Semaine, Vue::Mois, Vue::Liste] {
                let (du, au) = vue.bornes(jour);
                prop_assert!(du <= jour && jour < au);
                if matches!(vue, Vue::Semaine | Vue::Mois) {
                    prop_assert_eq!(du.weekday(), chrono::Weekday::Mon);
                    prop_assert_eq!((au - du).num_days() % 7, 0);
                }
                let (avant, apres) = vue.voisins(jour);
                prop_assert!(avant < jour && jour < apres);
                prop_assert_eq!(Vue::depuis(vue.code()), vue);
            }
        }
    }
}
