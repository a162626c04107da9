//! The hours of a week, as one types them. Neither database nor clock.

use chrono::{NaiveTime, Weekday};

use crate::seance::regles::lire_heure;

/// From when to when, in one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tranche {
    pub debut: NaiveTime,
    pub fin: NaiveTime,
}

impl Tranche {
    /// From two times written `09:00`; none when they are not in order.
    pub fn depuis(debut: &str, fin: &str) -> Option<Self> {
        let t = Self { debut: lire_heure(debut)?, fin: lire_heure(fin)? };
        (t.debut < t.fin).then_some(t)
    }
}

/// The hours of the seven days, from Monday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Semaine([Vec<Tranche>; 7]);

impl Semaine {
    /// Adds hours to a day, 1 for Monday; another number adds nothing.
    pub fn ajouter(&mut self, jour: i32, t: Tranche) {
        if let Some(v) = usize::try_from(jour - 1).ok().and_then(|i| self.0.get_mut(i)) {
            v.push(t);
            v.sort_unstable();
        }
    }

    pub fn du_jour(&self, j: Weekday) -> &[Tranche] {
        &self.0[j.num_days_from_monday() as usize]
    }

    /// Nothing was written.
    pub fn est_vide(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// The texts of the seven days, as [`lire`] reads them.
    pub fn textes(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|v| v.iter().map(|t| format!("{}-{}", t.debut.format("%H:%M"), t.fin.format("%H:%M"))).collect::<Vec<_>>().join(", "))
            .collect()
    }
}

/// Reads the hours of a day: `9:00-12:30, 14h-18h`; empty, or « fermé »: none.
///
/// # Errors
/// In words.
pub fn lire(texte: &str) -> Result<Vec<Tranche>, String> {
    let t = texte.trim();
    if t.is_empty() || socle::texte::plier(t) == "ferme" {
        return Ok(vec![]);
    }
    if t.len() > 100 {
        return Err("Une ligne de 100 caractères au plus.".into());
    }
    let mut v = vec![];
    for p in t.split([',', ';']).map(str::trim).filter(|p| !p.is_empty()) {
        let tranche = p.split_once(['-', '–', 'à']).and_then(|(d, f)| Tranche::depuis(d, f));
        v.push(tranche.ok_or_else(|| format!("« {p} » n’a pas été compris. Écrivez par exemple : 9:00-12:30, 14:00-18:00."))?);
    }
    v.sort_unstable();
    if v.windows(2).any(|p| p[1].debut < p[0].fin) {
        return Err("Deux horaires de ce jour se chevauchent.".into());
    }
    Ok(v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn les_horaires_se_lisent() {
        let dits = |t: &str| {
            let mut s = Semaine::default();
            lire(t).unwrap().into_iter().for_each(|x| s.ajouter(1, x));
            s.textes()[0].clone()
        };
        assert_eq!(dits("14h-18 h, 9:00 – 12h30"), "09:00-12:30, 14:00-18:00");
        assert_eq!(dits(""), "");
        assert_eq!(dits("Fermé"), "");
        for faux in ["9", "12:00-9:00", "9-12, 11-13", "le matin", "9:00-25:00"] {
            assert!(lire(faux).is_err(), "{faux}");
        }
    }

    proptest! {
        #[test]
        fn ce_qui_est_ecrit_se_relit(t in ".{0,40}") {
            if let Ok(v) = lire(&t) {
                let mut s = Semaine::default();
                for x in &v {
                    s.ajouter(3, *x);
                }
                prop_assert_eq!(lire(&s.textes()[2]).unwrap(), v);
            }
        }
    }
}
