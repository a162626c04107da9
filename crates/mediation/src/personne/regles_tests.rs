use proptest::prelude::*;
use rstest::rstest;
use socle::Erreur;

use super::*;
use crate::nomenclatures::Besoin;

fn jour() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 10).unwrap()
}

fn nommee(prenom: &str, nom: &str) -> Personne {
    let d = CreerPersonne { prenom: Some(prenom.into()), nom: Some(nom.into()), ..CreerPersonne::default() };
    fiche(PersonneId(uuid::Uuid::nil()), d, DateTime::<Utc>::UNIX_EPOCH)
}

fn champs(r: Resultat<()>) -> Vec<String> {
    match r {
        Ok(()) => vec![],
        Err(Erreur::Invalide(e)) => e.into_iter().map(|e| e.champ).collect(),
        Err(e) => panic!("{e}"),
    }
}

#[rstest]
#[case::rien("", "", &["nom"])]
#[case::ponctuation("–", "…", &["nom"])]
#[case::prenom_seul("Essai", "", &[])]
fn il_faut_un_nom(#[case] prenom: &str, #[case] nom: &str, #[case] fautes: &[&str]) {
    assert_eq!(champs(controler(&mut nommee(prenom, nom), None, jour())), fautes);
}

#[rstest]
#[case("06 12 34 56 78", true)]
#[case("+33 (0)6-12-34-56-78", true)]
#[case("12", false)]
#[case("appeler le soir", false)]
fn le_telephone_est_lisible(#[case] telephone: &str, #[case] bien: bool) {
    let mut p = Personne { telephone: Some(telephone.into()), ..nommee("Essai", "Un") };
    assert_eq!(champs(controler(&mut p, None, jour())).is_empty(), bien);
}

#[rstest]
#[case("un@exemple.fr", true)]
#[case("un@exemple", false)]
#[case("un exemple@exemple.fr", false)]
#[case("@exemple.fr", false)]
fn le_courriel_est_complet(#[case] courriel: &str, #[case] bien: bool) {
    let mut p = Personne { courriel: Some(courriel.into()), ..nommee("Essai", "Un") };
    assert_eq!(champs(controler(&mut p, None, jour())).is_empty(), bien);
}

#[test]
fn la_naissance_est_passee_et_d_accord_avec_elle_meme() {
    let ne = |d: Option<(i32, u32, u32)>, annee: Option<i32>| {
        let date_naissance = d.and_then(|(a, m, j)| NaiveDate::from_ymd_opt(a, m, j));
        let mut p = Personne { date_naissance, annee_naissance: annee, ..nommee("Essai", "Un") };
        (champs(controler(&mut p, None, jour())), p.annee_naissance)
    };
    assert_eq!(ne(Some((1970, 3, 12)), None), (vec![], Some(1970)));
    assert_eq!(ne(Some((2026, 3, 10)), None), (vec![], Some(2026)));
    assert_eq!(ne(Some((2026, 3, 11)), None).0, ["date_naissance"]);
    assert_eq!(ne(Some((1899, 12, 31)), None).0, ["date_naissance"]);
    assert_eq!(ne(Some((1970, 3, 12)), Some(1971)).0, ["annee_naissance"]);
    assert_eq!(ne(None, Some(1899)).0, ["annee_naissance"]);
    assert_eq!(ne(None, Some(2027)).0, ["annee_naissance"]);
}

#[test]
fn toutes_les_fautes_sont_dites_ensemble() {
    let mut p = Personne {
        surnom: Some("x".repeat(101)),
        telephone: Some("?".into()),
        courriel: Some("?".into()),
        commune: Some("99999".into()),
        notes: Some("a\u{0}b".into()),
        ..nommee("", "")
    };
    assert_eq!(champs(controler(&mut p, None, jour())), ["surnom", "notes", "telephone", "courriel", "commune"]);
}

#[test]
fn une_commune_disparue_peut_rester() {
    let mut p = Personne { commune: Some("99999".into()), ..nommee("Essai", "Un") };
    let avant = p.clone();
    assert_eq!(champs(controler(&mut p, Some(&avant), jour())), Vec::<String>::new());
}

#[test]
fn une_fiche_est_rangee() {
    let mut p = Personne {
        besoins: Besoins(vec![Besoin::LieuCalme, Besoin::GrosCaracteres, Besoin::LieuCalme]),
        ..nommee("  Éloïse ", "Œuvrard")
    };
    controler(&mut p, None, jour()).unwrap();
    assert_eq!(p.prenom.as_deref(), Some("Éloïse"));
    assert_eq!(p.cle_tri, "oeuvrard eloise");
    assert_eq!(p.besoins.0, [Besoin::GrosCaracteres, Besoin::LieuCalme]);
    assert_eq!(nom_affiche(&p), "Éloïse ŒUVRARD");
}

#[test]
fn les_homonymes_se_distinguent() {
    let p = Personne {
        commune: Some("97411".into()),
        annee_naissance: Some(1958),
        telephone: Some("+33 6 12 34 56 78".into()),
        ..nommee("Essai", "Un")
    };
    assert_eq!(distinguer(&p), "Saint-Denis (974) · naissance en\u{a0}1958 · téléphone finissant par\u{a0}78");
    assert_eq!(distinguer(&nommee("Essai", "Un")), "");
    let p = Personne { tranche_age: Some(TrancheAge::NonCommunique), ..nommee("Essai", "Un") };
    assert_eq!(distinguer(&p), "");
}

#[test]
fn l_effacement_ne_garde_de_la_naissance_que_la_tranche() {
    let p = Personne { annee_naissance: Some(1970), ..nommee("Essai", "Un") };
    assert_eq!(tranche_gardee(&p, jour()), Some(TrancheAge::QuaranteCinquanteNeuf));
    let p = Personne { tranche_age: Some(TrancheAge::SoixanteDixPlus), ..p };
    assert_eq!(tranche_gardee(&p, jour()), Some(TrancheAge::SoixanteDixPlus));
}

#[test]
fn les_cles_disent_tout_ce_qui_se_cherche() {
    let p = Personne {
        telephone: Some("+33 6 12 34 56 78".into()),
        courriel: Some("Un@Exemple.fr".into()),
        date_naissance: NaiveDate::from_ymd_opt(1970, 3, 12),
        annee_naissance: Some(1970),
        ..nommee("Jean", "Le Goff")
    };
    let c = cles(&p);
    for cle in ["jean", "le", "goff", "legoff", ":t0612345678", ":cun@exemple.fr", ":n1970-03-12", ":a1970"] {
        assert!(c.iter().any(|x| x == cle), "{cle} : {c:?}");
    }
}

proptest! {
    #[test]
    fn les_cles_tiennent_dans_la_colonne(prenom in ".{0,100}", nom in ".{0,100}", surnom in ".{0,100}", courriel in "\\PC{0,80}") {
        let p = Personne { surnom: Some(surnom), courriel: Some(courriel), ..nommee(&prenom, &nom) };
        let c = cles(&p);
        prop_assert!(c.iter().all(|k| !k.is_empty() && k.len() <= 60 && !k.contains('\0')));
        prop_assert!(c.windows(2).all(|w| w[0] < w[1]), "sorted, each once");
    }

    #[test]
    fn les_cles_ignorent_casse_et_accents(nom in "[A-Za-zÀ-ÖØ-öø-ÿœŒ' -]{1,60}") {
        let dite = cles(&nommee("", &nom));
        prop_assert_eq!(&dite, &cles(&nommee("", &nom.to_uppercase())));
        prop_assert_eq!(&dite, &cles(&nommee("", &plier(&nom))));
    }

    #[test]
    fn un_mot_du_nom_est_une_cle(mots in prop::collection::vec("[a-zà-öø-ÿ]{1,20}", 1..4)) {
        let c = cles(&nommee("", &mots.join("-")));
        for mot in plier(&mots.join(" ")).split(' ') {
            prop_assert!(c.iter().any(|k| k == mot), "{mot} : {c:?}");
        }
    }
}
