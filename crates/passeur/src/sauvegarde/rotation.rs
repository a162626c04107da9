//! Which backups to keep: the last of each of the latest days, weeks and months that have one.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use socle::horloge::jour;

/// How many to keep of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regle {
    pub jours: usize,
    pub semaines: usize,
    pub mois: usize,
}

const DEBUT: &str = "passeur-";
const FIN: &str = ".sauvegarde";
const FORME: &str = "%Y%m%dT%H%M%SZ";

/// The name of a backup made at `instant`.
pub fn nom(instant: DateTime<Utc>) -> String {
    format!("{DEBUT}{}{FIN}", instant.format(FORME))
}

/// When a backup of this name was made; none for a file that is not one: it is never removed.
pub fn instant(nom: &str) -> Option<DateTime<Utc>> {
    let milieu = nom.strip_prefix(DEBUT)?.strip_suffix(FIN)?;
    NaiveDateTime::parse_from_str(milieu, FORME).ok().map(|d| d.and_utc())
}

/// The names to remove. The latest backup is always kept.
pub fn a_retirer(noms: &[String], r: Regle) -> Vec<String> {
    let mut dates: Vec<(DateTime<Utc>, &String)> = noms.iter().filter_map(|n| instant(n).map(|d| (d, n))).collect();
    dates.sort();
    dates.reverse();
    let mut gardes: Vec<&String> = dates.first().map(|d| d.1).into_iter().collect();
    type Cle = fn(chrono::NaiveDate) -> (i32, u32);
    let cles: [(usize, Cle); 3] = [
        (r.jours, |j| (j.year(), j.ordinal())),
        (r.semaines, |j| (j.iso_week().year(), j.iso_week().week())),
        (r.mois, |j| (j.year(), j.month())),
    ];
    for (combien, cle) in cles {
        let mut vues: Vec<(i32, u32)> = vec![];
        for (d, n) in &dates {
            let k = cle(jour(*d));
            if vues.len() < combien && !vues.contains(&k) {
                vues.push(k);
                gardes.push(n);
            }
        }
    }
    dates.into_iter().map(|d| d.1).filter(|n| !gardes.contains(n)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use proptest::prelude::*;

    use super::*;

    const R: Regle = Regle { jours: 7, semaines: 4, mois: 12 };

    fn jours(n: u64) -> Vec<String> {
        let debut = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap().and_hms_opt(1, 0, 0).unwrap().and_utc();
        (0..n).map(|i| nom(debut + Days::new(i))).collect()
    }

    #[test]
    fn deux_ans_de_sauvegardes_en_laissent_une_vingtaine() {
        let noms = jours(730);
        let retirer = a_retirer(&noms, R);
        let mut restent: Vec<_> = noms.iter().filter(|n| !retirer.contains(n)).cloned().collect();
        restent.sort();
        // 7 days, the last days of 4 weeks (one is among the 7 days), of 12 months (one too).
        assert!((20..=22).contains(&restent.len()), "{restent:?}");
        assert_eq!(restent.last(), noms.last());
        assert_eq!(instant(&restent[0]).unwrap().date_naive(), NaiveDate::from_ymd_opt(2026, 1, 31).unwrap());
        // Removing day by day leaves the same.
        let mut peu: Vec<String> = vec![];
        for n in noms {
            peu.push(n);
            let r = a_retirer(&peu, R);
            peu.retain(|n| !r.contains(n));
        }
        peu.sort();
        assert_eq!(peu, restent);
    }

    #[test]
    fn ce_qui_n_est_pas_une_sauvegarde_n_est_jamais_retire() {
        let mut noms = jours(60);
        noms.extend(["notes.txt".to_owned(), "passeur-2025.sauvegarde".into(), "passeur-20250101T010000Z.sauvegarde.partiel".into()]);
        assert!(a_retirer(&noms, R).iter().all(|n| instant(n).is_some()));
        assert!(a_retirer(&jours(5), R).is_empty());
        assert_eq!(a_retirer(&jours(5), Regle { jours: 0, semaines: 0, mois: 0 }).len(), 4, "la dernière reste");
    }

    proptest! {
        #[test]
        fn la_derniere_reste_toujours(secondes in prop::collection::vec(0i64..200_000_000, 1..60)) {
            let noms: Vec<String> = secondes.iter().map(|s| nom(DateTime::from_timestamp(1_700_000_000 + s, 0).unwrap())).collect();
            let derniere = noms.iter().max().unwrap();
            prop_assert!(!a_retirer(&noms, R).contains(derniere));
        }
    }
}
