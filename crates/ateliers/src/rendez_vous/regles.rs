//! Free slots. Neither database nor clock.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate, NaiveTime};
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
    /// Days of the rule left out: closed, or held at another time.
    pub sauf: Vec<NaiveDate>,
}

impl Heures {
    /// The days of these hours from `du` to before `au`, those left out not.
    pub fn jours(&self, du: NaiveDate, au: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
        let depart = du.max(self.du);
        let decalage = (7 + self.jour - depart.weekday().number_from_monday()) % 7;
        let premier = depart + chrono::Days::new(u64::from(decalage));
        premier.iter_weeks().take_while(move |j| *j < au && self.au.is_none_or(|fin| *j <= fin)).filter(|j| !self.sauf.contains(j))
    }
}

/// What one day of hours becomes, in place of what the week says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exception {
    /// The day of the week it stands for.
    pub origine: NaiveDate,
    /// When they are held instead; none: closed that day.
    pub ailleurs: Option<(NaiveDate, Tranche)>,
}

/// Hours with their exceptions, as hours that have none: the days left out, and each time moved on its own day.
pub(crate) fn avec_exceptions(h: Heures, exceptions: &[Exception]) -> impl Iterator<Item = Heures> + use<> {
    let deplacees: Vec<Heures> = exceptions
        .iter()
        .filter_map(|e| e.ailleurs)
        .map(|(jour, tranche)| Heures {
            jour: jour.weekday().number_from_monday(),
            tranche,
            du: jour,
            au: Some(jour),
            sauf: vec![],
            ..h.clone()
        })
        .collect();
    let sauf = exceptions.iter().map(|e| e.origine).collect();
    std::iter::once(Heures { sauf, ..h }).chain(deplacees)
}

/// What is taken at one place: starts and ends, in seconds since 1970.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pris {
    pub ou: Ou,
    pub temps: Temps,
}

/// Starts and ends.
pub(crate) type Temps = Vec<(i64, i64)>;

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
    // Hours of the same person at the same place meet the same times; those of many, the same instants.
    let mut occupes: HashMap<(UtilisateurId, Option<LieuId>), Temps> = HashMap::new();
    let mut instants: HashMap<(NaiveDate, NaiveTime), Option<i64>> = HashMap::new();
    let mut instant = |jour, heure| {
        let lire = || Quand { jour, heure }.instant().ok().map(|t| t.timestamp());
        *instants.entry((jour, heure)).or_insert_with(lire)
    };
    for h in heures {
        let occupe = occupes.entry((h.qui, h.lieu)).or_insert_with(|| {
            let ici = Ou { lieu: h.lieu, commune: h.lieu.and_then(|l| communes.get(&l).cloned()) };
            occuper(&ici, pris.get(&h.qui).map_or(&[], Vec::as_slice), trajets)
        });
        // Hours never go back: what is over before one day is over before the next.
        let mut premier = 0;
        for jour in h.jours(d.du, d.au).filter(|j| !ferme(h.lieu, *j)) {
            if let (Some(debut), Some(fin)) = (instant(jour, h.tranche.debut), instant(jour, h.tranche.fin)) {
                premier += occupe[premier..].iter().take_while(|o| o.1 <= debut).count();
                remplir(&mut v, h, &occupe[premier..], (debut, fin), d);
            }
        }
    }
    v
}

/// What is taken, seen from `ici`, in order: the way there and back included.
fn occuper(ici: &Ou, pris: &[Pris], trajets: &Trajets) -> Temps {
    let mut v = vec![];
    for p in pris {
        let trajet = trajets.minutes(ici, &p.ou) * 60;
        v.extend(p.temps.iter().map(|(debut, fin)| (debut - trajet, fin + trajet)));
    }
    v.sort_unstable();
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
#[path = "regles_tests.rs"]
mod tests;
