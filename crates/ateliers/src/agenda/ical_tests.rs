use chrono::{DateTime, Utc};
use socle::ical::{ligne, texte};

use super::*;
use crate::agenda::lecture::{Pris, deplier, lire, reunir};
use proptest::prelude::*;

fn t(s: &str) -> DateTime<Utc> {
    s.parse().unwrap()
}

fn lire_2026(corps: &str) -> Result<Vec<(String, String)>, String> {
    let texte = format!("BEGIN:VCALENDAR\r\n{}\r\nEND:VCALENDAR\r\n", corps.replace('\n', "\r\n"));
    let v = lire(&texte, t("2026-03-01T00:00:00Z"), t("2026-06-01T00:00:00Z"))?;
    let dit = |s: i64| DateTime::from_timestamp(s, 0).unwrap().format("%m-%d %H:%M").to_string();
    Ok(v.into_iter().map(|(d, f)| (dit(d), dit(f))).collect())
}

fn paires(v: &[(&str, &str)]) -> Vec<(String, String)> {
    v.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn une_ligne_longue_se_plie_sans_couper_une_lettre() {
    let mut s = String::new();
    ligne(&mut s, &format!("SUMMARY:{}", "é".repeat(100)));
    assert!(s.split("\r\n").all(|l| l.len() <= 75), "{s}");
    assert_eq!(deplier(&s)[0], format!("SUMMARY:{}", "é".repeat(100)));
    assert_eq!(texte("a;b,c\\d\ne\r"), "a\\;b\\,c\\\\d\\ne");
}

#[test]
fn on_lit_les_temps_pris_et_rien_d_autre() {
    // In March before the 29th, France is one hour ahead.
    let v = lire_2026(
        "BEGIN:VEVENT\nUID:1\nSUMMARY:Secret\nDTSTART:20260310T090000Z\nDTEND:20260310T100000Z\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:2\nDTSTART;TZID=Europe/Paris:20260311T090000\nDURATION:PT1H30M\nBEGIN:VALARM\nTRIGGER:-PT15M\nDTSTART:20200101T000000Z\nEND:VALARM\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:3\nDTSTART;VALUE=DATE:20260312\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:4\nDTSTART:20260313T090000Z\nDTEND:20260313T100000Z\nTRANSP:TRANSPARENT\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:5\nDTSTART:20260313T110000Z\nDTEND:20260313T120000Z\nSTATUS:CANCELLED\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:6\nDTSTART;TZID=\"Romance Standard Time\":20260314T0900\n 00\nDTEND;TZID=Romance Standard Time:20260314T100000\nEND:VEVENT",
    )
    .unwrap();
    assert_eq!(
        v,
        paires(&[
            ("03-10 09:00", "03-10 10:00"),
            ("03-11 08:00", "03-11 09:30"),
            ("03-11 23:00", "03-12 23:00"),
            ("03-14 08:00", "03-14 09:00")
        ])
    );
}

#[test]
fn une_serie_se_lit_avec_ses_exceptions() {
    let v = lire_2026(
        "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Paris:20260323T090000\nDTEND;TZID=Europe/Paris:20260323T100000\nRRULE:FREQ=WEEKLY;UNTIL=20260420T070000Z\nEXDATE;TZID=Europe/Paris:20260406T090000\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Europe/Paris:20260413T090000\nDTSTART;TZID=Europe/Paris:20260414T150000\nDTEND;TZID=Europe/Paris:20260414T160000\nEND:VEVENT",
    )
    .unwrap();
    // Clocks changed on the 29 March.
    assert_eq!(
        v,
        paires(&[
            ("03-23 08:00", "03-23 09:00"),
            ("03-30 07:00", "03-30 08:00"),
            ("04-14 13:00", "04-14 14:00"),
            ("04-20 07:00", "04-20 08:00")
        ])
    );
}

#[test]
fn ce_qui_n_est_pas_un_agenda_est_refuse() {
    assert!(lire("<html>", t("2026-03-01T00:00:00Z"), t("2026-06-01T00:00:00Z")).is_err());
    assert_eq!(lire_2026("BEGIN:VEVENT\nUID:1\nDTSTART:pas une date\nEND:VEVENT").unwrap(), vec![]);
    assert_eq!(lire_2026(&"BEGIN:VEVENT\n".repeat(50_000)).unwrap(), vec![]);
    // Years and lengths that nothing counts with, rules that never come.
    for corps in [
        "DTSTART;VALUE=DATE:+2621421231",
        "DTSTART:20260310T090000Z\nDURATION:P999999W",
        "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    ] {
        assert!(lire_2026(&format!("BEGIN:VEVENT\nUID:1\n{corps}\nEND:VEVENT")).unwrap().len() <= 1, "{corps}");
    }
    // A series without end is followed over the period asked for.
    let v = lire_2026("BEGIN:VEVENT\nUID:1\nDTSTART:20100101T090000Z\nDTEND:20100101T100000Z\nRRULE:FREQ=DAILY\nEND:VEVENT").unwrap();
    assert_eq!(v.len(), 92);
}

#[test]
fn ce_qui_est_ecrit_se_relit() {
    let c = Composant {
        uid: "1".into(),
        debut: t("2026-03-23T08:00:00Z"),
        fin: t("2026-03-23T09:00:00Z"),
        titre: "Permanence ; bureau, accueil".into(),
        regle: Some("FREQ=WEEKLY;COUNT=3".into()),
        sauf: vec![t("2026-03-30T07:00:00Z")],
        ..Composant::default()
    };
    let texte = calendrier("Essai", "PUBLISH", &[c]);
    assert!(texte.contains("DTSTART;TZID=Europe/Paris:20260323T090000\r\n") && texte.contains("BEGIN:VTIMEZONE"));
    let v = lire(&texte, t("2026-03-01T00:00:00Z"), t("2026-06-01T00:00:00Z")).unwrap();
    assert_eq!(v, vec![(1774252800, 1774256400), (1775458800, 1775462400)]);
    assert_eq!(etiquette("a"), etiquette("a"));
    assert_ne!(etiquette("a"), etiquette("b"));
}

proptest! {
    #[test]
    fn tout_texte_se_lit_ou_se_refuse(corps in "(BEGIN:VEVENT\n)?([A-Z]{3,9}(;[A-Z]{2,5}=[^\n]{0,6})?:[^\n]{0,20}\n){0,6}(END:VEVENT)?") {
        let _ = lire_2026(&corps);
    }

    #[test]
    fn reunir_garde_les_temps_pris(v in proptest::collection::vec((0_i64..500, 1_i64..50), 0..30)) {
        let v: Vec<Pris> = v.into_iter().map(|(d, n)| (d, d + n)).collect();
        let r = reunir(v.clone());
        prop_assert!(r.windows(2).all(|p| p[0].1 < p[1].0));
        for s in 0..600 {
            let dans = |v: &[Pris]| v.iter().any(|(d, f)| *d <= s && s < *f);
            prop_assert_eq!(dans(&v), dans(&r));
        }
    }
}
