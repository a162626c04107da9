use super::*;
use proptest::prelude::*;

fn t(s: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(s, "%Y-%m-%d %H:%M").unwrap()
}

fn jours(regle: &str, debut: &str, avant: &str) -> Vec<String> {
    let v = developper(regle, t(debut), t(debut), t(avant)).unwrap();
    v.into_iter().map(|t| t.format("%Y-%m-%d %H:%M").to_string()).collect()
}

#[test]
fn une_semaine_sur_deux_garde_son_heure_au_mur() {
    // Clocks change between the two.
    assert_eq!(
        jours("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2027-03-15 14:00", "2027-04-02 00:00"),
        ["2027-03-15 14:00", "2027-03-18 14:00", "2027-03-29 14:00", "2027-04-01 14:00"]
    );
}

#[test]
fn le_deuxieme_mardi_le_31_et_le_29_fevrier() {
    assert_eq!(
        jours("FREQ=MONTHLY;BYDAY=2TU", "2026-01-13 09:00", "2026-04-30 00:00"),
        ["2026-01-13 09:00", "2026-02-10 09:00", "2026-03-10 09:00", "2026-04-14 09:00"]
    );
    assert_eq!(
        jours("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31 09:00", "2026-06-01 00:00"),
        ["2026-01-31 09:00", "2026-03-31 09:00", "2026-05-31 09:00"]
    );
    assert_eq!(jours("FREQ=YEARLY", "2024-02-29 09:00", "2029-01-01 00:00"), ["2024-02-29 09:00", "2028-02-29 09:00"]);
}

#[test]
fn la_fin_se_lit_de_trois_facons() {
    for fin in ["20260330", "20260330T140000", "20260330T120000Z"] {
        let r = lire(&format!("RRULE:freq=weekly;until={fin}"), t("2026-03-16 14:00")).unwrap();
        assert_eq!(jours(&r, "2026-03-16 14:00", "2027-01-01 00:00").len(), 3, "{fin} {r}");
        assert!(finit(&r));
    }
    let r = lire("FREQ=WEEKLY;UNTIL=20260330", t("2026-03-16 14:00")).unwrap();
    assert_eq!(exporter(&r), "FREQ=WEEKLY;UNTIL=20260330T215959Z");
    assert!(!finit("FREQ=DAILY"));
    // The last one is before the bound, never at it.
    assert_eq!(jours("FREQ=DAILY", "2026-03-16 14:00", "2026-03-17 14:00").len(), 1);
}

#[test]
fn ce_qui_n_est_pas_une_repetition_est_refuse() {
    let debut = t("2026-03-16 14:00");
    for (r, mot) in [
        ("", "pas pu être lue"),
        ("tous les lundis", "pas pu être lue"),
        ("FREQ=WEEKLY;UNTIL=demain", "pas pu être lue"),
        ("FREQ=WEEKLY;BYDAY=ZZ", "pas pu être lue"),
        ("FREQ=HOURLY", "en jours"),
        ("FREQ=DAILY;BYHOUR=9", "première fois"),
        ("FREQ=WEEKLY;BYDAY=TU", "ne suit pas"),
        ("FREQ=WEEKLY;UNTIL=20200101", "pas pu être lue"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "ne suit pas"),
    ] {
        let e = lire(r, debut).unwrap_err();
        assert!(e.contains(mot), "{r} : {e}");
    }
    assert!(lire(&format!("FREQ=DAILY;X={}", "9".repeat(300)), debut).is_err());
}

#[test]
fn une_serie_se_coupe() {
    let (avant, suite) =
        couper("FREQ=WEEKLY;BYDAY=MO;COUNT=6", t("2026-03-16 14:00"), "2026-03-30".parse().unwrap(), t("2026-03-31 10:00")).unwrap();
    assert_eq!(jours(&avant, "2026-03-16 14:00", "2027-01-01 00:00"), ["2026-03-16 14:00", "2026-03-23 14:00"]);
    assert_eq!(
        jours(&suite, "2026-03-31 10:00", "2027-01-01 00:00"),
        ["2026-03-31 10:00", "2026-04-07 10:00", "2026-04-14 10:00", "2026-04-21 10:00"]
    );
    let (_, suite) = couper("FREQ=MONTHLY;BYDAY=2TU", t("2026-01-13 09:00"), "2026-03-10".parse().unwrap(), t("2026-03-19 09:00")).unwrap();
    assert_eq!(suite, "FREQ=MONTHLY;BYDAY=3TH");
}

#[test]
fn un_formulaire_fait_une_regle_et_la_regle_se_dit() {
    let jour: NaiveDate = "2026-03-16".parse().unwrap();
    let r = |frequence: &str, tous_les, jours: &[&str], fois, jusqu_au: Option<&str>| {
        Repetition {
            frequence: frequence.into(),
            tous_les,
            jours: jours.iter().map(|j| (*j).to_owned()).collect(),
            fois,
            jusqu_au: jusqu_au.map(|j| j.parse().unwrap()),
        }
        .regle(jour)
        .map(|r| (dire(&r).replace('\u{a0}', " "), r))
    };
    assert_eq!(r("", 1, &[], None, None), None);
    let (mots, regle) = r("semaine", 2, &["TH"], None, Some("2027-06-30")).unwrap();
    assert_eq!(regle, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270630");
    assert_eq!(mots, "toutes les 2 semaines, le lundi et le jeudi, jusqu’au 30 juin 2027");
    assert_eq!(r("mois_jour", 1, &[], Some(4), None).unwrap().0, "tous les mois, le 3e lundi, 4 fois");
    assert_eq!(r("jour", 3, &[], None, None).unwrap().0, "tous les 3 jours");
    assert_eq!(r("mois", 1, &[], None, None).unwrap().1, "FREQ=MONTHLY;BYMONTHDAY=16");
}

proptest! {
    /// Whatever is typed, an answer comes, and what is accepted can be followed and said.
    #[test]
    fn tout_texte_a_une_reponse(texte in "(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY))?(;[A-Z]{3,10}=[-+A-Z0-9,]{0,8}){0,3}") {
        let debut = t("2026-03-16 14:00");
        if let Ok(r) = lire(&texte, debut) {
            let v = developper(&r, debut, debut, t("2027-03-16 14:00")).unwrap();
            prop_assert_eq!(v.first(), Some(&debut));
            prop_assert!(v.windows(2).all(|p| p[0] < p[1]));
            prop_assert!(!dire(&r).is_empty());
            prop_assert_eq!(lire(&r, debut).unwrap(), r);
        }
    }

    /// Cut anywhere, a series has the days it had.
    #[test]
    fn couper_ne_perd_aucun_jour(n in 1_usize..20, tous_les in 1_u16..4, fois in 21_u32..40) {
        let debut = t("2026-03-16 14:00");
        let regle = format!("FREQ=WEEKLY;INTERVAL={tous_les};BYDAY=MO,TH;COUNT={fois}");
        let loin = t("2032-01-01 00:00");
        let tous = developper(&regle, debut, debut, loin).unwrap();
        let (avant, apres) = couper(&regle, debut, tous[n].date(), tous[n]).unwrap();
        let mut v = developper(&avant, debut, debut, loin).unwrap();
        v.extend(developper(&apres, tous[n], tous[n], loin).unwrap());
        prop_assert_eq!(v, tous);
    }
}
