use rstest::rstest;

use super::*;

fn t(s: &str) -> Cellule {
    Cellule::Texte(s.to_owned())
}

fn le(s: &str) -> NaiveDate {
    s.parse().unwrap()
}

#[test]
fn les_libelles_de_la_coop_sont_tous_connus() {
    let thematiques = [
        "Diagnostic numérique",
        "Prendre en main du matériel",
        "Maintenance de matériel",
        "Gérer ses contenus numériques",
        "Navigation sur internet",
        "E-mail",
        "Bureautique",
        "Réseaux sociaux communication",
        "Santé",
        "Banque et achats en ligne",
        "Accompagner un professionnel",
        "Insertion professionnelle",
        "Prévention en sécurité numérique",
        "Parentalité",
        "Scolarité et numérique",
        "Créer avec le numérique",
        "Culture numérique",
        "Intelligence artificielle (IA)",
        "Aide aux démarches administratives",
    ];
    let lues: Vec<Thematique> = thematiques.iter().map(|l| connue(l).unwrap_or_else(|| panic!("{l}"))).collect();
    assert_eq!(lues, Thematique::tous());
    let demarches = [
        "Papiers - Élections - Citoyenneté",
        "Famille - Scolarité",
        "Social - Santé",
        "Travail - Formation - Entreprise",
        "Logement",
        "Transports - Mobilité",
        "Argent - Impôts",
        "Justice",
        "Étrangers - Europe",
        "Loisirs - Sports - Culture",
        "Associations",
    ];
    let lues: Vec<Demarche> = demarches.iter().map(|l| connue(l).unwrap_or_else(|| panic!("{l}"))).collect();
    assert_eq!(lues, Demarche::tous());
    let tranches =
        ["Moins de 12 ans", "12 - 17 ans", "18 - 24 ans", "25 - 39 ans", "40 - 59 ans", "60 - 69 ans", "70 ans et plus", "Non communiqué"];
    let lues: Vec<TrancheAge> = tranches.iter().map(|l| connue(l).unwrap_or_else(|| panic!("{l}"))).collect();
    assert_eq!(lues, TrancheAge::tous());
    let statuts = ["Scolarisé", "Sans emploi", "En emploi", "Retraité", "Non communiqué ou hétérogène"];
    let lues: Vec<Statut> = statuts.iter().map(|l| connue(l).unwrap_or_else(|| panic!("{l}"))).collect();
    assert_eq!(lues, Statut::tous());
    let lieux = ["Lieu d’activité", "À domicile", "À distance", "Autre lieu"];
    let lues: Vec<LieuType> = lieux.iter().map(|l| connue(l).unwrap_or_else(|| panic!("{l}"))).collect();
    assert_eq!(lues, LieuType::tous());
    let materiels = ["Ordinateur", "Téléphone", "Tablette", "Autre", "Pas de matériel"];
    let lues: Vec<Materiel> = materiels.iter().map(|l| connue(l).unwrap_or_else(|| panic!("{l}"))).collect();
    assert_eq!(lues, Materiel::tous());
    assert_eq!(connue("Atelier collectif"), Some(TypeActivite::Collectif));
    assert_eq!(connue("2/3"), Some(Autonomie::PartiellementAutonome));
    assert_eq!(connue("3/3"), Some(Niveau::Avance));
    assert_eq!((connue("Femme"), connue("Homme")), (Some(Genre::Feminin), Some(Genre::Masculin)));
}

#[test]
fn chaque_alias_mene_a_une_valeur() {
    fn sur<N: Alias>() {
        for (a, code) in N::ALIAS {
            assert!(N::depuis(code).is_some(), "{code}");
            assert_eq!(plier(a), *a);
        }
    }
    sur::<TypeActivite>();
    sur::<LieuType>();
    sur::<Materiel>();
    sur::<Thematique>();
    sur::<Demarche>();
    sur::<Autonomie>();
    sur::<Niveau>();
    sur::<Genre>();
    sur::<TrancheAge>();
    sur::<Statut>();
}

#[test]
fn plusieurs_valeurs_dans_une_cellule() {
    let (th, de) = thematiques(&t("E-mail\nSocial - Santé\nArgent - Impôts")).unwrap();
    assert_eq!(th, [Thematique::Email, Thematique::AideAuxDemarchesAdministratives]);
    assert_eq!(de, [Demarche::SocialSante, Demarche::ArgentImpots]);
    // Our own labels have commas in them.
    let (_, de) = thematiques(&t("Papiers, élections, citoyenneté, Logement ; Social, santé")).unwrap();
    assert_eq!(de, [Demarche::PapiersElectionsCitoyennete, Demarche::Logement, Demarche::SocialSante]);
    assert_eq!(plusieurs::<Materiel>(&t("Ordinateur, tablette")).unwrap(), [Materiel::Ordinateur, Materiel::Tablette]);
}

#[test]
fn une_valeur_inconnue_propose_la_plus_proche() {
    let e = thematiques(&t("Bureatique")).unwrap_err();
    assert!(e.contains("« Bureautique »"), "{e}");
    let e = une::<Genre>(&t("zzz")).unwrap_err();
    assert!(e.contains("Féminin ; Masculin"), "{e}");
    assert_eq!(une::<Genre>(&Cellule::Vide), Ok(None));
    assert_eq!(une::<Genre>(&t("-")), Ok(None));
}

#[rstest]
#[case(t("02/03/2025"), "2025-03-02")]
#[case(t("2/3/2025"), "2025-03-02")]
#[case(t("2025-03-02"), "2025-03-02")]
#[case(t("2025-03-02T10:30:00"), "2025-03-02")]
#[case(t("02/03/2025 à 14:30"), "2025-03-02")]
#[case(t("02.03.2025"), "2025-03-02")]
#[case(t("02/03/25"), "2025-03-02")]
#[case(t("02/03/50"), "1950-03-02")]
#[case(Cellule::Nombre(45718.0), "2025-03-02")]
#[case(Cellule::Nombre(45718.604), "2025-03-02")]
fn les_jours_se_lisent(#[case] c: Cellule, #[case] jour_lu: &str) {
    assert_eq!(jour(&c, le("2026-03-10")), Ok(Some(le(jour_lu))));
}

#[rstest]
#[case(t("31/02/2025"))]
#[case(t("hier"))]
#[case(t("2025"))]
#[case(Cellule::Nombre(5.0))]
#[case(Cellule::Nombre(1e9))]
fn les_faux_jours_sont_refuses(#[case] c: Cellule) {
    assert!(jour(&c, le("2026-03-10")).is_err());
}

#[rstest]
#[case(t("1 h 30"), 90)]
#[case(t("1h30"), 90)]
#[case(t("1\u{a0}h\u{a0}30\u{a0}min"), 90)]
#[case(t("45 min"), 45)]
#[case(t("30mn"), 30)]
#[case(t("2h"), 120)]
#[case(t("2 heures"), 120)]
#[case(t("1,5 h"), 90)]
#[case(t("01:30"), 90)]
#[case(t("01:30:00"), 90)]
#[case(t("PT01H30M00S"), 90)]
#[case(t("90"), 90)]
#[case(Cellule::Nombre(90.0), 90)]
#[case(Cellule::Nombre(0.0625), 90)]
fn les_durees_se_lisent(#[case] c: Cellule, #[case] m: u32) {
    assert_eq!(minutes(&c), Ok(Some(m)));
}

#[rstest]
#[case(t("longtemps"))]
#[case(t("1:75"))]
#[case(t("12 jours"))]
#[case(Cellule::Nombre(12.5))]
#[case(Cellule::Nombre(-3.0))]
fn les_fausses_durees_sont_refusees(#[case] c: Cellule) {
    assert!(minutes(&c).is_err());
}

#[test]
fn un_telephone_retrouve_son_zero() {
    assert_eq!(telephone(&Cellule::Nombre(199000001.0)).as_deref(), Some("0199000001"));
    assert_eq!(telephone(&Cellule::Nombre(33199000001.0)).as_deref(), Some("+33199000001"));
    assert_eq!(telephone(&t("01 99 00 00 01")).as_deref(), Some("01 99 00 00 01"));
}

#[test]
fn les_communes_se_trouvent() {
    let v = Cellule::Vide;
    assert_eq!(code_commune(&Cellule::Nombre(31555.0), &v, &v), Ok(Some("31555".into())));
    assert_eq!(code_commune(&Cellule::Nombre(1004.0), &v, &v), Ok(Some("01004".into())));
    assert_eq!(code_commune(&v, &t("31000"), &t("TOULOUSE")), Ok(Some("31555".into())));
    assert_eq!(code_commune(&v, &v, &v), Ok(None));
    assert!(code_commune(&v, &v, &t("Saint-Denis")).unwrap_err().contains("Plusieurs communes"));
    assert!(code_commune(&v, &v, &t("Nulle-Part-les-Bains")).is_err());
}

#[test]
fn un_nombre_sans_mesure_nest_pas_un_jour() {
    for n in [1e82, -1e82, f64::NAN, f64::INFINITY] {
        assert!(jour(&Cellule::Nombre(n), le("2026-03-10")).is_err());
    }
}

proptest::proptest! {
    #[test]
    fn aucune_cellule_ne_fait_tomber(s in ".{0,60}", n in proptest::num::f64::ANY) {
        for c in [t(&s), Cellule::Nombre(n)] {
            let _ = jour(&c, le("2026-03-10"));
            let _ = minutes(&c);
            let _ = nombre(&c);
            let _ = thematiques(&c);
            let _ = telephone(&c);
        }
    }
}
