//! Absences and half-days. Neither database nor clock.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::{Nomenclature, horloge::FUSEAU};

use super::EtatPresence;
use crate::seance::nomenclature;

/// How late giving one's seat up is an absence: before that, somebody else had the time to take it.
pub const TARDIF: TimeDelta = TimeDelta::hours(24);

/// What giving one's seat up at `quand` counts as, for a date that starts at `debut`: nothing more than a day before;
/// an excused absence in the last day; an absence once it has begun.
pub fn desistement(quand: DateTime<Utc>, debut: DateTime<Utc>) -> Option<EtatPresence> {
    if quand >= debut {
        Some(EtatPresence::Absent)
    } else if quand > debut - TARDIF {
        Some(EtatPresence::Excuse)
    } else {
        None
    }
}

nomenclature! {
    /// What is signed for: each half-day has its signature.
    #[derive(Hash)]
    DemiJournee { Matin => "Matin", ApresMidi => "Après-midi" }
}

/// The hour that parts a day in two, on the wall in France.
const MIDI: u32 = 13;

/// The half-days that a date covers: what starts before one in the afternoon has its morning, what ends after has its
/// afternoon; there is always one.
pub fn demi_journees(debut: DateTime<Utc>, fin: DateTime<Utc>) -> Vec<DemiJournee> {
    let (d, f) = (debut.with_timezone(&FUSEAU), fin.with_timezone(&FUSEAU));
    let matin = d.hour() < MIDI;
    let apres = f.date_naive() > d.date_naive() || f.hour() > MIDI || (f.hour() == MIDI && f.minute() > 0);
    match (matin, apres) {
        (true, true) => vec![DemiJournee::Matin, DemiJournee::ApresMidi],
        (true, false) => vec![DemiJournee::Matin],
        (false, _) => vec![DemiJournee::ApresMidi],
    }
}

/// An SVG path of straight lines, as a hand draws: `M` and `L`, whole or decimal numbers.
pub fn trace_lisible(t: &str) -> bool {
    t.starts_with('M')
        && t.len() <= 20_000
        && t.chars().all(|c| c.is_ascii_digit() || matches!(c, 'M' | 'L' | ' ' | ',' | '.' | '-'))
        && t.matches('L').count() >= 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn t(s: &str) -> DateTime<Utc> {
        s.parse().unwrap()
    }

    #[test]
    fn prevenir_la_veille_n_est_pas_manquer() {
        let debut = t("2026-03-20T13:00:00Z");
        assert_eq!(desistement(t("2026-03-19T13:00:00Z"), debut), None);
        assert_eq!(desistement(t("2026-03-19T13:00:01Z"), debut), Some(EtatPresence::Excuse));
        assert_eq!(desistement(t("2026-03-20T12:59:59Z"), debut), Some(EtatPresence::Excuse));
        assert_eq!(desistement(debut, debut), Some(EtatPresence::Absent));
    }

    #[test]
    fn une_journee_a_deux_moities() {
        use DemiJournee::{ApresMidi, Matin};
        // In March, France is one hour ahead.
        let de = |d: &str, f: &str| demi_journees(t(&format!("2026-03-20T{d}:00Z")), t(&format!("2026-03-20T{f}:00Z")));
        assert_eq!(de("08:00", "11:00"), [Matin]);
        assert_eq!(de("08:00", "12:00"), [Matin], "jusqu’à 13 h");
        assert_eq!(de("08:00", "12:30"), [Matin, ApresMidi]);
        assert_eq!(de("12:00", "14:00"), [ApresMidi]);
        assert_eq!(de("17:30", "19:30"), [ApresMidi]);
        // In summer, two hours: the same half-days on the wall.
        assert_eq!(demi_journees(t("2026-07-10T07:00:00Z"), t("2026-07-10T11:00:00Z")), [Matin]);
    }

    #[test]
    fn un_trace_est_un_dessin() {
        let trace = format!("M10 10{}", " L20 20.5".repeat(6));
        assert!(trace_lisible(&trace));
        for mauvais in ["", "M10 10 L20 20", "Ada", &trace.replace('L', "Z"), &format!("{trace}\"/><script>"), &" L1 1".repeat(9)] {
            assert!(!trace_lisible(mauvais), "{mauvais}");
        }
        assert!(!trace_lisible(&format!("M1 1{}", " L20 20".repeat(5000))));
    }

    proptest! {
        #[test]
        fn toute_date_a_une_moitie_ou_deux(minutes in 0_i64..1_000_000, duree in 15_i64..=480) {
            let debut = t("2026-01-01T00:00:00Z") + TimeDelta::minutes(minutes);
            let d = demi_journees(debut, debut + TimeDelta::minutes(duree));
            prop_assert!(!d.is_empty() && d.len() <= 2);
        }
    }
}
