//! Pages of appointments: those of anybody, and those of the team.

mod accueil;
pub(crate) mod jours;
mod public;
mod reglages;

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate};
use interface::{format, requete::Pages};
use socle::{
    Contexte, Resultat,
    horloge::{FUSEAU, jour},
    identifiant::{LieuId, UtilisateurId},
};

use super::{Creneau, Maniere, Motif, creneaux};

/// Pages of appointments.
pub fn pages() -> Pages {
    [accueil::pages(), jours::pages(), reglages::pages()].into_iter().fold(public::pages(), Pages::fusionner)
}

/// A slot, to choose.
pub(super) struct Choisi {
    /// `<seconds>_<lieu>`, what a form sends back.
    pub code: String,
    /// `14 h 30`, and where when there are several places.
    pub libelle: String,
}

/// Slots of a day.
pub(super) struct DuJour {
    pub nom: String,
    pub creneaux: Vec<Choisi>,
}

/// What a page shows at once, and where the next one begins.
pub(super) struct Proposes {
    pub jours: Vec<DuJour>,
    /// The first day after those shown.
    pub suite: Option<NaiveDate>,
    pub vide: bool,
}

/// Days looked at for one page, and slots shown.
const JOURS: u64 = 14;
const CRENEAUX: usize = 60;

/// The slots to propose from `du`: two weeks, or the next ones when these have none.
pub(super) async fn proposer(cx: &Contexte, m: &Motif, du: NaiveDate, avec: Option<UtilisateurId>) -> Resultat<Proposes> {
    let fin = cx.aujourd_hui() + Days::new(u64::from(m.horizon_jours.unsigned_abs()) + 1);
    let mut depuis = du.max(cx.aujourd_hui());
    let mut v: Vec<Creneau> = vec![];
    while v.is_empty() && depuis < fin {
        v = creneaux(cx, m, depuis, (depuis + Days::new(JOURS)).min(fin), avec).await?;
        depuis = depuis + Days::new(JOURS);
    }
    if m.maniere != Maniere::SurPlace {
        // Nobody comes: where who receives is does not matter.
        v.dedup_by_key(|c| c.debut);
        for c in &mut v {
            c.lieu = None;
        }
    }
    let mut suite = (depuis < fin).then_some(depuis);
    if v.len() > CRENEAUX {
        // Whole days: the next page begins where this one stops.
        let coupe = jour(v[CRENEAUX].debut);
        if v.first().is_some_and(|c| jour(c.debut) < coupe) {
            v.retain(|c| jour(c.debut) < coupe);
            suite = Some(coupe);
        }
    }
    let lieux: Vec<LieuId> = {
        let mut l: Vec<LieuId> = v.iter().filter_map(|c| c.lieu).collect();
        l.sort_unstable();
        l.dedup();
        l
    };
    let noms: HashMap<_, _> = if lieux.len() > 1 { territoire::lieu::noms_et_adresses(cx, lieux).await? } else { HashMap::new() };
    let mut jours: Vec<(NaiveDate, DuJour)> = vec![];
    for c in &v {
        let j = jour(c.debut);
        let ou = c.lieu.and_then(|l| noms.get(&l.0)).map(|n| format!(", {}", n.split(',').next().unwrap_or(n))).unwrap_or_default();
        let choisi = Choisi { code: code(c), libelle: format!("{}{ou}", format::heure(c.debut.with_timezone(&FUSEAU).time())) };
        match jours.last_mut() {
            Some((d, x)) if *d == j => x.creneaux.push(choisi),
            _ => jours.push((j, DuJour { nom: format::date_longue(j), creneaux: vec![choisi] })),
        }
    }
    Ok(Proposes { vide: jours.is_empty(), jours: jours.into_iter().map(|(_, j)| j).collect(), suite })
}

fn code(c: &Creneau) -> String {
    format!("{}_{}", c.debut.timestamp(), c.lieu.map(|l| l.to_string()).unwrap_or_default())
}

/// A slot as a form sends it back.
pub(super) fn lire_code(t: &str) -> Option<(DateTime<chrono::Utc>, Option<LieuId>)> {
    let (s, lieu) = t.split_once('_').unwrap_or((t, ""));
    // Until 2200: further, nothing is counted with.
    let secondes = s.parse().ok().filter(|s| (0..7_258_118_400_i64).contains(s))?;
    Some((DateTime::from_timestamp(secondes, 0)?, lieu.parse().ok()))
}
