//! Les titres livrés face aux documents d'origine : comptes et faits mot pour mot, recopiés ici
//! des documents (les tests ne les lisent pas), puis la vérification et la différence.

use certification_regles::referentiel::regles::{CODES, communes};
use certification_regles::referentiel::{
    Certitude, Gravite, Nature, NatureUnite, Regle, Sort, TypeDocument, Version, charger_toml, difference, referentiels_embarques,
    titre_embarque, verifier,
};
use rstest::rstest;

use crate::fabrique::{correspondance, jour, prorogation, version};

fn mn() -> &'static Version {
    titre_embarque("mediateur-numerique").unwrap()
}

fn cmn() -> &'static Version {
    titre_embarque("26573").unwrap()
}

fn plan() -> &'static Version {
    titre_embarque("cmn-plan-de-formation").unwrap()
}

fn competences(v: &Version) -> Vec<Vec<&str>> {
    v.unites.iter().map(|u| u.competences.iter().map(|c| c.intitule.as_str()).collect()).collect()
}

#[test]
fn trois_titres_livres_sans_erreur() {
    assert_eq!(referentiels_embarques().len(), 3);
    let seeds: Vec<&str> = referentiels_embarques().iter().map(|v| v.source.seed.as_str()).collect();
    assert_eq!(seeds, ["002", "004", "001"]);
    assert!(verifier(referentiels_embarques()).iter().all(|c| c.gravite == Gravite::Avis));
}

#[test]
fn seed_002_mediateur_numerique() {
    let v = mn();
    assert_eq!((v.intitule.as_str(), v.nature, v.sort), ("Médiateur numérique", Nature::Ministere, Sort::Ouverte));
    assert_eq!((v.nsf[0].code.as_str(), v.niveaux[0].valeur.as_str(), v.niveaux[0].imprime.as_str()), ("335", "5", "niveau 5"));
    assert!(v.codes.rncp.is_none());
    let intitules: Vec<&str> = v.unites.iter().map(|u| u.intitule.as_str()).collect();
    assert_eq!(
        intitules,
        [
            "Accompagner les publics vers un usage autonome des outils numériques et services en ligne",
            "Accompagner les publics les plus éloignés du numérique dans un réseau territorial"
        ]
    );
    assert!(v.unites.iter().all(|u| u.nature == NatureUnite::Ccp));
    assert_eq!(
        competences(v),
        [
            [
                "Accueillir les personnes et présenter les missions de la médiation numérique",
                "Recueillir les besoins, poser un diagnostic partagé et proposer des accompagnements adaptés",
                "Concevoir et programmer des accompagnements aux usages numériques",
                "Préparer et animer des accompagnements aux usages numériques dans différents lieux et environnements",
                "Evaluer ses actions et sa pratique professionnelle",
            ],
            [
                "Développer un réseau local en lien avec l’inclusion numérique",
                "Accompagner aux usages numériques sur les plateformes administratives",
                "Aller vers les personnes les plus éloignées du numérique du territoire",
                "Sécuriser les pratiques numériques des publics",
                "Accompagner les usages numériques des publics spécifiques",
            ],
        ]
    );
    assert_eq!(v.description.len(), 13);
    assert!(v.description[0].contains("se compose de deux activités types"));
    assert!(v.description[6].contains("(« aller vers »)"));
    assert_eq!(
        v.epreuves.iter().map(|e| e.code.as_str()).collect::<Vec<_>>(),
        ["mise_en_situation", "ecf", "dossier_professionnel", "entretien_final"]
    );
    assert_eq!(v.modalites.iter().map(|m| m.texte.len()).collect::<Vec<_>>(), [5, 6, 4, 6, 7]);
    assert!(
        v.modalites[2].texte[3].starts_with("En cas de clôture du titre, le candidat ayant antérieurement obtenu des CCP dispose d’un an")
    );
    assert_eq!(v.documents.len(), 3);
    assert!(v.correspondances.is_empty());
    let r335 = v.references.iter().find(|r| r.code == "R335-7").unwrap();
    assert_eq!(r335.abrogee_le, Some(jour("2023-12-29")));
}

#[test]
fn seed_004_fiche_rncp() {
    let v = cmn();
    assert_eq!(v.intitule, "Conseiller(ère) médiateur(trice) en numérique");
    assert_eq!(v.codes.rncp.as_deref(), Some("26573"));
    assert_eq!(
        (v.nsf[0].code.as_str(), v.nsf[0].intitule.as_str()),
        ("320t", "Réalisation du service : Utilisation de logiciels appliqués à l'image")
    );
    let niveaux: Vec<_> = v.niveaux.iter().map(|n| (n.nomenclature.as_str(), n.valeur.as_str())).collect();
    assert_eq!(niveaux, [("1969", "III"), ("europe", "5")]);
    assert_eq!(competences(v).iter().map(Vec::len).collect::<Vec<_>>(), [4, 3, 4]);
    assert_eq!(
        v.unites[0].intitule,
        "Accompagner différents publics vers l'autonomie, dans les usages des technologies, services et médias numériques"
    );
    assert_eq!(v.unites[1].intitule, "Assister les utilisateurs dans des espaces collaboratifs et/ou de fabrication numérique");
    assert_eq!(
        v.unites[2].competences[1].intitule,
        "Développer et valoriser la présence numérique, d'un territoire, d'une entreprise ou d'un projet."
    );
    assert_eq!(v.metiers.len(), 15);
    assert_eq!(
        (v.metiers[0].as_str(), v.metiers[10].as_str(), v.metiers[14].as_str()),
        ("animateur d'espace public numérique", "coordinateur local EPN", "animateur de communauté dit « community manager »")
    );
    let rome: Vec<_> = v.rome.iter().map(|r| (r.code.as_str(), r.intitule.as_str())).collect();
    assert_eq!(rome, [("G1202", "Animation d'activités culturelles ou ludiques"), ("E1101", "Animation de site multimédia")]);
    assert_eq!(v.secteurs.iter().map(|s| s.entrees.len()).collect::<Vec<_>>(), [4, 4, 8, 3]);
    let voies: Vec<_> = v.acces.iter().map(|a| (a.voie.as_str(), a.ouverte)).collect();
    assert_eq!(
        voies,
        [
            ("eleve_etudiant", None),
            ("apprentissage", Some(true)),
            ("formation_continue", Some(true)),
            ("contrat_professionnalisation", Some(true)),
            ("candidature_individuelle", None),
            ("vae", Some(true)),
        ]
    );
    assert_eq!(v.reglementation.as_deref(), Some("Néant."));
    assert_eq!((v.lieux_certification[0].as_str(), v.liens.len()), ("Centres agréés par le Ministère chargé de l'emploi.", 4));
    let creation = v.references.iter().find(|r| r.code == "arrete-2015-11-26").unwrap();
    assert_eq!((creation.date, creation.publiee_le), (Some(jour("2015-11-26")), Some(jour("2015-12-10"))));
}

#[test]
fn seed_001_plan_de_formation() {
    let v = plan();
    assert_eq!((v.type_document, v.titre.as_str()), (TypeDocument::PlanDeFormation, cmn().titre.as_str()));
    assert_eq!(v.niveaux.len(), 2);
    assert_eq!(v.unites.iter().map(|u| (u.competences.len(), u.activites.len())).collect::<Vec<_>>(), [(4, 5), (3, 8), (4, 6)]);
    assert_eq!((v.savoirs.len(), v.savoir_faire.len(), v.savoirs_associes.len(), v.metiers.len()), (17, 24, 3, 13));
    let h = v.horaires.as_ref().unwrap();
    let lignes: Vec<_> = h.syntheses().into_iter().map(|l| (l.imprime_minutes.map(|m| m / 6), l.calcule_minutes / 6)).collect();
    // En dixièmes d'heure : 126, 105, 82, 39,5 contre 38,5, sans horaire, 352,5 contre 351,5.
    assert_eq!(lignes, [(Some(1260), 1260), (Some(1050), 1050), (Some(820), 820), (Some(395), 385), (None, 0), (Some(3525), 3515)]);
    let durees: Vec<_> = h.modules().map(|m| m.minutes.map(|x| x / 30)).collect();
    // En demi-heures, dans l'ordre imprimé.
    let attendues = [14, 28, 70, 28, 56, 42, 14, 14, 98, 56, 42, 84, 80, 35, 14, 28];
    assert_eq!(durees, attendues.map(Some).into_iter().chain([None, None]).collect::<Vec<_>>());
    assert_eq!(v.ruban.len(), 16);
    assert_eq!(
        (v.ruban[11].intitule.as_str(), v.ruban[14].intitule.as_str()),
        ("Acteurs médiation numérique", "Techniques de recherche d'emploi")
    );
    let admission = v.admission.as_ref().unwrap();
    assert_eq!((admission.publics.len(), admission.prerequis.len(), admission.etapes.len()), (4, 2, 3));
    assert_eq!(v.entreprise[0].semaines_continues, Some(6));
    assert!(v.entreprise[1].selon_contrat);
}

#[test]
fn la_table_commune_porte_chaque_code_a_toute_date() {
    let facultatifs = ["session.convocation_jours"];
    for (code, _) in CODES.iter().filter(|(c, _)| !facultatifs.contains(c)) {
        for date in ["1990-01-01", "2023-12-31", "2024-01-01", "2060-01-01"] {
            let n = communes()
                .regles
                .iter()
                .filter(|r| r.code == *code && r.du.is_none_or(|d| d <= jour(date)) && r.au.is_none_or(|d| jour(date) <= d))
                .count();
            assert_eq!(n, 1, "{code} au {date}");
        }
    }
    assert!(communes().regles.iter().all(|r| !r.source.is_empty()));
}

fn codes_d_erreur(versions: &[Version]) -> Vec<&'static str> {
    verifier(versions).into_iter().filter(|c| c.gravite == Gravite::Erreur).map(|c| c.code).collect()
}

#[rstest]
#[case::sain(|_: &mut [Version]| {}, &[])]
#[case::sans_titre(|v: &mut [Version]| v[0].titre.clear(), &["unite_sans_titre"])]
#[case::titre_inconnu(|v: &mut [Version]| v[0].unites[0].titre = Some("ailleurs".into()), &["unite_sans_titre"])]
#[case::unite_inconnue(|v: &mut [Version]| v[1].correspondances[0].unites = vec!["B9".into()], &["unite_inconnue"])]
#[case::source_inconnue(|v: &mut [Version]| v[1].correspondances[0].unites_source = vec!["A9".into()], &["unite_inconnue"])]
#[case::version_inconnue(|v: &mut [Version]| v[1].correspondances[0].de_version = "Z".into(), &["version_inconnue"])]
#[case::fin_avant_debut(|v: &mut [Version]| v[0].effet = Some(jour("2027-01-01")), &["fin_avant_debut"])]
#[case::code_en_double(|v: &mut [Version]| { let u = v[0].unites[0].clone(); v[0].unites.push(u); }, &["code_en_double", "code_en_double"])]
#[case::version_en_double(|v: &mut [Version]| v[1].code = "A".into(), &["code_en_double"])]
#[case::cercle(|v: &mut [Version]| v[0].succede_a = Some("B".into()), &["revisions_en_cercle", "revisions_en_cercle"])]
#[case::prorogation(|v: &mut [Version]| v[0].prorogations = vec![prorogation("2026-01-01", "2026-01-31")], &["prorogation_qui_raccourcit"])]
#[case::regle(|v: &mut [Version]| v[0].regles = vec![regle("inventee", None)], &["regle_inconnue"])]
#[case::conflit(|v: &mut [Version]| v[0].regles = vec![regle("jury.membres_min", None), regle("jury.membres_min", Some("2026-01-01"))], &["regles_en_conflit"])]
fn chaque_contradiction_est_dite(#[case] abimer: fn(&mut [Version]), #[case] attendu: &[&str]) {
    let mut versions = [version("A", Some("2026-06-30"), &["A1", "A2"]), version("B", None, &["B1"])];
    versions[1].correspondances = vec![correspondance("A", &["A1"], &["B1"], "2026-07-01")];
    abimer(&mut versions);
    let constats = codes_d_erreur(&versions);
    for code in attendu {
        assert!(constats.contains(code), "{constats:?}");
    }
    assert_eq!(constats.is_empty(), attendu.is_empty(), "{constats:?}");
}

fn regle(code: &str, du: Option<&str>) -> Regle {
    Regle {
        code: code.into(),
        valeur: 3,
        du: du.map(jour),
        au: None,
        source: "essai".into(),
        date: None,
        certitude: Certitude::Incertain,
        libelle: String::new(),
    }
}

#[test]
fn la_difference_dit_ce_qui_change() {
    let mut b = mn().clone();
    assert!(difference(mn(), &b).ecarts.is_empty());
    b.fin = Some(jour("2030-01-01"));
    b.unites[0].competences.remove(4);
    b.unites[1].competences[0].intitule = "Autre".into();
    let chemins: Vec<_> = difference(mn(), &b).ecarts.into_iter().map(|e| e.chemin).collect();
    assert_eq!(chemins.len(), 3);
    for attendu in ["fin", "unites[ccp-1].competences[ccp-1-c5]", "unites[ccp-2].competences[ccp-2-c1].intitule"] {
        assert!(chemins.iter().any(|c| c == attendu), "{chemins:?}");
    }
}

#[test]
fn un_fichier_illisible_le_dit_en_francais() {
    let e = charger_toml("code = \"x\"\ntitre = \"y\"\ncouleur = 3\n").unwrap_err().to_string();
    assert!(e.contains("« couleur »".replace(' ', "\u{a0}").as_str()) && e.contains("n’existe pas"), "{e}");
}
