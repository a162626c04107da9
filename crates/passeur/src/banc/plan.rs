//! What is decided before the first row: days, structures and their sizes. Everything a row says is
//! computed from the seed and the row's rank, so that nothing about people is held in memory.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use uuid::Uuid;

use crate::demo::hasard::Hasard;

/// What to fill with.
#[derive(Clone, Debug)]
pub struct Parametres {
    pub participations: u64,
    pub personnes: u64,
    pub structures: u32,
    pub graine: u64,
    /// The last day; the first is five years before.
    pub fin: NaiveDate,
}

impl Parametres {
    /// The usual sizes: one structure for 20,000 participations, a person for four.
    pub fn usuels(participations: u64, graine: u64, fin: NaiveDate) -> Self {
        Self {
            participations,
            personnes: (participations / 4).max(1),
            structures: u32::try_from((participations / 20_000).clamp(3, 400)).unwrap_or(400),
            graine,
            fin,
        }
    }

    /// The name of this filling: another for any other parameters.
    pub fn nom(&self) -> Uuid {
        let t = format!("{} {} {} {} {}", self.participations, self.personnes, self.structures, self.graine, self.fin);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("passeur bench seed {t}").as_bytes())
    }
}

/// A seed of its own for each thing made.
pub fn melange(graine: u64, quoi: u64, rang: u64) -> u64 {
    let mut h = Hasard::new(graine ^ quoi.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    Hasard::new(h.suivant() ^ rang.wrapping_mul(0xD6E8_FEB8_6659_FD93)).suivant()
}

/// A UUIDv7 of this instant: ids are in the order of time, as those of the program.
pub fn id(instant: DateTime<Utc>, h: &mut Hasard) -> Uuid {
    let (a, b) = (h.suivant().to_le_bytes(), h.suivant().to_le_bytes());
    let octets = [a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], b[0], b[1]];
    uuid::Builder::from_unix_timestamp_millis(instant.timestamp_millis().unsigned_abs(), &octets).into_uuid()
}

/// Five years of days, each with its weight: none on Sundays, little on Saturdays and in August,
/// more from year to year.
pub struct Calendrier {
    debut: NaiveDate,
    /// Sum of the weights up to each day, that day included.
    cumul: Vec<u64>,
}

impl Calendrier {
    pub fn new(fin: NaiveDate) -> Self {
        let debut = fin.checked_sub_months(chrono::Months::new(60)).unwrap_or(fin);
        let jours = (fin - debut).num_days().unsigned_abs() + 1;
        let mut somme = 0;
        let cumul = (0..jours)
            .map(|j| {
                let jour = debut + Days::new(j);
                let semaine = match jour.weekday() {
                    // The last day is always worked: « Aujourd’hui » shows it.
                    _ if jour == fin => 10,
                    Weekday::Sun => 0,
                    Weekday::Sat => 2,
                    _ => 10,
                };
                let saison = match jour.month() {
                    8 => 4,
                    7 | 12 => 7,
                    _ => 10,
                };
                somme += semaine * saison * (jours + j);
                somme
            })
            .collect();
        Self { debut, cumul }
    }

    pub fn jours(&self) -> usize {
        self.cumul.len()
    }

    pub fn date(&self, jour: usize) -> NaiveDate {
        self.debut + Days::new(jour as u64)
    }

    /// Seven in the morning in Paris, about: 6 h UTC.
    pub fn matin(&self, jour: usize) -> DateTime<Utc> {
        self.date(jour).and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(6)
    }

    /// How many of `total` fell before `jour`.
    pub fn avant(&self, total: u64, jour: usize) -> u64 {
        let Some(poids) = jour.checked_sub(1).map(|j| self.cumul[j.min(self.cumul.len() - 1)]) else { return 0 };
        let tout = self.cumul.last().copied().unwrap_or(1).max(1);
        (u128::from(total) * u128::from(poids) / u128::from(tout)) as u64
    }

    /// The day on which the `rang`-th of `total` falls.
    pub fn jour_de(&self, total: u64, rang: u64) -> usize {
        let (mut bas, mut haut) = (0, self.cumul.len() - 1);
        while bas < haut {
            let milieu = usize::midpoint(bas, haut);
            if self.avant(total, milieu + 1) > rang { haut = milieu } else { bas = milieu + 1 }
        }
        bas
    }
}

/// One structure to fill.
pub struct Structure {
    pub rang: u64,
    pub id: Uuid,
    pub nom: String,
    pub participations: u64,
    pub personnes: u64,
    pub communes: Vec<&'static str>,
    pub lieux: Vec<Uuid>,
    pub mediateurs: Vec<Uuid>,
    pub partenaires: Vec<Uuid>,
}

impl Structure {
    /// When and under which id the `rang`-th person of the structure was received.
    pub fn personne(&self, graine: u64, c: &Calendrier, rang: u64) -> (Uuid, DateTime<Utc>) {
        let jour = c.jour_de(self.personnes, rang);
        let dans_le_jour = rang - c.avant(self.personnes, jour);
        let instant = c.matin(jour) + TimeDelta::milliseconds((dans_le_jour % 3_000_000) as i64);
        (id(instant, &mut Hasard::new(melange(graine, 1 + self.rang, rang))), instant)
    }
}

/// Shares `total` among structures: few large ones, many small ones (the weight of the n-th is n^-0.8);
/// nothing is lost.
pub fn partager(total: u64, combien: u32) -> Vec<u64> {
    let poids: Vec<u64> = (1..=combien).map(|n| (1e9 * f64::from(n).powf(-0.8)) as u64).collect();
    let tout: u64 = poids.iter().sum::<u64>().max(1);
    let mut parts: Vec<u64> = poids.iter().map(|p| (u128::from(total) * u128::from(*p) / u128::from(tout)) as u64).collect();
    let reste = total - parts.iter().sum::<u64>();
    if let Some(p) = parts.first_mut() {
        *p += reste;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_jours_portent_tout_et_se_retrouvent() {
        let c = Calendrier::new(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap());
        assert_eq!(c.avant(1000, 0), 0);
        assert_eq!(c.avant(1000, c.jours()), 1000);
        for rang in [0, 1, 499, 998, 999] {
            let j = c.jour_de(1000, rang);
            assert!(c.avant(1000, j) <= rang && rang < c.avant(1000, j + 1), "{rang}");
        }
        // Sunday 2026-03-01 is the last day and is worked; the Sunday before is not.
        assert!(c.avant(1_000_000, c.jours()) > c.avant(1_000_000, c.jours() - 1));
        assert_eq!(c.avant(1_000_000, c.jours() - 7), c.avant(1_000_000, c.jours() - 8));
    }

    #[test]
    fn le_partage_ne_perd_rien_et_pese_inegalement() {
        let p = partager(1_000_000, 50);
        assert_eq!(p.iter().sum::<u64>(), 1_000_000);
        assert!(p[0] > 10 * p[49]);
    }
}
