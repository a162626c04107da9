//! L'expérience : ce qui en est fait à une date, en mois civils.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::dates::{en_francais, plus_mois};
use crate::motif::{Motif, NBSP, Reference, Reponse};
use crate::referentiel::Version;

/// Activité prise en compte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activite {
    /// Salariée.
    Salarie,
    /// Indépendante.
    Independant,
    /// Bénévole.
    Benevole,
    /// Mandat d'élu.
    Elu,
    /// Stage, période en milieu professionnel.
    Stage,
}

/// Une expérience : des dates, ou un nombre de mois. Commencée et sans fin ni mois, elle dure encore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experience {
    /// Activité.
    pub activite: Activite,
    /// Premier jour.
    #[serde(default)]
    pub debut: Option<NaiveDate>,
    /// Dernier jour, compris.
    #[serde(default)]
    pub fin: Option<NaiveDate>,
    /// Mois, à défaut de dates.
    #[serde(default)]
    pub mois: Option<u32>,
}

impl Experience {
    /// La période datée, jusqu'à cette date comprise.
    fn periode(&self, date: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let fin = match (self.fin, self.mois) {
            (Some(fin), _) => fin.min(date),
            (None, None) => date,
            (None, Some(_)) => return None,
        };
        self.debut.filter(|d| *d <= fin).map(|d| (d, fin))
    }

    /// Les mois déclarés à défaut de dates, pas plus qu'il ne s'en est écoulé depuis le début.
    fn declares(&self, date: NaiveDate) -> u64 {
        let mois = match (self.debut, self.fin, self.mois) {
            (Some(_), Some(_), _) | (_, _, None) => 0,
            (Some(d), None, Some(_)) if date < d => 0,
            (Some(d), None, Some(m)) => m.min(mois_et_jours(d, date).0),
            (None, _, Some(m)) => m,
        };
        u64::from(mois)
    }
}

/// Du premier au dernier jour compris : les mois de quantième à quantième, puis les jours qui restent.
fn mois_et_jours(debut: NaiveDate, fin: NaiveDate) -> (u32, u64) {
    let lendemain = fin.succ_opt().unwrap_or(fin);
    let ecart = (lendemain.year() - debut.year()) * 12 + lendemain.month0() as i32 - debut.month0() as i32;
    let mut mois = u32::try_from(ecart).unwrap_or(0);
    if plus_mois(debut, mois) > lendemain {
        mois = mois.saturating_sub(1);
    }
    (mois, u64::try_from((lendemain - plus_mois(debut, mois)).num_days()).unwrap_or(0))
}

/// Le total à une date, en 365es de mois. Les périodes qui se chevauchent ou se touchent n'en font
/// qu'une ; chacune compte ses mois entiers, et 365 jours restants font douze mois.
fn total(experiences: &[Experience], date: NaiveDate) -> u64 {
    let mut periodes: Vec<(NaiveDate, NaiveDate)> = experiences.iter().filter_map(|e| e.periode(date)).collect();
    periodes.sort_unstable();
    let mut suites: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for (debut, fin) in periodes {
        match suites.last_mut() {
            Some((_, f)) if debut <= f.succ_opt().unwrap_or(*f) => *f = (*f).max(fin),
            _ => suites.push((debut, fin)),
        }
    }
    let (mois, jours) = suites
        .into_iter()
        .map(|(debut, fin)| mois_et_jours(debut, fin))
        .fold((experiences.iter().map(|e| e.declares(date)).sum::<u64>(), 0), |(m, j), (mois, jours)| (m + u64::from(mois), j + jours));
    mois.saturating_mul(365).saturating_add(jours.saturating_mul(12))
}

/// L'expérience faite à cette date atteint-elle le minimum de mois ?
pub(crate) fn experience_atteint(experiences: &[Experience], mois: u32, date: NaiveDate) -> bool {
    total(experiences, date) >= u64::from(mois) * 365
}

/// Mois entiers d'expérience à cette date.
pub(crate) fn mois_d_experience(experiences: &[Experience], date: NaiveDate) -> u64 {
    total(experiences, date) / 365
}

/// Ce qui ne se compte pas : les dates inversées, ce qui n'a ni début ni durée (un refus) ; ce qui
/// est à venir (une information).
pub(crate) fn controle(experiences: &[Experience], date: NaiveDate) -> Vec<Motif> {
    let mut motifs = Vec::new();
    for e in experiences {
        if let (Some(debut), Some(fin)) = (e.debut, e.fin)
            && fin < debut
        {
            let phrase = format!("L’expérience commencée le {} finit avant de commencer.", en_francais(debut));
            motifs.push(Motif::nouveau("experience.fin_avant_debut", Reference::modele(), phrase).fait("fin", fin).contre());
        }
        if e.debut.is_none() && e.mois.is_none() {
            let phrase = "Une expérience ne donne ni son début ni un nombre de mois.";
            motifs.push(Motif::nouveau("experience.sans_duree", Reference::modele(), phrase).fait("activite", e.activite).contre());
        }
    }
    if experiences.iter().any(|e| e.debut.is_some_and(|d| d > date) || e.fin.is_some_and(|f| f > date)) {
        let phrase = format!("L’expérience prévue après le {} n’est pas encore faite{NBSP}: elle ne compte pas.", en_francais(date));
        motifs.push(Motif::nouveau("experience.a_venir", Reference::modele(), phrase).fait("date", date));
    }
    motifs
}

/// L'expérience suffit-elle pour une demande déposée à cette date ?
pub fn experience(version: &Version, experiences: &[Experience], depot: NaiveDate) -> Reponse<u64> {
    let min = version.regle("vae.experience_min_mois", depot);
    let mois = mois_d_experience(experiences, depot);
    let assez = experience_atteint(experiences, min.valeur, depot);
    let phrase = if min.valeur == 0 {
        format!("Aucune durée minimale d’expérience n’est vérifiée au {}{NBSP}; {mois} mois sont déclarés.", en_francais(depot))
    } else {
        format!("{mois} mois d’expérience sont justifiés{NBSP}; il en faut {}.", min.valeur)
    };
    let mut motifs = controle(experiences, depot);
    motifs.push(min.motif("vae.experience", phrase).fait("mois", mois).fait("depot", depot).selon(assez));
    Reponse::deduite(mois, motifs)
}
