//! Pure rules of a reception.

use std::collections::HashMap;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, SubsecRound, TimeZone, Utc};
use interface::format;
use socle::{
    controle::Controle,
    horloge::{FUSEAU, jour},
    identifiant::UtilisateurId,
    texte::{nettoyer, plier},
};

use super::{Accueil, Suite};

impl Suite {
    /// Whether somebody takes care of the person.
    pub fn prise_en_charge(self) -> bool {
        !matches!(self, Self::Attente | Self::Parti)
    }

    /// Whether what follows is written in the person's file: it needs one.
    pub fn demande_un_dossier(self) -> bool {
        matches!(self, Self::Entretien | Self::Orientation)
    }
}

/// The moment of arrival, checked; to the microsecond, which is what both databases store.
pub fn arrivee(c: &mut Controle, arrive_le: Option<DateTime<Utc>>, maintenant: DateTime<Utc>) -> DateTime<Utc> {
    let Some(t) = arrive_le else { return maintenant };
    c.exiger(t <= maintenant, "arrive_le", "L’heure d’arrivée est après maintenant.");
    let plus_ancien = jour(maintenant).checked_sub_months(Months::new(24));
    c.exiger(plus_ancien.is_none_or(|d| jour(t) >= d), "arrive_le", "L’heure d’arrivée a plus de deux ans.");
    t.trunc_subsecs(6)
}

/// The reason, cleaned and checked.
pub fn motif(c: &mut Controle, motif: Option<String>) -> Option<String> {
    let m = nettoyer(motif);
    c.texte("motif", m.as_deref(), 500);
    m
}

/// Changes what followed, and with it who took the person in charge.
pub fn suivre(a: &mut Accueil, suite: Suite, par: UtilisateurId, maintenant: DateTime<Utc>) {
    a.suite = suite;
    if suite == Suite::Attente {
        (a.pris_en_charge_le, a.pris_en_charge_par) = (None, None);
    } else if suite.prise_en_charge() && a.pris_en_charge_le.is_none() {
        (a.pris_en_charge_le, a.pris_en_charge_par) = (Some(maintenant), Some(par));
    }
}

/// The fields that differ, by their names.
pub fn differences(avant: &Accueil, apres: &Accueil) -> Vec<&'static str> {
    [
        ("motif", avant.motif != apres.motif),
        ("personne", avant.personne_id != apres.personne_id),
        ("suite", avant.suite != apres.suite),
        ("pris_en_charge_par", avant.pris_en_charge_par != apres.pris_en_charge_par),
    ]
    .into_iter()
    .filter_map(|(champ, change)| change.then_some(champ))
    .collect()
}

/// Where one goes once the reception is recorded; None when there is nothing more to do.
pub fn destination(a: &Accueil) -> Option<String> {
    match (a.suite, a.personne_id) {
        (Suite::AideImmediate, Some(p)) => Some(format!("/accompagnements/nouveau?personne={p}&accueil={}", a.id)),
        (Suite::AideImmediate, None) => Some(format!("/accompagnements/nouveau?accueil={}", a.id)),
        (Suite::Entretien, Some(p)) => Some(format!("/personnes/{p}/diagnostic")),
        (Suite::Orientation, Some(p)) => Some(format!("/personnes/{p}/orienter")),
        _ => None,
    }
}

/// The first and the last instant (not included) of a day in France.
pub fn bornes(jour: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    // Midnight exists every day in France: clocks change at two or three o'clock.
    let minuit = |d: NaiveDate| {
        let local = d.and_time(NaiveTime::MIN);
        FUSEAU.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |t| t.with_timezone(&Utc))
    };
    (minuit(jour), minuit(jour.checked_add_days(Days::new(1)).unwrap_or(jour)))
}

/// `9 h 05`, in France.
pub fn heure(instant: DateTime<Utc>) -> String {
    format::heure(instant.with_timezone(&FUSEAU).time())
}

/// « à 9 h 05 », or « le 9 mars 2026 à 9 h 05 » when it was another day.
pub fn moment(instant: DateTime<Utc>, maintenant: DateTime<Utc>) -> String {
    if jour(instant) == jour(maintenant) {
        format!("à {}", heure(instant))
    } else {
        format!("le {} à {}", format::date_sans_jour(jour(instant)), heure(instant))
    }
}

/// For how long: « à l’instant », « depuis 25 min », « depuis 1 h 05 », « depuis le 9 mars 2026 ».
pub fn depuis(arrive_le: DateTime<Utc>, maintenant: DateTime<Utc>) -> String {
    if jour(arrive_le) != jour(maintenant) {
        return format!("depuis le {}", format::date_sans_jour(jour(arrive_le)));
    }
    match (maintenant - arrive_le).num_minutes() {
        ..=0 => "à l’instant".into(),
        n => format!("depuis {}", format::duree(n)),
    }
}

/// A label inside a sentence: its first letter small.
pub fn en_phrase(libelle: &str) -> String {
    let mut lettres = libelle.chars();
    lettres.next().map_or_else(String::new, |p| p.to_lowercase().chain(lettres).collect())
}

/// The `n` most frequent reasons among `motifs` (newest first). Only short ones that came back three
/// times: a reason written once tells of one person, and must not be shown to the next.
pub fn motifs_frequents<'a>(motifs: impl IntoIterator<Item = &'a str>, n: usize) -> Vec<String> {
    let mut comptes: HashMap<String, (usize, usize, &str)> = HashMap::new();
    for (rang, m) in motifs.into_iter().enumerate() {
        if m.chars().count() <= 40 {
            comptes.entry(plier(m)).or_insert((0, rang, m)).0 += 1;
        }
    }
    let mut retenus: Vec<_> = comptes.into_values().filter(|(fois, ..)| *fois >= 3).collect();
    retenus.sort_by_key(|(fois, rang, _)| (std::cmp::Reverse(*fois), *rang));
    retenus.into_iter().take(n).map(|(_, _, m)| m.to_owned()).collect()
}

/// The reason from the chip picked and the text typed: neither is lost when both are given.
pub fn reunir_motif(puce: &str, texte: &str) -> Option<String> {
    match (puce.trim(), texte.trim()) {
        ("", "") => None,
        (p, "") => Some(p.to_owned()),
        ("", t) => Some(t.to_owned()),
        (p, t) => Some(format!("{p} – {t}")),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use socle::Erreur;

    use super::*;

    fn instant(texte: &str) -> DateTime<Utc> {
        texte.parse().unwrap()
    }

    #[rstest]
    #[case("2026-03-10T09:00:00Z", None)]
    #[case("2026-03-10T09:00:00.000001Z", Some("après maintenant"))]
    #[case("2024-03-09T23:30:00Z", None)] // the 10th in France
    #[case("2024-03-09T22:30:00Z", Some("deux ans"))]
    fn l_arrivee_est_dans_les_deux_ans(#[case] arrive: &str, #[case] faute: Option<&str>) {
        let mut c = Controle::new();
        arrivee(&mut c, Some(instant(arrive)), instant("2026-03-10T09:00:00Z"));
        match (c.finir(), faute) {
            (Ok(()), None) => {}
            (Err(Erreur::Invalide(e)), Some(f)) => assert!(e[0].champ == "arrive_le" && e[0].message.contains(f), "{e:?}"),
            autre => panic!("{autre:?}"),
        }
    }

    #[rstest]
    #[case("2026-03-10T08:59:30Z", "à l’instant")]
    #[case("2026-03-10T08:35:00Z", "depuis 25\u{a0}min")]
    #[case("2026-03-10T07:55:00Z", "depuis 1\u{a0}h\u{a0}05")]
    #[case("2026-03-09T17:00:00Z", "depuis le 9\u{a0}mars 2026")]
    fn l_attente_se_dit_en_mots(#[case] arrive: &str, #[case] dit: &str) {
        assert_eq!(depuis(instant(arrive), instant("2026-03-10T09:00:00Z")), dit);
    }

    #[test]
    fn le_jour_a_ses_bornes_meme_quand_l_heure_change() {
        let jour = |a, m, j| NaiveDate::from_ymd_opt(a, m, j).unwrap();
        assert_eq!(bornes(jour(2026, 3, 10)), (instant("2026-03-09T23:00:00Z"), instant("2026-03-10T23:00:00Z")));
        assert_eq!(bornes(jour(2026, 3, 29)), (instant("2026-03-28T23:00:00Z"), instant("2026-03-29T22:00:00Z")));
    }

    #[test]
    fn seuls_les_motifs_qui_reviennent_sont_proposes() {
        let motifs = ["Impôts", "impots", "Smartphone bloqué", "IMPÔTS", "Courriel", "Courriel", "courriel", "courriel", "une seule fois"];
        assert_eq!(motifs_frequents(motifs, 5), ["Courriel", "Impôts"]);
        assert_eq!(motifs_frequents(motifs, 1), ["Courriel"]);
        assert!(motifs_frequents(["a".repeat(41).as_str(); 5], 5).is_empty());
    }

    #[test]
    fn rien_du_motif_n_est_perdu() {
        assert_eq!(reunir_motif("Impôts", " première déclaration ").as_deref(), Some("Impôts – première déclaration"));
        assert_eq!(reunir_motif("", "  "), None);
    }
}
