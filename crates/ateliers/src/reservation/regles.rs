//! Seats, delays and hours. Neither database nor clock.

use std::{collections::HashSet, hash::BuildHasher};

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike, Utc};
use socle::horloge::FUSEAU;

/// A seat that this booking may take: seats are numbered from 1, the last `reservees` are kept for people sent,
/// who take them first and may take the others.
pub fn siege_libre<S: BuildHasher>(prises: &HashSet<i32, S>, places: i32, reservees: i32, orientee: bool) -> Option<i32> {
    let ouvertes = places - reservees;
    let libre = |s: &i32| !prises.contains(s);
    let premiere = || (1..=ouvertes).find(libre);
    if orientee { (ouvertes + 1..=places).find(libre).or_else(premiere) } else { premiere() }
}

/// How long a freed seat is kept for who it is offered to: less when the séance is sooner.
pub fn delai_offre(reste: TimeDelta) -> TimeDelta {
    match reste.num_hours() {
        h if h >= 7 * 24 => TimeDelta::hours(48),
        h if h >= 3 * 24 => TimeDelta::hours(24),
        h if h >= 24 => TimeDelta::hours(6),
        h if h >= 6 => TimeDelta::hours(2),
        _ => TimeDelta::minutes(30),
    }
}

const MATIN: u32 = 8;
const SOIR: u32 = 20;

/// The first instant from `t` when somebody may be written to: never between 20 h and 8 h.
pub fn heure_decente(t: DateTime<Utc>) -> DateTime<Utc> {
    let local = t.with_timezone(&FUSEAU);
    if (MATIN..SOIR).contains(&local.hour()) {
        return t;
    }
    let jour = if local.hour() >= SOIR { local.date_naive().succ_opt() } else { Some(local.date_naive()) };
    // Clocks never jump at eight.
    jour.zip(NaiveTime::from_hms_opt(MATIN, 0, 0))
        .and_then(|(j, h)| j.and_time(h).and_local_timezone(FUSEAU).earliest())
        .map_or(t, |x| x.to_utc())
}

/// Until when an offer made now holds: the delay runs from when the person is told, and ends with the start.
pub fn fin_offre(maintenant: DateTime<Utc>, debut: DateTime<Utc>) -> DateTime<Utc> {
    let dit = heure_decente(maintenant);
    (dit + delai_offre(debut - dit)).min(debut)
}

/// When one is reminded: 48 hours before, at a decent hour before that; never, when it is sooner.
pub fn heure_rappel(debut: DateTime<Utc>, maintenant: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let voulue = debut - TimeDelta::hours(48);
    let t = heure_decente(voulue);
    (voulue > maintenant && t < debut).then_some(t)
}

const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The code of a slip, from random bytes: eight signs that are not taken for one another.
pub fn code(octets: &[u8]) -> String {
    octets.iter().take(8).map(|o| ALPHABET[usize::from(*o) % ALPHABET.len()] as char).collect()
}

/// A code as it was typed: in any case, with spaces or dashes.
pub fn lire_code(t: &str) -> String {
    t.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn t(s: &str) -> DateTime<Utc> {
        s.parse().unwrap()
    }

    #[test]
    fn les_places_reservees_attendent_ceux_qu_on_envoie() {
        let prises = HashSet::from([1, 2]);
        assert_eq!(siege_libre(&prises, 4, 2, false), None);
        assert_eq!(siege_libre(&prises, 4, 2, true), Some(3));
        assert_eq!(siege_libre(&HashSet::from([3, 4]), 4, 2, true), Some(1));
        assert_eq!(siege_libre(&HashSet::new(), 4, 0, false), Some(1));
        assert_eq!(siege_libre(&HashSet::new(), 4, 4, false), None);
    }

    #[test]
    fn personne_n_est_derange_la_nuit() {
        // In March, France is one hour ahead.
        assert_eq!(heure_decente(t("2026-03-10T09:00:00Z")), t("2026-03-10T09:00:00Z"));
        assert_eq!(heure_decente(t("2026-03-10T19:00:00Z")), t("2026-03-11T07:00:00Z"));
        assert_eq!(heure_decente(t("2026-03-10T02:00:00Z")), t("2026-03-10T07:00:00Z"));
        // The night when the clocks change.
        assert_eq!(heure_decente(t("2026-03-28T21:00:00Z")), t("2026-03-29T06:00:00Z"));
    }

    #[test]
    fn une_offre_du_soir_compte_du_matin() {
        assert_eq!(fin_offre(t("2026-03-10T21:00:00Z"), t("2026-03-12T13:00:00Z")), t("2026-03-11T13:00:00Z"));
        assert_eq!(fin_offre(t("2026-03-10T09:00:00Z"), t("2026-03-30T13:00:00Z")), t("2026-03-12T09:00:00Z"));
        assert_eq!(fin_offre(t("2026-03-10T12:50:00Z"), t("2026-03-10T13:00:00Z")), t("2026-03-10T13:00:00Z"));
    }

    #[test]
    fn un_rappel_vient_a_temps_ou_pas() {
        assert_eq!(heure_rappel(t("2026-03-20T13:00:00Z"), t("2026-03-10T09:00:00Z")), Some(t("2026-03-18T13:00:00Z")));
        assert_eq!(heure_rappel(t("2026-03-11T13:00:00Z"), t("2026-03-10T09:00:00Z")), None);
    }

    #[test]
    fn un_code_se_tape_comme_on_peut() {
        let c = code(&[0, 31, 32, 5, 6, 7, 8, 9, 10]);
        assert_eq!(c.len(), 8);
        assert_eq!(lire_code(&format!(" {}-{} ", c[..4].to_lowercase(), &c[4..])), c);
    }

    proptest! {
        #[test]
        fn une_heure_decente_l_est(minutes in 0_i64..2_000_000) {
            let depart = t("2026-01-01T00:00:00Z") + TimeDelta::minutes(minutes);
            let d = heure_decente(depart);
            prop_assert!(d >= depart && d - depart <= TimeDelta::hours(13));
            prop_assert!((MATIN..SOIR).contains(&d.with_timezone(&FUSEAU).hour()));
        }

        #[test]
        fn une_place_donnee_est_libre_et_existe(prises in proptest::collection::hash_set(1_i32..30, 0..30), places in 1_i32..30, r in 0_i32..30, o: bool) {
            let r = r.min(places);
            if let Some(s) = siege_libre(&prises, places, r, o) {
                prop_assert!(!prises.contains(&s) && s >= 1 && s <= places && (o || s <= places - r));
            }
        }

        #[test]
        fn un_delai_ne_croit_pas_quand_la_seance_approche(h in 0_i64..1000) {
            prop_assert!(delai_offre(TimeDelta::hours(h)) <= delai_offre(TimeDelta::hours(h + 1)));
        }
    }
}
