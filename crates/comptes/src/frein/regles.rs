//! How long one waits, and how long failures are remembered.

use chrono::{DateTime, TimeDelta, Utc};

const FENETRE: TimeDelta = TimeDelta::minutes(15);
const PREMIER_DELAI: u64 = 30;
const DELAI_MAX: u64 = 15 * 60;

/// Seconds to wait after `nombre` failures: none under `seuil`, then 30 s, doubling, up to 15 min.
pub fn delai(nombre: u32, seuil: u32) -> u64 {
    match nombre.checked_sub(seuil) {
        None => 0,
        Some(n) => PREMIER_DELAI.checked_shl(n.min(16)).unwrap_or(DELAI_MAX).min(DELAI_MAX),
    }
}

/// What is still counted of `nombre` failures, the last at `dernier`; they are forgotten after a while without any.
pub(super) fn compte_encore(nombre: u32, seuil: u32, dernier: DateTime<Utc>, maintenant: DateTime<Utc>) -> u32 {
    let memoire = FENETRE.max(TimeDelta::seconds(2 * delai(nombre, seuil) as i64));
    if maintenant - dernier > memoire { 0 } else { nombre }
}

/// Seconds still to wait, rounded up. `dernier` may be after `maintenant`: another node's clock, a clock set
/// back, or an attempt that began later and was counted sooner. One never waits for more than the delay.
pub(super) fn attente(nombre: u32, seuil: u32, dernier: DateTime<Utc>, maintenant: DateTime<Utc>) -> u64 {
    let delai = delai(nombre, seuil);
    let fin = dernier + TimeDelta::seconds(delai as i64);
    u64::try_from((fin - maintenant).num_milliseconds()).unwrap_or(0).div_ceil(1000).min(delai)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn le_delai_commence_au_seuil_et_double() {
        assert_eq!(delai(4, 5), 0);
        assert_eq!(delai(5, 5), 30);
        assert_eq!(delai(6, 5), 60);
        assert_eq!(delai(9, 5), 480);
        assert_eq!(delai(10, 5), 900);
        assert_eq!(delai(u32::MAX, 5), 900);
    }

    proptest! {
        #[test]
        fn le_delai_croit_et_reste_borne(n in 0_u32..10_000, seuil in 1_u32..50) {
            prop_assert!(delai(n, seuil) <= delai(n + 1, seuil));
            prop_assert!(delai(n, seuil) == 0 || (PREMIER_DELAI..=DELAI_MAX).contains(&delai(n, seuil)));
            prop_assert_eq!(delai(n, seuil) == 0, n < seuil);
        }

        #[test]
        fn on_n_attend_jamais_plus_que_le_delai(n in 0_u32..30, seuil in 1_u32..10, ms in -7_200_000_i64..7_200_000) {
            let t0 = DateTime::<Utc>::UNIX_EPOCH;
            let a = attente(n, seuil, t0 + TimeDelta::milliseconds(ms), t0);
            prop_assert!(a <= delai(n, seuil));
            prop_assert!(n >= seuil || a == 0, "sans échecs de trop, même si l’horloge recule");
        }

        #[test]
        fn rien_nest_oublie_avant_la_fin_du_delai(n in 1_u32..100, seuil in 1_u32..50, s in 0_i64..7200) {
            let t0 = DateTime::<Utc>::UNIX_EPOCH;
            let encore = compte_encore(n, seuil, t0, t0 + TimeDelta::seconds(s));
            if s <= delai(n, seuil) as i64 {
                prop_assert_eq!(encore, n);
            }
            prop_assert!(encore == 0 || encore == n);
        }
    }
}
