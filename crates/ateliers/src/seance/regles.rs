//! Times on the wall, and what may be asked of a séance. Neither database nor clock.

use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use socle::horloge::FUSEAU;

/// A date typed: the day and the time on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quand {
    pub jour: NaiveDate,
    /// `14:00`
    #[schema(value_type = String)]
    #[serde(with = "heure")]
    pub heure: NaiveTime,
}

mod heure {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(h: &NaiveTime, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&h.format("%H:%M"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<NaiveTime, D::Error> {
        let t = String::deserialize(d)?;
        super::lire_heure(&t).ok_or_else(|| serde::de::Error::custom("une heure s’écrit 14:00"))
    }
}

/// Reads a time typed: `14:00`, `14h`, `14 h 30`.
pub fn lire_heure(t: &str) -> Option<NaiveTime> {
    let t: String = t.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let (h, m) = t.split_once([':', 'h']).unwrap_or((&t, ""));
    NaiveTime::from_hms_opt(h.parse().ok()?, if m.is_empty() { 0 } else { m.get(..2)?.parse().ok()? }, 0)
}

impl Quand {
    /// The instant, in France.
    ///
    /// # Errors
    /// In words, when the clocks jump over this time that night.
    pub fn instant(self) -> Result<DateTime<Utc>, String> {
        match FUSEAU.from_local_datetime(&self.jour.and_time(self.heure)) {
            // In the night that has the hour twice, the first one.
            MappedLocalTime::Single(t) | MappedLocalTime::Ambiguous(t, _) => Ok(t.to_utc()),
            MappedLocalTime::None => Err(format!(
                "{} n’existe pas le {} : cette nuit-là, on passe de 2 h à 3 h. Choisissez une autre heure.",
                interface::format::heure(self.heure),
                interface::format::date_sans_jour(self.jour)
            )),
        }
    }
}

/// The days of a cycle: `fois` times, every `pas` days.
pub fn cycle(premier: Quand, fois: u32, pas: u32) -> Vec<Quand> {
    (0..u64::from(fois.max(1)))
        .filter_map(|i| Some(Quand { jour: premier.jour.checked_add_days(chrono::Days::new(i * u64::from(pas)))?, ..premier }))
        .collect()
}

/// Whether two dates of one cycle overlap.
pub fn se_chevauchent(debuts: &[DateTime<Utc>], duree: TimeDelta) -> bool {
    let mut d = debuts.to_vec();
    d.sort_unstable();
    d.windows(2).any(|p| p[1] - p[0] < duree)
}

/// Whether one may book now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inscriptions {
    PasEncore(DateTime<Utc>),
    Ouvertes,
    Closes,
}

/// Whether one may book at `maintenant`.
pub fn inscriptions(
    ouverture: Option<DateTime<Utc>>,
    fermeture: Option<DateTime<Utc>>,
    debut: DateTime<Utc>,
    maintenant: DateTime<Utc>,
) -> Inscriptions {
    if maintenant >= fermeture.map_or(debut, |f| f.min(debut)) {
        Inscriptions::Closes
    } else if let Some(o) = ouverture.filter(|o| maintenant < *o) {
        Inscriptions::PasEncore(o)
    } else {
        Inscriptions::Ouvertes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quand(jour: &str, heure: &str) -> Quand {
        Quand { jour: jour.parse().unwrap(), heure: lire_heure(heure).unwrap() }
    }

    #[test]
    fn une_heure_qui_n_existe_pas_est_refusee_avec_la_raison() {
        let e = quand("2027-03-28", "2:30").instant().unwrap_err().replace(['\u{a0}', '\u{202f}'], " ");
        assert!(e.contains("28 mars 2027") && e.contains("2 h à 3 h"), "{e}");
        assert_eq!(quand("2027-03-28", "3:00").instant().unwrap().to_rfc3339(), "2027-03-28T01:00:00+00:00");
        assert_eq!(quand("2027-03-28", "1:59").instant().unwrap().to_rfc3339(), "2027-03-28T00:59:00+00:00");
        // The hour that comes twice is the first.
        assert_eq!(quand("2027-10-31", "2:30").instant().unwrap().to_rfc3339(), "2027-10-31T00:30:00+00:00");
    }

    #[test]
    fn un_cycle_garde_son_heure_au_mur() {
        let c = cycle(quand("2027-03-21", "14:00"), 2, 7);
        let heures: Vec<_> = c.iter().map(|q| q.instant().unwrap().to_rfc3339()).collect();
        assert_eq!(heures, ["2027-03-21T13:00:00+00:00", "2027-03-28T12:00:00+00:00"]);
    }

    #[test]
    fn les_heures_se_lisent() {
        for (t, attendu) in
            [("14:00", Some("14:00")), ("14h", Some("14:00")), ("9 h 30", Some("09:30")), ("25:00", None), ("midi", None), ("", None)]
        {
            assert_eq!(lire_heure(t).map(|h| h.format("%H:%M").to_string()).as_deref(), attendu, "{t}");
        }
    }

    #[test]
    fn les_inscriptions_ouvrent_et_ferment() {
        let t = |s: &str| s.parse::<DateTime<Utc>>().unwrap();
        let debut = t("2026-03-20T13:00:00Z");
        let heure = t("2026-03-10T08:00:00Z");
        let ouvre = Some(heure);
        assert_eq!(inscriptions(ouvre, None, debut, t("2026-03-01T00:00:00Z")), Inscriptions::PasEncore(heure));
        assert_eq!(inscriptions(ouvre, None, debut, t("2026-03-10T08:00:00Z")), Inscriptions::Ouvertes);
        assert_eq!(inscriptions(None, Some(t("2026-03-19T00:00:00Z")), debut, t("2026-03-19T00:00:00Z")), Inscriptions::Closes);
        // A closing after the start closes at the start.
        assert_eq!(inscriptions(None, Some(t("2026-04-19T00:00:00Z")), debut, debut), Inscriptions::Closes);
    }

    proptest! {
        #[test]
        fn des_dates_espacees_ne_se_chevauchent_pas(fois in 2_u32..20, pas in 1_u32..15, duree in 1_i64..1000) {
            let debuts: Vec<_> = cycle(quand("2026-06-01", "10:00"), fois, pas).into_iter().map(|q| q.instant().unwrap()).collect();
            prop_assert!(!se_chevauchent(&debuts, TimeDelta::minutes(duree)));
            let mut deux = debuts.clone();
            deux.push(debuts[0] + TimeDelta::minutes(duree - 1));
            prop_assert!(se_chevauchent(&deux, TimeDelta::minutes(duree)));
        }
    }
}
