//! Pure rules of the bilan: months, presets, medians, progress.

use std::collections::HashMap;

use chrono::{Datelike, Days, Months, NaiveDate};
use mediation::nomenclatures::TrancheAge;
use socle::Nomenclature;

use crate::vue::{Mois, Public};

/// The longest period, in months.
pub const PERIODE_MAX: u32 = 120;

fn premier_du_mois(jour: NaiveDate) -> NaiveDate {
    jour.with_day(1).unwrap_or(jour)
}

/// `2026-03` for each month of the period, in order.
pub fn mois_entre(du: NaiveDate, au: NaiveDate) -> Vec<String> {
    let mut mois = premier_du_mois(du);
    let mut tous = vec![];
    while mois <= au {
        tous.push(mois.format("%Y-%m").to_string());
        mois = mois + Months::new(1);
    }
    tous
}

/// The days of a month that fall in the period.
pub fn jours_du_mois(mois: &str, du: NaiveDate, au: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let premier = NaiveDate::parse_from_str(&format!("{mois}-01"), "%Y-%m-%d").ok()?;
    let dernier = premier + Months::new(1) - Days::new(1);
    let (debut, fin) = (premier.max(du), dernier.min(au));
    (debut <= fin).then_some((debut, fin))
}

/// Every month with its figures, zeros included.
pub fn completer_mois(du: NaiveDate, au: NaiveDate, comptes: &HashMap<String, (i64, i64)>) -> Vec<Mois> {
    mois_entre(du, au)
        .into_iter()
        .map(|mois| {
            let (activites, participations) = comptes.get(&mois).copied().unwrap_or_default();
            Mois { mois, activites: Some(activites), participations: Some(participations) }
        })
        .collect()
}

/// Columns of the chart over time: a month each, a quarter when there are more than thirteen months, a
/// year beyond three years, so that each keeps its label.
pub struct Colonne {
    pub nom: String,
    pub du: NaiveDate,
    pub au: NaiveDate,
    /// None: masked, as one of its months.
    pub activites: Option<i64>,
    pub participations: Option<i64>,
}

/// The columns, and the title that says what each is.
pub fn colonnes(mois: &[Mois], du: NaiveDate, au: NaiveDate) -> (&'static str, Vec<Colonne>) {
    let n = mois.len();
    let titre = match n {
        ..=13 => "Par mois",
        14..=36 => "Par trimestre",
        _ => "Par année",
    };
    let nommer = |d: NaiveDate| match n {
        ..=6 => interface::format::mois_annee(d),
        7..=13 => d.format("%m/%y").to_string(),
        14..=36 => format!("T{} {}", d.month0() / 3 + 1, d.format("%y")),
        _ => d.year().to_string(),
    };
    let somme = |a: Option<i64>, b: Option<i64>| Some(a? + b?);
    let mut toutes: Vec<Colonne> = vec![];
    for m in mois {
        let Some((debut, fin)) = jours_du_mois(&m.mois, du, au) else { continue };
        let nom = nommer(debut);
        match toutes.last_mut().filter(|c| c.nom == nom) {
            Some(c) => {
                c.au = fin;
                c.activites = somme(c.activites, m.activites);
                c.participations = somme(c.participations, m.participations);
            }
            None => toutes.push(Colonne { nom, du: debut, au: fin, activites: m.activites, participations: m.participations }),
        }
    }
    (titre, toutes)
}

/// The median of delays given with how many times each occurs.
pub fn mediane(mut delais: Vec<(i64, i64)>) -> Option<f64> {
    delais.sort_unstable();
    let total: i64 = delais.iter().map(|d| d.1).sum();
    let rang = |n: i64| {
        let mut vus = 0;
        delais.iter().find(|(_, combien)| {
            vus += combien;
            vus > n
        })
    };
    let (bas, haut) = (rang((total - 1) / 2)?, rang(total / 2)?);
    Some((bas.0 + haut.0) as f64 / 2.0)
}

/// The rank of an autonomy level of a diagnostic; none for one that is to be completed.
fn rang(niveau: &str) -> Option<u8> {
    match niveau {
        "eloigne" => Some(0),
        "en_chemin" => Some(1),
        "autonome" => Some(2),
        _ => None,
    }
}

/// Whether the level rose between the first and the last diagnostic.
pub fn en_progres(premier: &str, dernier: &str) -> bool {
    matches!((rang(premier), rang(dernier)), (Some(a), Some(b)) if b > a)
}

/// The SQL that gives the age band of a person `pe` at an activity `a`: declared, else from the year of
/// birth, by the bounds of [`TrancheAge::BORNES`]; what an erasure wrote on the participation wins.
pub fn sql_tranche_age() -> String {
    let age = "CAST(SUBSTR(CAST(a.date AS text), 1, 4) AS integer) - pe.annee_naissance";
    let bandes: String = TrancheAge::BORNES.iter().map(|(max, t)| format!(" WHEN {age} <= {max} THEN '{}'", t.code())).collect();
    format!(
        "CASE WHEN p.tranche_figee IS NOT NULL THEN p.tranche_figee WHEN pe.tranche_age IS NOT NULL THEN pe.tranche_age WHEN pe.annee_naissance IS NULL THEN '{}'{bandes} ELSE '{}' END",
        TrancheAge::NonCommunique.code(),
        TrancheAge::SoixanteDixPlus.code()
    )
}

/// The lines of a breakdown of the public: named participations, anonymous ones as declared, and what was
/// not declared under `non_communique`, so that the column adds up to all participations.
pub fn repartir<N: Nomenclature>(nommees: &HashMap<String, (i64, i64)>, declarees: &HashMap<String, i64>, anonymes: i64) -> Vec<Public> {
    let tues = anonymes - declarees.values().sum::<i64>();
    N::tous()
        .into_iter()
        .map(|n| {
            let code = n.code();
            let (participations, personnes) = nommees.get(&code).copied().unwrap_or_default();
            let reste = if code == "non_communique" { tues } else { 0 };
            let total = participations + declarees.get(&code).copied().unwrap_or_default() + reste;
            Public { code, libelle: n.libelle().to_owned(), participations: Some(total), personnes: Some(personnes) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediation::nomenclatures::Genre;

    fn d(a: i32, m: u32, j: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(a, m, j).unwrap()
    }

    #[test]
    fn chaque_mois_de_la_periode_est_la() {
        assert_eq!(mois_entre(d(2025, 11, 30), d(2026, 2, 1)), ["2025-11", "2025-12", "2026-01", "2026-02"]);
        assert_eq!(mois_entre(d(2026, 3, 31), d(2026, 3, 31)), ["2026-03"]);
        let comptes = HashMap::from([("2026-02".to_owned(), (3, 7))]);
        let mois = completer_mois(d(2026, 1, 15), d(2026, 2, 3), &comptes);
        assert_eq!((mois.len(), mois[0].activites, mois[1].participations), (2, Some(0), Some(7)));
    }

    #[test]
    fn un_mois_se_coupe_aux_bords_de_la_periode() {
        let (du, au) = (d(2026, 1, 15), d(2026, 3, 10));
        assert_eq!(jours_du_mois("2026-01", du, au), Some((du, d(2026, 1, 31))));
        assert_eq!(jours_du_mois("2026-02", du, au), Some((d(2026, 2, 1), d(2026, 2, 28))));
        assert_eq!(jours_du_mois("2026-03", du, au), Some((d(2026, 3, 1), au)));
        assert_eq!(jours_du_mois("2026-04", du, au), None);
        assert_eq!(jours_du_mois("mars", du, au), None);
    }

    #[test]
    fn une_longue_periode_se_montre_par_trimestre_puis_par_annee() {
        let montrer = |du: NaiveDate, au: NaiveDate| {
            let mois: Vec<Mois> =
                mois_entre(du, au).into_iter().map(|mois| Mois { mois, activites: Some(1), participations: Some(2) }).collect();
            let (titre, c) = colonnes(&mois, du, au);
            (titre, c.iter().map(|c| (c.nom.clone(), c.activites)).collect::<Vec<_>>(), c[0].du, c[c.len() - 1].au)
        };
        let (titre, c, ..) = montrer(d(2026, 1, 5), d(2026, 2, 3));
        assert_eq!((titre, c[0].0.as_str(), c.len()), ("Par mois", "janvier 2026", 2));
        assert_eq!(montrer(d(2025, 3, 1), d(2026, 3, 1)).1[0].0, "03/25");
        let (titre, c, du, au) = montrer(d(2025, 2, 10), d(2026, 4, 2));
        assert_eq!((titre, c[0].clone(), du, au), ("Par trimestre", ("T1 25".into(), Some(2)), d(2025, 2, 10), d(2026, 4, 2)));
        let (titre, c, ..) = montrer(d(2020, 1, 1), d(2026, 4, 2));
        assert_eq!((titre, c[0].clone(), c[6].clone()), ("Par année", ("2020".into(), Some(12)), ("2026".into(), Some(4))));
    }

    #[test]
    fn la_mediane_compte_chaque_reponse() {
        assert_eq!(mediane(vec![]), None);
        assert_eq!(mediane(vec![(4, 1)]), Some(4.0));
        assert_eq!(mediane(vec![(9, 1), (2, 1)]), Some(5.5));
        assert_eq!(mediane(vec![(30, 1), (1, 3), (2, 1)]), Some(1.0));
        assert_eq!(mediane(vec![(1, 2), (2, 2)]), Some(1.5));
    }

    #[test]
    fn progresser_c_est_monter_d_un_niveau() {
        assert!(en_progres("eloigne", "en_chemin") && en_progres("eloigne", "autonome"));
        assert!(!en_progres("autonome", "autonome") && !en_progres("autonome", "eloigne"));
        assert!(!en_progres("a_completer", "autonome"));
    }

    #[test]
    fn ce_qui_n_est_pas_declare_est_non_communique() {
        let nommees = HashMap::from([("feminin".to_owned(), (4, 2)), ("non_communique".to_owned(), (1, 1))]);
        let declarees = HashMap::from([("masculin".to_owned(), 3)]);
        let lignes = repartir::<Genre>(&nommees, &declarees, 10);
        let de = |code: &str| lignes.iter().find(|l| l.code == code).map(|l| (l.participations, l.personnes)).unwrap();
        assert_eq!(de("feminin"), (Some(4), Some(2)));
        assert_eq!(de("masculin"), (Some(3), Some(0)));
        assert_eq!(de("non_communique"), (Some(8), Some(1)));
    }
}
