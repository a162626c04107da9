//! Free slots. Neither database nor clock.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use socle::identifiant::{LieuId, UtilisateurId};

use crate::{
    agenda::regles::{Ou, Trajets},
    ouverture::horaires::Tranche,
    seance::Quand,
};

/// Slots begin on a quarter of an hour from the start of the hours, or right after what is taken.
const PAS: i64 = 15 * 60;

/// Hours of one mediator on one day of the week.
#[derive(Clone, Debug)]
pub(crate) struct Heures {
    pub qui: UtilisateurId,
    pub lieu: Option<LieuId>,
    /// 1 is Monday.
    pub jour: u32,
    pub tranche: Tranche,
    pub du: NaiveDate,
    pub au: Option<NaiveDate>,
}

/// A time taken, in seconds since 1970, and where.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pris {
    pub debut: i64,
    pub fin: i64,
    pub ou: Ou,
}

/// A slot: when, where, and who could receive, in seconds since 1970.
pub(crate) type Libre = (i64, Option<LieuId>, UtilisateurId);

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demande {
    pub du: NaiveDate,
    /// Not included.
    pub au: NaiveDate,
    /// Neither sooner nor later, in seconds since 1970.
    pub depuis: i64,
    pub jusqu_a: i64,
    /// In seconds.
    pub duree: i64,
}

/// The free slots of hours that nothing takes, one after the other: as many as fit. A way to make from what comes
/// before, or to what comes after, takes its time too. `ferme` says the days when a lieu receives nobody.
pub(crate) fn libres(
    heures: &[Heures],
    pris: &HashMap<UtilisateurId, Vec<Pris>>,
    communes: &HashMap<LieuId, String>,
    trajets: &Trajets,
    ferme: impl Fn(Option<LieuId>, NaiveDate) -> bool,
    d: Demande,
) -> Vec<Libre> {
    let mut v = vec![];
    if d.duree <= 0 {
        return v;
    }
    for h in heures {
        let ici = Ou { lieu: h.lieu, commune: h.lieu.and_then(|l| communes.get(&l).cloned()) };
        // Taken, the way included.
        let mut occupe: Vec<(i64, i64)> = pris
            .get(&h.qui)
            .into_iter()
            .flatten()
            .map(|p| {
                let trajet = trajets.minutes(&ici, &p.ou) * 60;
                (p.debut - trajet, p.fin + trajet)
            })
            .collect();
        occupe.sort_unstable();
        let depart = d.du.max(h.du);
        let decalage = (7 + h.jour - depart.weekday().number_from_monday()) % 7;
        let mut jour = depart + chrono::Days::new(u64::from(decalage));
        // Hours never go back: what is over before one day is over before the next.
        let mut premier = 0;
        while jour < d.au && h.au.is_none_or(|au| jour <= au) {
            if !ferme(h.lieu, jour)
                && let (Ok(debut), Ok(fin)) = (
                    Quand { jour, heure: h.tranche.debut }.instant().map(|t| t.timestamp()),
                    Quand { jour, heure: h.tranche.fin }.instant().map(|t| t.timestamp()),
                )
            {
                premier += occupe[premier..].iter().take_while(|o| o.1 <= debut).count();
                remplir(&mut v, h, &occupe[premier..], (debut, fin), d);
            }
            jour = jour + chrono::Days::new(7);
        }
    }
    v
}

fn remplir(v: &mut Vec<Libre>, h: &Heures, occupe: &[(i64, i64)], (debut, fin): (i64, i64), d: Demande) {
    let mut t = debut;
    while t + d.duree <= fin {
        // Sorted by start: nothing after one that begins too late is met.
        let gene = occupe.iter().take_while(|o| o.0 < t + d.duree).filter(|o| o.1 > t).map(|o| o.1).max();
        match gene {
            Some(f) => t = debut + (f - debut).div_euclid(PAS) * PAS + if (f - debut).rem_euclid(PAS) == 0 { 0 } else { PAS },
            None => {
                if t >= d.depuis && t < d.jusqu_a {
                    v.push((t, h.lieu, h.qui));
                }
                t += d.duree;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn heures(jour: u32, de: &str, a: &str, lieu: Option<u128>) -> Heures {
        Heures {
            qui: Uuid::from_u128(1).into(),
            lieu: lieu.map(|l| Uuid::from_u128(l).into()),
            jour,
            tranche: Tranche::depuis(de, a).unwrap(),
            du: "2026-01-01".parse().unwrap(),
            au: None,
        }
    }

    fn s(t: &str) -> i64 {
        t.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp()
    }

    fn demande(du: &str, au: &str, minutes: i64) -> Demande {
        Demande { du: du.parse().unwrap(), au: au.parse().unwrap(), depuis: 0, jusqu_a: i64::MAX, duree: minutes * 60 }
    }

    fn dites(v: &[Libre]) -> Vec<String> {
        v.iter().map(|l| chrono::DateTime::from_timestamp(l.0, 0).unwrap().format("%m-%d %H:%M").to_string()).collect()
    }

    fn sans_rien(h: &[Heures], pris: Vec<Pris>, d: Demande) -> Vec<String> {
        let pris = HashMap::from([(Uuid::from_u128(1).into(), pris)]);
        dites(&libres(h, &pris, &HashMap::new(), &Trajets::default(), |_, _| false, d))
    }

    fn pris(de: &str, a: &str) -> Pris {
        Pris { debut: s(de), fin: s(a), ou: Ou::default() }
    }

    #[test]
    fn les_creneaux_tiennent_dans_les_heures_et_garde_l_heure_au_mur() {
        let h = [heures(1, "9:00", "10:30", None)];
        // Monday 23 and 30 March 2026: clocks change between.
        let v = sans_rien(&h, vec![], demande("2026-03-20", "2026-04-01", 45));
        assert_eq!(v, ["03-23 08:00", "03-23 08:45", "03-30 07:00", "03-30 07:45"]);
    }

    #[test]
    fn ce_qui_est_pris_laisse_ce_qui_tient_autour() {
        let h = [heures(1, "9:00", "12:00", None)];
        let v = sans_rien(&h, vec![pris("2026-03-23T08:40:00Z", "2026-03-23T09:10:00Z")], demande("2026-03-23", "2026-03-24", 30));
        assert_eq!(v, ["03-23 08:00", "03-23 09:15", "03-23 09:45", "03-23 10:15"]);
        // One that begins before and lasts beyond others.
        let deux = vec![pris("2026-03-23T07:00:00Z", "2026-03-23T10:00:00Z"), pris("2026-03-23T08:00:00Z", "2026-03-23T08:30:00Z")];
        assert_eq!(sans_rien(&h, deux, demande("2026-03-23", "2026-03-24", 30)), ["03-23 10:00", "03-23 10:30"]);
    }

    #[test]
    fn le_trajet_prend_du_temps_et_un_jour_ferme_aussi() {
        let h = [heures(1, "9:00", "12:00", Some(7))];
        let la = Ou { lieu: None, commune: Some("69123".into()) };
        let p = Pris { debut: s("2026-03-23T08:00:00Z"), fin: s("2026-03-23T09:00:00Z"), ou: la };
        let lieu: LieuId = Uuid::from_u128(7).into();
        let communes = HashMap::from([(lieu, "01053".to_owned())]);
        let t = Trajets { entre_communes: 40, table: HashMap::new() };
        let lundi: NaiveDate = "2026-03-30".parse().unwrap();
        let par = HashMap::from([(Uuid::from_u128(1).into(), vec![p])]);
        let v = libres(&h, &par, &communes, &t, |_, j| j == lundi, demande("2026-03-23", "2026-04-01", 60));
        assert_eq!(dites(&v), ["03-23 09:45"]);
    }

    #[test]
    fn une_plage_dans_l_heure_qui_n_existe_pas_ne_donne_rien() {
        assert!(sans_rien(&[heures(7, "2:15", "2:45", None)], vec![], demande("2026-03-29", "2026-03-30", 15)).is_empty());
    }

    proptest! {
        /// A slot is free, in the hours, and never meets another.
        #[test]
        fn un_creneau_est_libre(v in proptest::collection::vec((0_i64..24 * 60 * 28, 5_i64..300), 0..40), duree in 1_i64..10) {
            let base = s("2026-03-02T00:00:00Z");
            let taken: Vec<Pris> = v.into_iter().map(|(d, n)| Pris { debut: base + d * 60, fin: base + (d + n) * 60, ou: Ou::default() }).collect();
            let h: Vec<Heures> = (1..=5).flat_map(|j| [heures(j, "9:00", "12:00", None), heures(j, "14:00", "17:00", None)]).collect();
            let d = demande("2026-03-02", "2026-03-30", duree * 15);
            let par = HashMap::from([(Uuid::from_u128(1).into(), taken.clone())]);
            let mut libres = libres(&h, &par, &HashMap::new(), &Trajets::default(), |_, _| false, d);
            libres.sort_unstable();
            for (t, ..) in &libres {
                prop_assert!(taken.iter().all(|p| p.fin <= *t || *t + d.duree <= p.debut));
            }
            prop_assert!(libres.windows(2).all(|p| p[1].0 - p[0].0 >= d.duree));
        }
    }
}
