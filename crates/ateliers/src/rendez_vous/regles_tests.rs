//! Free slots: examples and properties.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn heures(jour: u32, de: &str, a: &str, lieu: Option<u128>) -> Heures {
    Heures {
        qui: Uuid::from_u128(1).into(),
        lieu: lieu.map(|l| Uuid::from_u128(l).into()),
        jour,
        tranche: Tranche::depuis(de, a).unwrap(),
        du: "2026-01-01".parse().unwrap(),
        au: None,
        sauf: vec![],
    }
}

fn s(t: &str) -> i64 {
    t.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp()
}

fn demande(du: &str, au: &str, minutes: i64) -> Demande {
    Demande { du: du.parse().unwrap(), au: au.parse().unwrap(), depuis: 0, jusqu_a: i64::MAX, duree: minutes * 60 }
}

fn dites(v: &[Libre]) -> Vec<String> {
    v.iter().map(|l| chrono::DateTime::from_timestamp(l.0, 0).unwrap().format("%m-%d %H:%M").to_string()).collect()
}

fn sans_rien(h: &[Heures], pris: Vec<Pris>, d: Demande) -> Vec<String> {
    let pris = HashMap::from([(Uuid::from_u128(1).into(), pris)]);
    dites(&libres(h, &pris, &HashMap::new(), &Trajets::default(), |_, _| false, d))
}

fn pris(de: &str, a: &str) -> Pris {
    Pris { ou: Ou::default(), temps: vec![(s(de), s(a))] }
}

#[test]
fn les_creneaux_tiennent_dans_les_heures_et_garde_l_heure_au_mur() {
    let h = [heures(1, "9:00", "10:30", None)];
    // Monday 23 and 30 March 2026: clocks change between.
    let v = sans_rien(&h, vec![], demande("2026-03-20", "2026-04-01", 45));
    assert_eq!(v, ["03-23 08:00", "03-23 08:45", "03-30 07:00", "03-30 07:45"]);
}

#[test]
fn ce_qui_est_pris_laisse_ce_qui_tient_autour() {
    let h = [heures(1, "9:00", "12:00", None)];
    let v = sans_rien(&h, vec![pris("2026-03-23T08:40:00Z", "2026-03-23T09:10:00Z")], demande("2026-03-23", "2026-03-24", 30));
    assert_eq!(v, ["03-23 08:00", "03-23 09:15", "03-23 09:45", "03-23 10:15"]);
    // One that begins before and lasts beyond others.
    let deux = vec![pris("2026-03-23T07:00:00Z", "2026-03-23T10:00:00Z"), pris("2026-03-23T08:00:00Z", "2026-03-23T08:30:00Z")];
    assert_eq!(sans_rien(&h, deux, demande("2026-03-23", "2026-03-24", 30)), ["03-23 10:00", "03-23 10:30"]);
}

#[test]
fn le_trajet_prend_du_temps_et_un_jour_ferme_aussi() {
    let h = [heures(1, "9:00", "12:00", Some(7))];
    let la = Ou { lieu: None, commune: Some("69123".into()) };
    let p = Pris { ou: la, temps: vec![(s("2026-03-23T08:00:00Z"), s("2026-03-23T09:00:00Z"))] };
    let lieu: LieuId = Uuid::from_u128(7).into();
    let communes = HashMap::from([(lieu, "01053".to_owned())]);
    let t = Trajets { entre_communes: 40, table: HashMap::new() };
    let lundi: NaiveDate = "2026-03-30".parse().unwrap();
    let par = HashMap::from([(Uuid::from_u128(1).into(), vec![p])]);
    let v = libres(&h, &par, &communes, &t, |_, j| j == lundi, demande("2026-03-23", "2026-04-01", 60));
    assert_eq!(dites(&v), ["03-23 09:45"]);
}

#[test]
fn une_plage_dans_l_heure_qui_n_existe_pas_ne_donne_rien() {
    assert!(sans_rien(&[heures(7, "2:15", "2:45", None)], vec![], demande("2026-03-29", "2026-03-30", 15)).is_empty());
}

#[test]
fn une_exception_ferme_deplace_ou_raccourcit_ce_jour_la_seulement() {
    let jour = |j: &str| -> NaiveDate { j.parse().unwrap() };
    let demande = demande("2026-03-16", "2026-04-08", 60);
    let avec = |ailleurs| {
        let e = Exception { origine: jour("2026-03-30"), ailleurs };
        sans_rien(&avec_exceptions(heures(1, "9:00", "11:00", None), &[e]).collect::<Vec<_>>(), vec![], demande)
    };
    let autres = ["03-16 08:00", "03-16 09:00", "03-23 08:00", "03-23 09:00"];
    let suite = ["04-06 07:00", "04-06 08:00"];
    assert_eq!(avec(None), [&autres[..], &suite].concat());
    // Moved to the Wednesday after, in summer time; what is moved comes after the week's own.
    let ailleurs = Some((jour("2026-04-01"), Tranche::depuis("14:00", "16:00").unwrap()));
    assert_eq!(avec(ailleurs), [&autres[..], &suite, &["04-01 12:00", "04-01 13:00"]].concat());
    let court = Some((jour("2026-03-30"), Tranche::depuis("10:00", "11:00").unwrap()));
    assert_eq!(avec(court), [&autres[..], &suite, &["03-30 08:00"]].concat());
}

/// From before one Sunday when clocks change to after the other.
fn annee() -> (NaiveDate, NaiveDate) {
    ("2026-03-23".parse().unwrap(), "2026-11-02".parse().unwrap())
}

proptest! {
    /// Slots with an exception are those without, minus those of that day, plus those of the time it is moved to:
    /// no other changes, the two Sundays when clocks change included.
    #[test]
    fn une_exception_ne_change_que_sa_fois(
        jour in 1_u32..=7,
        (debut, duree) in (0_u32..40, 2_u32..12),
        semaine in 0_u64..32,
        ailleurs in proptest::option::of((0_u64..220, 0_u32..40, 2_u32..12)),
        taken in proptest::collection::vec((0_i64..60 * 24 * 220, 5_i64..300), 0..30),
        creneau in 1_i64..5,
        dimanche in any::<bool>(),
    ) {
        let (du, au) = annee();
        // Sundays more often than others, and hours around those that are skipped or come twice.
        let (jour, debut) = if dimanche { (7, debut % 12) } else { (jour, debut) };
        let mur = |q: u32| format!("{:02}:{:02}", q / 2, q % 2 * 30);
        let h = heures(jour, &mur(debut), &mur((debut + duree).min(47)), None);
        let base = s("2026-03-22T23:00:00Z");
        let temps = taken.into_iter().map(|(d, n)| (base + d * 60, base + (d + n) * 60)).collect();
        let par = HashMap::from([(Uuid::from_u128(1).into(), vec![Pris { ou: Ou::default(), temps }])]);
        let d = Demande { du, au, depuis: 0, jusqu_a: i64::MAX, duree: creneau * 15 * 60 };
        let calculer = |v: &[Heures]| {
            let mut l = libres(v, &par, &HashMap::new(), &Trajets::default(), |_, _| false, d);
            l.sort_unstable();
            l
        };
        let origine = du + chrono::Days::new(u64::from(jour - 1) + 7 * semaine);
        prop_assume!(origine < au);
        let ailleurs = ailleurs.map(|(j, q, n)| (du + chrono::Days::new(j), Tranche::depuis(&mur(q), &mur((q + n).min(47))).unwrap()));
        let seule = Heures { du: origine, au: Some(origine), ..h.clone() };
        let mut attendu = calculer(std::slice::from_ref(&h));
        let celles = calculer(&[seule]);
        attendu.retain(|l| !celles.contains(l));
        if let Some((j, tranche)) = ailleurs {
            let la = heures(j.weekday().number_from_monday(), "0:00", "0:30", None);
            attendu.extend(calculer(&[Heures { tranche, du: j, au: Some(j), ..la }]));
            attendu.sort_unstable();
        }
        let exception = Exception { origine, ailleurs };
        prop_assert_eq!(calculer(&avec_exceptions(h, &[exception]).collect::<Vec<_>>()), attendu);
    }

    /// A slot is free, in the hours, and never meets another.
    #[test]
    fn un_creneau_est_libre(v in proptest::collection::vec((0_i64..24 * 60 * 28, 5_i64..300), 0..40), duree in 1_i64..10) {
        let base = s("2026-03-02T00:00:00Z");
        let taken: Vec<(i64, i64)> = v.into_iter().map(|(d, n)| (base + d * 60, base + (d + n) * 60)).collect();
        let h: Vec<Heures> = (1..=5).flat_map(|j| [heures(j, "9:00", "12:00", None), heures(j, "14:00", "17:00", None)]).collect();
        let d = demande("2026-03-02", "2026-03-30", duree * 15);
        let par = HashMap::from([(Uuid::from_u128(1).into(), vec![Pris { ou: Ou::default(), temps: taken.clone() }])]);
        let mut libres = libres(&h, &par, &HashMap::new(), &Trajets::default(), |_, _| false, d);
        libres.sort_unstable();
        for (t, ..) in &libres {
            prop_assert!(taken.iter().all(|(debut, fin)| fin <= t || *t + d.duree <= *debut));
        }
        prop_assert!(libres.windows(2).all(|p| p[1].0 - p[0].0 >= d.duree));
    }
}
