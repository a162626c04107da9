//! Pure rules of a plan.

use chrono::{Months, NaiveDate};
use socle::controle::Controle;

use super::{StatutEtape, StatutObjectif};
use crate::diagnostic::regles::jour_admis;

/// A plan stays readable.
const OBJECTIFS_MAX: usize = 30;
const ETAPES_MAX: usize = 60;

/// Refuses a plan that nobody could read any more.
pub fn controler_nombre(c: &mut Controle, objectifs: usize, etapes: usize) {
    if objectifs > OBJECTIFS_MAX {
        c.faute("objectifs", format!("Un parcours compte {OBJECTIFS_MAX} objectifs au plus."));
    }
    if etapes > ETAPES_MAX {
        c.faute("etapes", format!("Un parcours compte {ETAPES_MAX} étapes au plus."));
    }
}

/// Cleans and checks a text of one line or more.
pub fn libelle(c: &mut Controle, champ: &str, texte: &str, vide: &str) -> String {
    let t = texte.trim().to_owned();
    c.exiger(!t.is_empty(), champ, vide);
    c.texte(champ, Some(&t), 500);
    t
}

/// The day an objective was closed: `voulu`, else the day it had if its statut stays, else today.
pub fn evalue_le(
    c: &mut Controle,
    statut: StatutObjectif,
    avant: (StatutObjectif, Option<NaiveDate>),
    voulu: Option<NaiveDate>,
    aujourd_hui: NaiveDate,
) -> Option<NaiveDate> {
    if statut == StatutObjectif::EnCours {
        c.exiger(
            voulu.is_none(),
            "evalue_le",
            "Un objectif en cours n’a pas de date d’évaluation : dites s’il est atteint, ou retirez la date.",
        );
        return None;
    }
    if let Some(jour) = voulu {
        jour_admis(c, "evalue_le", jour, aujourd_hui);
        return Some(jour);
    }
    avant.1.filter(|_| avant.0 == statut).or(Some(aujourd_hui))
}

/// The day a step was done, by the same rule.
pub fn faite_le(
    c: &mut Controle,
    champ: &str,
    statut: StatutEtape,
    avant: (StatutEtape, Option<NaiveDate>),
    voulu: Option<NaiveDate>,
    aujourd_hui: NaiveDate,
) -> Option<NaiveDate> {
    if statut != StatutEtape::Faite {
        c.exiger(voulu.is_none(), champ, "Seule une étape faite a une date : dites qu’elle est faite, ou retirez la date.");
        return None;
    }
    if let Some(jour) = voulu {
        jour_admis(c, champ, jour, aujourd_hui);
        return Some(jour);
    }
    avant.1.filter(|_| avant.0 == statut).or(Some(aujourd_hui))
}

/// A step is planned between two years ago and two years ahead.
pub fn controler_prevue(c: &mut Controle, champ: &str, jour: NaiveDate, aujourd_hui: NaiveDate) {
    let mois = Months::new(24);
    let debut = aujourd_hui.checked_sub_months(mois).unwrap_or(NaiveDate::MIN);
    let fin = aujourd_hui.checked_add_months(mois).unwrap_or(NaiveDate::MAX);
    c.exiger((debut..=fin).contains(&jour), champ, "Cette date est à plus de deux ans d’aujourd’hui : vérifiez l’année.");
}

/// Reads an hour as people write it (`14:30`, `14 h 30`, `9h`); gives `14:30`. An empty text is no hour.
pub fn heure(c: &mut Controle, champ: &str, texte: &str) -> Option<String> {
    let t: String = texte.chars().filter(|x| !x.is_whitespace()).collect::<String>().to_lowercase();
    if t.is_empty() {
        return None;
    }
    let lue = t.split_once([':', 'h']).and_then(|(h, m)| {
        let court = |v: &str| (1..=2).contains(&v.len()) && v.bytes().all(|b| b.is_ascii_digit());
        if !court(h) || !(m.is_empty() || court(m)) {
            return None;
        }
        let (h, m) = (h.parse::<u8>().ok()?, if m.is_empty() { 0 } else { m.parse::<u8>().ok()? });
        (h < 24 && m < 60).then(|| format!("{h:02}:{m:02}"))
    });
    if lue.is_none() {
        c.faute(champ, "Cette heure n’est pas lisible. Exemple : 14:30.");
    }
    lue
}

/// Why a plan cannot be closed yet.
pub fn restants(n: usize) -> String {
    if n == 1 {
        "Un objectif est encore en cours : évaluez-le, ou confirmez qu’il est abandonné.".into()
    } else {
        format!("{n} objectifs sont encore en cours : évaluez-les, ou confirmez qu’ils sont abandonnés.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn jour(t: &str) -> NaiveDate {
        t.parse().unwrap()
    }

    #[rstest]
    #[case("14:30", Some("14:30"))]
    #[case("14 h 30", Some("14:30"))]
    #[case("9h", Some("09:00"))]
    #[case("9:5", Some("09:05"))]
    #[case("24:00", None)]
    #[case("14:75", None)]
    #[case("+1:00", None)]
    #[case("midi", None)]
    #[case("1430", None)]
    fn les_heures_se_lisent(#[case] texte: &str, #[case] attendu: Option<&str>) {
        let mut c = Controle::new();
        assert_eq!(heure(&mut c, "heure", texte).as_deref(), attendu);
        assert_eq!(c.fautes().is_empty(), attendu.is_some());
    }

    #[test]
    fn sans_heure_il_n_y_a_pas_de_faute() {
        let mut c = Controle::new();
        assert_eq!(heure(&mut c, "heure", "  "), None);
        assert!(c.fautes().is_empty());
    }

    #[test]
    fn un_objectif_clos_garde_son_jour_et_le_perd_quand_il_reprend() {
        use StatutObjectif as S;
        let (hier, auj) = (jour("2026-03-09"), jour("2026-03-10"));
        let mut c = Controle::new();
        assert_eq!(evalue_le(&mut c, S::Atteint, (S::EnCours, None), None, auj), Some(auj));
        assert_eq!(evalue_le(&mut c, S::Atteint, (S::Atteint, Some(hier)), None, auj), Some(hier));
        assert_eq!(evalue_le(&mut c, S::NonAtteint, (S::Atteint, Some(hier)), None, auj), Some(auj));
        assert_eq!(evalue_le(&mut c, S::Abandonne, (S::EnCours, None), Some(hier), auj), Some(hier));
        assert_eq!(evalue_le(&mut c, S::EnCours, (S::Atteint, Some(hier)), None, auj), None);
        assert!(c.fautes().is_empty());
        evalue_le(&mut c, S::EnCours, (S::Atteint, Some(hier)), Some(hier), auj);
        evalue_le(&mut c, S::Atteint, (S::EnCours, None), Some(jour("2026-03-11")), auj);
        assert_eq!(c.fautes().len(), 2);
    }

    #[test]
    fn une_etape_se_prevoit_a_deux_ans_pres() {
        let mut c = Controle::new();
        controler_prevue(&mut c, "prevue_le", jour("2027-12-31"), jour("2026-03-10"));
        assert!(c.fautes().is_empty());
        controler_prevue(&mut c, "prevue_le", jour("2206-03-10"), jour("2026-03-10"));
        assert_eq!(c.fautes().len(), 1);
    }
}
