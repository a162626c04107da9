//! How many are taken at once. Neither database nor clock.

/// So many taken, from when to when: the end is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pris {
    pub debut: i64,
    pub fin: i64,
    pub quantite: i64,
}

/// The most that are taken at one instant from `debut` to before `fin`.
pub(crate) fn sommet(pris: &[Pris], debut: i64, fin: i64) -> i64 {
    // It is reached at the start, or when one more begins.
    let a = |t: i64| pris.iter().filter(|p| p.debut <= t && t < p.fin).map(|p| p.quantite).sum::<i64>();
    pris.iter().map(|p| p.debut).filter(|t| debut < *t && *t < fin).chain([debut]).map(a).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pris(debut: i64, fin: i64, quantite: i64) -> Pris {
        Pris { debut, fin, quantite }
    }

    #[test]
    fn ce_qui_ne_se_tient_pas_en_meme_temps_ne_s_ajoute_pas() {
        let v = [pris(0, 10, 3), pris(10, 20, 4), pris(5, 15, 1)];
        assert_eq!(sommet(&v, 0, 20), 5);
        assert_eq!(sommet(&v, 0, 10), 4);
        assert_eq!(sommet(&v, 0, 5), 3);
        assert_eq!(sommet(&v, 20, 30), 0);
        assert_eq!(sommet(&[], 0, 1), 0);
    }

    proptest! {
        #[test]
        fn le_sommet_est_celui_de_chaque_instant(
            v in proptest::collection::vec((0_i64..60, 1_i64..30, 1_i64..9), 0..12),
            debut in 0_i64..60,
            duree in 1_i64..40,
        ) {
            let v: Vec<Pris> = v.into_iter().map(|(d, n, q)| pris(d, d + n, q)).collect();
            let minute_apres_minute = (debut..debut + duree)
                .map(|t| v.iter().filter(|p| p.debut <= t && t < p.fin).map(|p| p.quantite).sum::<i64>())
                .max()
                .unwrap_or(0);
            prop_assert_eq!(sommet(&v, debut, debut + duree), minute_apres_minute);
        }
    }
}
