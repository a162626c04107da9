use chrono::{DateTime, Utc};
use proptest::prelude::*;
use rstest::rstest;
use socle::identifiant::PersonneId;

use super::*;
use crate::nomenclatures::{Besoins, Genre, TrancheAge};

fn personne(prenom: &str, nom: &str) -> Personne {
    Personne {
        id: PersonneId(uuid::Uuid::nil()),
        prenom: Some(prenom.into()).filter(|p: &String| !p.is_empty()),
        nom: Some(nom.into()).filter(|p: &String| !p.is_empty()),
        surnom: None,
        cle_tri: String::new(),
        telephone: None,
        courriel: None,
        date_naissance: None,
        annee_naissance: None,
        tranche_age: None,
        genre: None,
        statut: None,
        commune: None,
        langue: None,
        besoins: Besoins::default(),
        amenagements: None,
        notes: None,
        version: 1,
        cree_le: DateTime::<Utc>::UNIX_EPOCH,
        modifie_le: DateTime::<Utc>::UNIX_EPOCH,
        efface_le: None,
    }
}

#[rstest]
#[case("Philippe", "Essai", "Filipe", "Essai", true)]
#[case("Essai", "Filipe", "Filipe", "Éssai", true)]
#[case("Anne", "Essai", "Jeanne", "Essai", false)]
#[case("Anne", "", "Anne", "", false)]
fn des_noms_proches_se_rapprochent(#[case] p1: &str, #[case] n1: &str, #[case] p2: &str, #[case] n2: &str, #[case] proche: bool) {
    assert_eq!(rapprocher(&personne(p1, n1), &personne(p2, n2)).is_some(), proche);
}

#[test]
fn une_autre_naissance_separe_sauf_si_tout_le_reste_est_pareil() {
    let ne = |annee, tel: Option<&str>| Personne {
        annee_naissance: Some(annee),
        telephone: tel.map(str::to_owned),
        ..personne("Rose", "Essai")
    };
    assert!(rapprocher(&ne(1970, None), &ne(1971, None)).is_none());
    assert!(rapprocher(&ne(1970, None), &ne(1970, None)).is_some());
    let (raisons, _) = rapprocher(&ne(1970, Some("06 00 00 00 01")), &ne(1971, Some("0600000001"))).unwrap();
    assert_eq!(raisons, [Raison::MemeTelephone, Raison::NomProche]);
}

#[test]
fn un_telephone_en_commun_suffit_a_demander() {
    let p = |prenom: &str| Personne { telephone: Some("+33 6 00 00 00 01".into()), ..personne(prenom, "Essai") };
    assert_eq!(rapprocher(&p("Ali"), &p("Zoé")).unwrap().0, [Raison::MemeTelephone]);
}

#[test]
fn on_propose_ce_qui_est_dit_puis_le_plus_recent() {
    let a = Personne { telephone: Some("0600000001".into()), notes: Some("Une".into()), ..personne("Ali", "Essai") };
    let b = Personne {
        courriel: Some("x@exemple.invalid".into()),
        telephone: Some("0600000002".into()),
        notes: Some("Deux".into()),
        modifie_le: DateTime::<Utc>::UNIX_EPOCH + chrono::Duration::days(1),
        ..personne("ALI", "Essai")
    };
    let de = |champ: &str, tous| proposer(&a, &b, champ, tous);
    assert_eq!((de("prenom", false), de("courriel", false), de("telephone", false)), (Cote::Garder, Cote::Absorber, Cote::Absorber));
    assert_eq!(de("notes", true), Cote::Tous);
    let m = reunir(&a, &b, |champ| de(champ, champ == "notes"));
    assert_eq!(m.notes, Some(Some("Une\n\nDeux".into())));
    assert_eq!(m.courriel, Some(Some("x@exemple.invalid".into())));
    assert_eq!(m.version, Some(1));
}

#[test]
fn la_naissance_la_plus_precise_est_proposee() {
    let complete = Personne { date_naissance: "1950-05-06".parse().ok(), ..personne("Ali", "Essai") };
    let tard = DateTime::<Utc>::UNIX_EPOCH + chrono::Duration::days(1);
    for (annee, tranche, attendu) in [
        (Some(1950), None, Cote::Garder),
        (None, Some(TrancheAge::SoixanteDixPlus), Cote::Garder),
        // They do not agree: the file changed last.
        (Some(1951), None, Cote::Absorber),
    ] {
        let vague = Personne { annee_naissance: annee, tranche_age: tranche, modifie_le: tard, ..personne("Ali", "Essai") };
        assert_eq!(proposer(&complete, &vague, "naissance", false), attendu, "{annee:?}");
        let (a, b) = (Personne { modifie_le: tard, ..vague.clone() }, Personne { modifie_le: DateTime::UNIX_EPOCH, ..complete.clone() });
        assert_eq!(proposer(&a, &b, "naissance", false) == Cote::Absorber, attendu == Cote::Garder, "{annee:?}");
    }
}

#[test]
fn revenir_laisse_ce_qui_a_change_depuis() {
    let avant = Personne { telephone: Some("0600000001".into()), langue: Some("Arabe".into()), ..personne("Ali", "Essai") };
    let reunie = Personne { telephone: Some("0600000002".into()), langue: Some("Wolof".into()), version: 2, ..avant.clone() };
    let depuis = Personne { langue: Some("Peul".into()), version: 3, ..reunie.clone() };
    let m = revenir(&depuis, instantane(&avant), &instantane(&reunie));
    assert_eq!((m.telephone, m.langue, m.version), (Some(Some("0600000001".into())), Some(Some("Peul".into())), Some(3)));
}

#[test]
fn un_retour_se_relit_comme_il_est_ecrit() {
    let p = Personne { genre: Some(Genre::Feminin), tranche_age: Some(TrancheAge::SoixanteDixPlus), ..personne("Ali", "") };
    let m = instantane(&p);
    let relu: ModifierPersonne = serde_json::from_str(&serde_json::to_string(&m).unwrap()).unwrap();
    assert_eq!(relu, m);
}

proptest! {
    #[test]
    fn rapprocher_ne_depend_pas_de_l_ordre(a in "[a-zé ]{0,12}", b in "[a-zé ]{0,12}", t in proptest::option::of("06[0-9]{8}"), u in proptest::option::of("06[0-9]{8}"), x in proptest::option::of(1950..1953i32), y in proptest::option::of(1950..1953i32)) {
        let un = Personne { telephone: t, annee_naissance: x, ..personne(&a, "Essai") };
        let autre = Personne { telephone: u, annee_naissance: y, ..personne(&b, "Essai") };
        prop_assert_eq!(rapprocher(&un, &autre), rapprocher(&autre, &un));
        prop_assert!(rapprocher(&un, &un).is_some() || cle_de_nom(&un).is_none() && un.telephone.is_none());
    }
}
