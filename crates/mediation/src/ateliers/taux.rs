//! The rates of workshops. The one place that defines them; neither database nor clock.
//!
//! Only dates that were closed are counted. What each rate divides by what:
//! - **presence**: who came of those expected. Expected: bookings confirmed, and those cancelled in the last
//!   day, less the absences that are excused.
//! - **remplissage**: seats booked of the seats offered; never above one.
//! - **satisfaction**: mean of the three questions asked on the day, from 1 to 5.
//! - **reutilisation**: of those who answered two weeks later, who did it again alone or nearly (4 or 5).
//! - **reussite**: gestures of the sheet that the animator saw done, of those looked at.

use serde::Serialize;

/// Under this many people, what they think or can do is not shown: each could be known.
pub const SEUIL: i64 = 5;

/// What happened at the dates counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comptes {
    pub seances: i64,
    pub places: i64,
    /// Bookings expected at these dates, those cancelled in the last day too.
    pub inscrits: i64,
    /// Of those, absences excused.
    pub excuses: i64,
    /// Of those, who came.
    pub venus: i64,
    /// All who came, without booking or without a name too.
    pub presents: i64,
    /// Who waited and had no seat.
    pub sans_place: i64,
    /// Answers of the day, and the sum of their three marks.
    pub avis: i64,
    pub somme_avis: i64,
    /// Answers two weeks later, and those who did it again alone or nearly.
    pub froids: i64,
    pub refaits: i64,
    /// People whose gestures were looked at.
    pub regardees: i64,
    /// Gestures looked at, and seen done.
    pub gestes: i64,
    pub acquis: i64,
}

impl std::ops::Add for Comptes {
    type Output = Self;

    fn add(self, b: Self) -> Self {
        Self {
            seances: self.seances + b.seances,
            places: self.places + b.places,
            inscrits: self.inscrits + b.inscrits,
            excuses: self.excuses + b.excuses,
            venus: self.venus + b.venus,
            presents: self.presents + b.presents,
            sans_place: self.sans_place + b.sans_place,
            avis: self.avis + b.avis,
            somme_avis: self.somme_avis + b.somme_avis,
            froids: self.froids + b.froids,
            refaits: self.refaits + b.refaits,
            regardees: self.regardees + b.regardees,
            gestes: self.gestes + b.gestes,
            acquis: self.acquis + b.acquis,
        }
    }
}

/// Figures of workshops. A count is null when it is masked; a rate, when it is masked or divides by nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ResultatsAteliers)]
pub struct Resultats {
    /// Dates closed.
    pub seances: i64,
    /// Seats offered at these dates.
    pub places: i64,
    pub inscrits: Option<i64>,
    pub excuses: Option<i64>,
    /// Of those who booked, who came.
    pub venus: Option<i64>,
    /// All who came, without booking or without a name too.
    pub presents: Option<i64>,
    /// Who waited and had no seat.
    pub sans_place: Option<i64>,
    /// Answers of the day.
    pub avis: Option<i64>,
    /// Answers two weeks later.
    pub avis_froids: Option<i64>,
    /// People whose gestures were looked at.
    pub personnes_regardees: Option<i64>,
    /// From 0 to 1.
    pub presence: Option<f64>,
    /// From 0 to 1.
    pub remplissage: Option<f64>,
    /// From 1 to 5.
    pub satisfaction: Option<f64>,
    /// From 0 to 1.
    pub reutilisation: Option<f64>,
    /// From 0 to 1.
    pub reussite: Option<f64>,
}

/// `n` of `tout`, never above one; none of nothing.
fn part(n: i64, tout: i64) -> Option<f64> {
    (tout > 0).then(|| (n as f64 / tout as f64).clamp(0.0, 1.0))
}

/// The figures of what happened. What people think and can do is masked under five of them, whoever asks; with
/// `masque` (outside of the structure), so is every count of people, and the rates that would give it back.
pub fn resultats(c: &Comptes, masque: bool) -> Resultats {
    let petit = |n: i64| (1..SEUIL).contains(&n);
    let visible = |n: i64| Some(n).filter(|n| !petit(*n));
    let gens = |n: i64| Some(n).filter(|n| !(masque && petit(*n)));
    let attendus = c.inscrits - c.excuses;
    let absents = attendus - c.venus;
    // A rate and its whole give the part back: it goes when one of the two, or what is left, is small.
    let taux = |n: i64, tout: i64| part(n, tout).filter(|_| !(masque && (petit(n) || petit(tout) || petit(tout - n))));
    // Those who came without a booking are known too by what is left.
    let venus = gens(c.venus).filter(|_| !(masque && (petit(absents) || petit(c.presents - c.venus))));
    Resultats {
        seances: c.seances,
        places: c.places,
        inscrits: gens(c.inscrits),
        excuses: gens(c.excuses),
        venus,
        presents: gens(c.presents),
        sans_place: gens(c.sans_place),
        avis: visible(c.avis),
        avis_froids: visible(c.froids),
        personnes_regardees: visible(c.regardees),
        presence: taux(c.venus, attendus).filter(|_| venus.is_some()),
        remplissage: part(c.inscrits, c.places).filter(|_| !(masque && petit(c.inscrits))),
        satisfaction: (c.avis >= SEUIL).then(|| (c.somme_avis as f64 / (3 * c.avis) as f64).clamp(1.0, 5.0)),
        reutilisation: if c.froids >= SEUIL { taux(c.refaits, c.froids) } else { None },
        reussite: if c.regardees >= SEUIL { part(c.acquis, c.gestes) } else { None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn les_taux_sont_ceux_de_la_definition() {
        let c = Comptes {
            seances: 2,
            places: 16,
            inscrits: 12,
            excuses: 2,
            venus: 8,
            presents: 10,
            avis: 6,
            somme_avis: 72,
            froids: 5,
            refaits: 4,
            regardees: 8,
            gestes: 16,
            acquis: 12,
            ..Comptes::default()
        };
        let r = resultats(&c, false);
        assert_eq!((r.presence, r.remplissage, r.satisfaction), (Some(0.8), Some(0.75), Some(4.0)));
        assert_eq!((r.reutilisation, r.reussite), (Some(0.8), Some(0.75)));
        // Nothing counted: no rate, and no figure that would be taken for a nought.
        let vide = resultats(&Comptes::default(), false);
        assert_eq!((vide.presence, vide.remplissage, vide.satisfaction, vide.reussite), (None, None, None, None));
        assert_eq!((vide.inscrits, vide.avis), (Some(0), Some(0)));
    }

    #[test]
    fn ce_que_pensent_moins_de_cinq_personnes_ne_se_voit_pas() {
        let c = Comptes {
            inscrits: 4,
            venus: 3,
            presents: 3,
            places: 8,
            avis: 4,
            somme_avis: 60,
            regardees: 3,
            gestes: 6,
            acquis: 6,
            ..Comptes::default()
        };
        let r = resultats(&c, false);
        assert_eq!((r.avis, r.satisfaction, r.personnes_regardees, r.reussite), (None, None, None, None));
        assert_eq!((r.inscrits, r.presence), (Some(4), Some(0.75)), "l’équipe sait qui est venu");
        let r = resultats(&c, true);
        assert_eq!((r.inscrits, r.venus, r.presents, r.presence, r.remplissage), (None, None, None, None, None));
        // Nine of ten came: the one who did not would be known by the rest.
        let c = Comptes { inscrits: 10, venus: 9, places: 10, ..Comptes::default() };
        let r = resultats(&c, true);
        assert_eq!((r.inscrits, r.venus, r.presence), (Some(10), None, None));
    }

    fn quelconques() -> impl Strategy<Value = Comptes> {
        (0_i64..40, 0_i64..20, 0_i64..300, 0_i64..300, 0_i64..300, 0_i64..40, 0_i64..300).prop_map(
            |(seances, par, inscrits, avis, froids, regardees, graine)| {
                let places = seances * par;
                let excuses = if inscrits == 0 { 0 } else { graine % (inscrits + 1) };
                let venus = if inscrits == excuses { 0 } else { graine % (inscrits - excuses + 1) };
                let gestes = regardees * (1 + graine % 3);
                Comptes {
                    seances,
                    places,
                    inscrits,
                    excuses,
                    venus,
                    presents: venus + graine % 7,
                    sans_place: graine % 5,
                    avis,
                    somme_avis: avis * (3 + graine % 13),
                    froids,
                    refaits: if froids == 0 { 0 } else { graine % (froids + 1) },
                    regardees,
                    gestes,
                    acquis: if gestes == 0 { 0 } else { graine % (gestes + 1) },
                }
            },
        )
    }

    proptest! {
        #[test]
        fn un_taux_reste_dans_ses_bornes(c in quelconques(), masque: bool) {
            let r = resultats(&c, masque);
            for t in [r.presence, r.remplissage, r.reutilisation, r.reussite].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&t));
            }
            prop_assert!(r.satisfaction.is_none_or(|s| (1.0..=5.0).contains(&s)));
        }

        #[test]
        fn aucun_petit_nombre_ne_sort(c in quelconques()) {
            let r = resultats(&c, true);
            for n in [r.inscrits, r.excuses, r.venus, r.presents, r.sans_place, r.avis, r.avis_froids, r.personnes_regardees].into_iter().flatten() {
                prop_assert!(n == 0 || n >= SEUIL);
            }
            // Nor by subtraction.
            if let (Some(i), Some(v), Some(e)) = (r.inscrits, r.venus, r.excuses) {
                prop_assert!(!(1..SEUIL).contains(&(i - e - v)));
            }
        }

        #[test]
        fn le_taux_d_un_tout_est_entre_ceux_de_ses_parties(a in quelconques(), b in quelconques()) {
            let (x, y, t) = (resultats(&a, false), resultats(&b, false), resultats(&(a + b), false));
            for (x, y, t) in [(x.presence, y.presence, t.presence), (x.satisfaction, y.satisfaction, t.satisfaction), (x.reussite, y.reussite, t.reussite)] {
                if let (Some(x), Some(y), Some(t)) = (x, y, t) {
                    prop_assert!(t >= x.min(y) - 1e-9 && t <= x.max(y) + 1e-9);
                }
            }
        }

        #[test]
        fn une_personne_de_plus_ne_baisse_pas_la_presence(c in quelconques()) {
            let attendus = c.inscrits - c.excuses;
            if c.venus < attendus {
                let plus = Comptes { venus: c.venus + 1, ..c };
                prop_assert!(resultats(&plus, false).presence >= resultats(&c, false).presence);
            }
        }
    }
}
