use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::diagnostic::grille::GRILLE_COURANTE;

fn grille() -> &'static Grille {
    Grille::par_id(GRILLE_COURANTE).unwrap()
}

/// Notes of the gestures 1 to 8, `-` for not observed.
fn notes(texte: &str) -> Reponses {
    let gestes = texte.chars().enumerate().map(|(i, c)| ((i + 1).to_string(), c.to_digit(10).map(|n| n as u8))).collect();
    Reponses { gestes, ..Reponses::default() }
}

fn usage(mut r: Reponses, reponse: &str) -> Reponses {
    r.acces.insert("usage_3_mois".into(), Valeur::Un(reponse.into()));
    r
}

#[rstest]
#[case("33333333", "autonome")]
#[case("22223332", "autonome")]
#[case("--2-3332", "autonome")]
// Gestures 5 to 7 must be at 3, and observed.
#[case("33333323", "en_chemin")]
#[case("3333-333", "en_chemin")]
#[case("13333333", "en_chemin")]
#[case("11112222", "en_chemin")]
#[case("11111333", "eloigne")]
#[case("00000---", "eloigne")]
#[case("01010333", "eloigne")]
// Fewer than five observed: to be completed, whatever the notes.
#[case("0000----", "a_completer")]
#[case("3333----", "a_completer")]
#[case("--------", "a_completer")]
#[case("", "a_completer")]
fn le_niveau_propose_est_celui_de_la_grille(#[case] gestes: &str, #[case] niveau: &str) {
    assert_eq!(proposer(grille(), &notes(gestes)).niveau.code(), niveau, "{gestes}");
}

#[rstest]
#[case("33333333")]
#[case("3-------")]
#[case("--------")]
fn sans_usage_depuis_trois_mois_decide_seul(#[case] gestes: &str) {
    let p = proposer(grille(), &usage(notes(gestes), "non"));
    assert_eq!(p.niveau, NiveauAutonomie::Eloigne);
    assert!(p.raison.contains("trois derniers mois"));
    assert_ne!(proposer(grille(), &usage(notes(gestes), "oui")).niveau, NiveauAutonomie::Eloigne);
    assert_ne!(proposer(grille(), &usage(notes(gestes), "ne_sait_pas")).niveau, NiveauAutonomie::Eloigne);
}

#[test]
fn la_raison_nomme_ce_qui_a_decide() {
    assert!(proposer(grille(), &notes("33333323")).raison.contains("repérer un message suspect"));
    assert!(proposer(grille(), &notes("333-0333")).raison.contains("retrouver un mot de passe"));
    assert!(proposer(grille(), &notes("333333-3")).raison.contains("encore regarder"));
    assert!(proposer(grille(), &notes("33------")).raison.contains("2 gestes"));
    let r = proposer(grille(), &notes("11111---")).raison;
    assert!(r.contains("Sur 5 gestes regardés, 5 "), "{r}");
}

fn une_note() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![2 => Just(None), 8 => (0u8..=3).prop_map(Some)]
}

fn des_notes() -> impl Strategy<Value = Vec<Option<u8>>> {
    proptest::collection::vec(une_note(), 8)
}

fn de(notes: &[Option<u8>]) -> Reponses {
    Reponses { gestes: notes.iter().enumerate().map(|(i, n)| ((i + 1).to_string(), *n)).collect(), ..Reponses::default() }
}

proptest! {
    #[test]
    fn monter_une_note_ne_baisse_jamais_le_niveau(n in des_notes(), i in 0usize..8, non in any::<bool>()) {
        let mut plus = n.clone();
        plus[i] = plus[i].map(|x| (x + 1).min(3));
        let prop = |n: &[Option<u8>]| {
            let r = de(n);
            proposer(grille(), &if non { usage(r, "non") } else { r }).niveau.rang()
        };
        prop_assert!(prop(&plus) >= prop(&n));
    }

    #[test]
    fn non_observe_vaut_absent(n in des_notes()) {
        let mut absent = de(&n);
        absent.gestes.retain(|_, v| v.is_some());
        prop_assert_eq!(proposer(grille(), &de(&n)), proposer(grille(), &absent));
    }

    /// Counting what was not seen as a zero would make people far from digital: it never does.
    #[test]
    fn non_observe_n_est_jamais_un_zero(n in des_notes(), i in 0usize..8) {
        let mut sans = n.clone();
        sans[i] = None;
        let mut zero = n;
        zero[i] = Some(0);
        let (sans, zero) = (proposer(grille(), &de(&sans)).niveau, proposer(grille(), &de(&zero)).niveau);
        // Hiding a zero lowers nothing: the level stays, rises, or waits to be completed.
        prop_assert!(sans == NiveauAutonomie::ACompleter || sans.rang() >= zero.rang());
        prop_assert_ne!(zero, NiveauAutonomie::Autonome);
    }

    #[test]
    fn la_regle_est_celle_du_domaine_mot_a_mot(n in des_notes(), non in any::<bool>()) {
        let vus: Vec<u8> = n.iter().flatten().copied().collect();
        let attendu = if non || vus.iter().filter(|x| **x <= 1).count() >= 5 {
            NiveauAutonomie::Eloigne
        } else if vus.len() < 5 {
            NiveauAutonomie::ACompleter
        } else if vus.iter().all(|x| *x >= 2) && n[4..7].iter().all(|x| *x == Some(3)) {
            NiveauAutonomie::Autonome
        } else {
            NiveauAutonomie::EnChemin
        };
        let p = proposer(grille(), &if non { usage(de(&n), "non") } else { de(&n) });
        prop_assert_eq!(p.niveau, attendu);
        prop_assert!(p.raison.ends_with('.') && !p.raison.contains("  "));
    }
}

fn fautes(r: &Reponses) -> Vec<String> {
    let mut c = Controle::new();
    controler_reponses(&mut c, grille(), r);
    c.fautes().iter().map(|f| f.champ.clone()).collect()
}

#[test]
fn les_reponses_hors_grille_sont_nommees() {
    assert!(fautes(&usage(notes("33333333"), "oui")).is_empty());
    let mut r = notes("4");
    r.gestes.insert("9".into(), Some(1));
    assert_eq!(fautes(&r), ["reponses.gestes.1", "reponses.gestes.9"]);
    assert_eq!(fautes(&usage(notes(""), "peut-etre")), ["reponses.acces.usage_3_mois"]);
    let mut r = notes("");
    r.acces.insert("appareil".into(), Valeur::Plusieurs(vec!["aucun".into(), "tablette".into()]));
    r.confort.insert("confiance".into(), Valeur::Nombre(6));
    r.confort.insert("urgence".into(), Valeur::Plusieurs(vec!["ce_mois".into()]));
    assert_eq!(fautes(&r), ["reponses.acces.appareil", "reponses.confort.confiance", "reponses.confort.urgence"]);
}

#[test]
fn deux_diagnostics_se_comparent_sur_ce_qui_a_ete_regarde_deux_fois() {
    let e = evolution(grille(), &notes("012-3000"), &notes("11131---"));
    assert_eq!(e.progres.len(), 1);
    assert_eq!(e.recul.len(), 2);
    assert_eq!(e.pareils, 1);
}

#[test]
fn les_dates_vont_de_deux_ans_a_aujourd_hui() {
    let jour = |t: &str| t.parse::<NaiveDate>().unwrap();
    for (date, bien) in [("2026-03-10", true), ("2024-03-10", true), ("2024-03-09", false), ("2026-03-11", false)] {
        let mut c = Controle::new();
        jour_admis(&mut c, "date", jour(date), jour("2026-03-10"));
        assert_eq!(c.fautes().is_empty(), bien, "{date}");
    }
}
