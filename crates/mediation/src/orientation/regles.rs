//! Pure rules of orientations.

use chrono::{Days, Months, NaiveDate};
use socle::{Erreur, controle::Controle, texte::nettoyer};

use super::{ModifierOrientation, Orientation, StatutOrientation as S};

/// What must be right to send a person to a partner.
pub fn controler_envoi(c: &mut Controle, motif: &str, date: NaiveDate, consentement: bool, aujourd_hui: NaiveDate) {
    c.exiger(!motif.is_empty(), "motif", "Écrivez pourquoi vous orientez cette personne.");
    c.texte("motif", Some(motif), 1000);
    c.exiger(date <= aujourd_hui, "date", "Cette date est après aujourd’hui.");
    c.exiger(date >= aujourd_hui - Months::new(24), "date", "Cette date remonte à plus de deux ans.");
    c.exiger(
        consentement,
        "consentement",
        "Sans l’accord de la personne, rien ne peut être transmis au partenaire. Demandez-lui, puis cochez la case.",
    );
}

/// The orientation once `m` is noted. The first answer is dated; an acceptance is never forgotten,
/// unless the orientation is put back to waiting.
pub fn noter(avant: &Orientation, m: ModifierOrientation, aujourd_hui: NaiveDate) -> Result<Orientation, Erreur> {
    let statut = m.statut.unwrap_or(avant.statut);
    let retour = match m.retour {
        Some(r) => nettoyer(r),
        None => avant.retour.clone(),
    };
    let mut c = Controle::new();
    c.texte("retour", retour.as_deref(), 1000);
    let repondue = !matches!(statut, S::Envoyee | S::SansSuite);
    let repondu_le = match m.repondu_le {
        Some(Some(jour)) => {
            c.exiger(jour <= aujourd_hui, "repondu_le", "Cette date est après aujourd’hui.");
            c.exiger(jour >= avant.date, "repondu_le", "La réponse ne peut pas venir avant l’orientation.");
            c.exiger(statut != S::Envoyee, "repondu_le", "Une orientation en attente n’a pas encore de date de réponse.");
            Some(jour)
        }
        Some(None) if repondue => {
            c.faute("repondu_le", "Indiquez le jour de la réponse.");
            None
        }
        Some(None) => None,
        None if statut == S::Envoyee => None,
        None if repondue => Some(avant.repondu_le.unwrap_or(aujourd_hui)),
        None => avant.repondu_le,
    };
    c.finir()?;
    let acceptee = match statut {
        S::Envoyee => false,
        S::Acceptee | S::Aboutie | S::NonAboutie => true,
        S::Refusee | S::SansSuite => avant.acceptee,
    };
    let version = avant.version + 1;
    Ok(Orientation { statut, repondu_le, acceptee, retour, version, ..avant.clone() })
}

/// The names of the fields that differ, for the journal.
pub fn differences(a: &Orientation, b: &Orientation) -> Vec<&'static str> {
    [("statut", a.statut != b.statut), ("repondu_le", a.repondu_le != b.repondu_le), ("retour", a.retour != b.retour)]
        .into_iter()
        .filter_map(|(champ, change)| change.then_some(champ))
        .collect()
}

/// The day before which the letter asks for an answer: three weeks.
pub fn reponse_avant(date: NaiveDate) -> NaiveDate {
    date + Days::new(21)
}

/// The short reference of a letter, from the part of the id that chance made.
pub fn reference(id: uuid::Uuid) -> String {
    let texte = id.simple().to_string().to_uppercase();
    format!("OR-{}", &texte[24..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use socle::identifiant::*;
    use uuid::Uuid;

    fn jour(j: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, j).unwrap()
    }

    fn envoyee() -> Orientation {
        Orientation {
            id: OrientationId(Uuid::from_u128(1)),
            structure_id: StructureId(Uuid::nil()),
            personne_id: PersonneId(Uuid::nil()),
            mediateur_id: UtilisateurId(Uuid::nil()),
            partenaire_id: PartenaireId(Uuid::nil()),
            consentement_id: None,
            date: jour(2),
            motif: "x".into(),
            statut: S::Envoyee,
            repondu_le: None,
            acceptee: false,
            retour: None,
            version: 1,
            cree_le: "2026-03-02T09:00:00Z".parse().unwrap(),
        }
    }

    fn vers(statut: S) -> ModifierOrientation {
        ModifierOrientation { statut: Some(statut), ..Default::default() }
    }

    #[rstest]
    #[case(S::Acceptee, Some(10), true)]
    #[case(S::Refusee, Some(10), false)]
    #[case(S::Aboutie, Some(10), true)]
    #[case(S::NonAboutie, Some(10), true)]
    #[case(S::SansSuite, None, false)]
    #[case(S::Envoyee, None, false)]
    fn la_premiere_reponse_est_datee(#[case] statut: S, #[case] le: Option<u32>, #[case] acceptee: bool) {
        let o = noter(&envoyee(), vers(statut), jour(10)).unwrap();
        assert_eq!((o.repondu_le, o.acceptee), (le.map(jour), acceptee));
    }

    #[test]
    fn la_date_de_la_premiere_reponse_reste() {
        let acceptee = noter(&envoyee(), vers(S::Acceptee), jour(5)).unwrap();
        let aboutie = noter(&acceptee, vers(S::Aboutie), jour(10)).unwrap();
        assert_eq!((aboutie.repondu_le, aboutie.acceptee, aboutie.version), (Some(jour(5)), true, 3));
        let close = noter(&acceptee, vers(S::SansSuite), jour(10)).unwrap();
        assert_eq!((close.repondu_le, close.acceptee), (Some(jour(5)), true));
        let attente = noter(&aboutie, vers(S::Envoyee), jour(10)).unwrap();
        assert_eq!((attente.repondu_le, attente.acceptee), (None, false));
        // A late answer to one that was given up.
        let tardive = noter(&noter(&envoyee(), vers(S::SansSuite), jour(5)).unwrap(), vers(S::Refusee), jour(9)).unwrap();
        assert_eq!(tardive.repondu_le, Some(jour(9)));
    }

    #[rstest]
    #[case(S::Acceptee, Some(jour(1)))]
    #[case(S::Acceptee, Some(jour(11)))]
    #[case(S::Acceptee, None)]
    #[case(S::Envoyee, Some(jour(3)))]
    fn une_date_de_reponse_impossible_est_refusee(#[case] statut: S, #[case] le: Option<NaiveDate>) {
        let m = ModifierOrientation { statut: Some(statut), repondu_le: Some(le), ..Default::default() };
        let Err(Erreur::Invalide(e)) = noter(&envoyee(), m, jour(10)) else { panic!("accepté") };
        assert_eq!(e[0].champ, "repondu_le");
    }

    #[test]
    fn l_envoi_demande_un_motif_un_accord_et_une_date_recente() {
        let fautes = |motif: &str, date, accord| {
            let mut c = Controle::new();
            controler_envoi(&mut c, motif, date, accord, jour(10));
            c.fautes().iter().map(|f| f.champ.clone()).collect::<Vec<_>>()
        };
        assert!(fautes("m", jour(10), true).is_empty());
        assert_eq!(fautes("", jour(11), false), ["motif", "date", "consentement"]);
        assert_eq!(fautes(&"x".repeat(1001), jour(10), true), ["motif"]);
        assert_eq!(fautes("m", NaiveDate::from_ymd_opt(2024, 3, 9).unwrap(), true), ["date"]);
        assert!(fautes("m", NaiveDate::from_ymd_opt(2024, 3, 10).unwrap(), true).is_empty());
    }

    #[test]
    fn la_reference_est_courte() {
        assert_eq!(reference(Uuid::from_u128(0x019c_ffff_0000_7000_8000_0000_1234_abcd)), "OR-1234ABCD");
    }
}
