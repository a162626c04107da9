//! Cas 11 à 20 de la page du domaine, § 4.

use certification_regles::Catalogue;
use certification_regles::acces_session::{FaitsAcces, acces_session};
use certification_regles::acquis::{Acquis, Origine};
use certification_regles::agrement::{Agrement, SessionACouvrir, agrement_couvre};
use certification_regles::ccs::acces_ccs;
use certification_regles::entreprise::{PeriodeEntreprise, periode_en_entreprise};
use certification_regles::entretien::entretien_final;
use certification_regles::epreuves::{Presentation, TypeSession, epreuves_dues};
use certification_regles::jury::{CandidatSession, Habilitation, Jure, Lien, NatureLien, SessionJury, examiner};
use certification_regles::preparation::{DossierProfessionnel, Ecf, FaitsPreparation, preparation};
use certification_regles::referentiel::{Gravite, NatureUnite, ValiditeUnites, Version, referentiels_embarques, titre_embarque, verifier};
use certification_regles::reprise::{FaitsReprise, SessionPassee, seconde_chance};
use certification_regles::revision::situation;
use certification_regles::vae::{
    Activite, DecisionRecevabilite, DossierVae, EtatRecevabilite, Experience, Notification, plafonds, recevabilite,
};

use crate::fabrique::{acquis, ensemble, faits, jour, origines, prorogation, titre, unite, version};

fn a() -> Version {
    version("A", Some("2026-06-30"), &["A1", "A2"])
}

#[test]
fn cas_11_dernier_ccp_echoue_l_entretien_est_prevu_mais_ne_se_tient_pas() {
    let r = entretien_final(&a(), TypeSession::Ccp, &faits(&["A1"], &["A2"], Some(&[]))).unwrap();
    assert!(r.resultat.prevu);
    assert_eq!(r.resultat.tenu, Some(false));
    assert!(r.refuse_par("entretien.unites_completes"));
    let bon = entretien_final(&a(), TypeSession::Ccp, &faits(&["A1"], &["A2"], Some(&["A2"]))).unwrap();
    assert_eq!(bon.resultat.tenu, Some(true));
    // Tenu demande aussi le livret et la date.
    let mut f = faits(&["A1"], &["A2"], Some(&["A2"]));
    f.livret_produit = false;
    assert!(entretien_final(&a(), TypeSession::Ccp, &f).unwrap().refuse_par("entretien.livret_absent"));
    f.livret_produit = true;
    f.dans_la_limite = false;
    assert!(entretien_final(&a(), TypeSession::Ccp, &f).unwrap().refuse_par("entretien.hors_limite"));
    // Accorder une unité non présentée est refusé.
    assert!(entretien_final(&a(), TypeSession::Ccp, &faits(&[], &["A2"], Some(&["A1"]))).is_err());
}

#[test]
fn cas_12_deux_ccp_manquants_le_meme_jour_un_entretien_si_les_deux_sont_accordes() {
    let v = version("A", None, &["A1", "A2", "A3"]);
    let r = |accordees: &[&str]| entretien_final(&v, TypeSession::Ccp, &faits(&["A1"], &["A2", "A3"], Some(accordees))).unwrap().resultat;
    assert!(r(&["A2"]).prevu && r(&["A2"]).tenu == Some(false));
    assert!(r(&["A2", "A3"]).prevu && r(&["A2", "A3"]).tenu == Some(true));
    // Un seul des deux présenté : rien n'est prévu.
    assert!(!entretien_final(&v, TypeSession::Ccp, &faits(&["A1"], &["A2"], None)).unwrap().resultat.prevu);
}

#[test]
fn cas_13_ecf_selon_l_origine_ccp_par_ccp() {
    let prepare = |lignes: &[(&str, Origine)], ecf: &[&str]| {
        let f = FaitsPreparation {
            origines: origines(lignes),
            dossier: DossierProfessionnel { signe: true, exemples: None },
            ecf: ecf.iter().map(|u| Ecf { unite: (*u).into(), complet: true, evaluateurs: Some(2) }).collect(),
            ..FaitsPreparation::default()
        };
        preparation(&a(), &f, jour("2026-03-01")).unwrap()
    };
    assert!(prepare(&[("A1", Origine::Vae)], &[]).favorable);
    let bloque = prepare(&[("A1", Origine::Formation)], &[]);
    assert!(bloque.refuse_par("preparation.ecf_manquant") && bloque.resultat.ecf_manquants == ["A1"]);
    assert!(prepare(&[("A1", Origine::Formation)], &["A1"]).favorable);
    // Parcours mixte : A1 en formation, A2 par la VAE.
    let mixte = [("A1", Origine::Formation), ("A2", Origine::Vae)];
    assert!(prepare(&mixte, &["A1"]).favorable);
    assert_eq!(prepare(&mixte, &["A2"]).resultat.ecf_manquants, ["A1"]);
    let o = origines(&mixte);
    let dues = epreuves_dues(&a(), &Presentation { session: TypeSession::Ccp, origines: &o, entretien_prevu: false }).unwrap().resultat;
    let ecf = dues.iter().find(|e| e.epreuve == "ecf").unwrap();
    assert_eq!(ecf.unites, ["A1"]);
    assert!(dues.iter().all(|e| e.epreuve != "entretien_final"));
    assert_eq!(dues.iter().find(|e| e.epreuve == "dossier_professionnel").unwrap().unites, ["A1", "A2"]);
}

#[test]
fn cas_14_recevabilite_vae_un_an_jour_pour_jour() {
    let n = Notification { date: jour("2025-03-10"), decision: DecisionRecevabilite::Recevable };
    let r = |date: &str| recevabilite(&a(), None, Some(&n), jour(date));
    assert!(r("2026-03-10").favorable);
    assert_eq!(r("2026-03-10").resultat.jusqu_au, Some(jour("2026-03-10")));
    let refus = r("2026-03-11");
    assert!(refus.refuse_par("vae.validite") && refus.resultat.etat == EtatRecevabilite::Perimee);
    // Le silence : deux mois après le dossier complet.
    let silence = |date: &str| recevabilite(&a(), Some(jour("2025-12-31")), None, jour(date)).resultat.etat;
    assert_eq!(silence("2026-02-27"), EtatRecevabilite::EnExamen);
    assert_eq!(silence("2026-02-28"), EtatRecevabilite::RecevableParSilence);
    assert_eq!(recevabilite(&a(), None, None, jour("2026-02-28")).resultat.etat, EtatRecevabilite::Incomplet);
}

#[test]
fn cas_15_plafonds_annuels_de_la_vae() {
    let d = |certification: &str, date: &str, blocs_seuls: bool| DossierVae {
        certification: certification.into(),
        date: jour(date),
        blocs_seuls,
    };
    let nouveau = d("essai", "2026-11-02", false);
    let r = |anterieurs: &[DossierVae]| plafonds(&a(), anterieurs, &nouveau);
    assert!(r(&[]).favorable);
    assert!(r(&[d("essai", "2026-01-05", false)]).refuse_par("vae.plafond_certification"));
    assert!(r(&[d("essai", "2025-12-31", false)]).favorable);
    assert!(r(&[d("essai", "2026-01-05", true)]).favorable);
    let (x, y, z) = (d("x", "2026-02-01", false), d("y", "2026-03-01", false), d("z", "2026-04-01", false));
    assert!(r(&[x.clone(), y.clone()]).favorable);
    assert!(r(&[x.clone(), y.clone(), z]).refuse_par("vae.plafond_annuel"));
    assert!(r(&[x, y, d("z", "2026-04-01", true)]).favorable);
}

#[test]
fn cas_16_ccs_sans_titre_avec_onze_mois_avec_un_titre_retire() {
    let mut v = a();
    v.unites.push(unite("S1", NatureUnite::Ccs));
    let versions = [v.clone()];
    let c = Catalogue::nouveau(&versions);
    let mois = |n| [Experience { activite: Activite::Salarie, debut: None, fin: None, mois: Some(n) }];
    let r = |acquis: &Acquis, origine, n| acces_ccs(c, &v, "S1", acquis, origine, &mois(n), jour("2026-05-01")).unwrap();
    let avec = |retire: Option<&str>| Acquis { titres: vec![titre("A", "2025-01-01", retire)], ..Acquis::default() };
    assert!(r(&Acquis::default(), Origine::Experience, 24).refuse_par("ccs.titre_detenu"));
    assert!(r(&avec(None), Origine::Experience, 11).refuse_par("ccs.experience"));
    assert!(r(&avec(None), Origine::Experience, 12).favorable);
    assert!(r(&avec(None), Origine::Formation, 0).favorable);
    assert!(r(&avec(Some("2026-04-30")), Origine::Experience, 24).refuse_par("ccs.titre_detenu"));
    assert!(acces_ccs(c, &v, "A1", &avec(None), Origine::Formation, &[], jour("2026-05-01")).is_err());
    let mut f = faits(&["A1", "A2"], &["S1"], Some(&["S1"]));
    assert_eq!(entretien_final(&v, TypeSession::Ccs, &f).unwrap().resultat.tenu, Some(false));
    f.titre_detenu = true;
    assert_eq!(entretien_final(&v, TypeSession::Ccs, &f).unwrap().resultat.tenu, Some(true));
}

#[test]
fn cas_17_seconde_chance_passee_et_quatrieme_session_titre() {
    let s = |date: &str| SessionPassee { session: TypeSession::Titre, date: jour(date), absence_justifiee: false, unites: None };
    let r = |date: &str, sessions: &[SessionPassee]| {
        let f = FaitsReprise {
            origine: Origine::Formation,
            session: TypeSession::Titre,
            date: jour(date),
            presentees: ensemble(&[]),
            sessions: sessions.to_vec(),
            depart: None,
            nouvelle_formation_le: None,
        };
        seconde_chance(&a(), &f)
    };
    let premiere = s("2025-01-15");
    assert!(r("2026-01-15", std::slice::from_ref(&premiere)).favorable);
    let tard = r("2026-01-16", std::slice::from_ref(&premiere));
    assert!(tard.refuse_par("reprise.duree") && tard.resultat.nouvelle_formation_necessaire);
    // Les CCP survivent à cette horloge : la leur est celle du titre.
    let v = version("A", None, &["A1", "A2"]);
    let versions = [v.clone()];
    let (situation, _) =
        situation(Catalogue::nouveau(&versions), &v, &acquis(&[("A", "A1", "2025-01-15")]), jour("2026-01-16"), jour("2026-01-16"));
    assert_eq!(situation.acquises, ["A1"]);
    let trois = [premiere.clone(), s("2025-05-10"), s("2025-09-10")];
    assert!(r("2025-11-10", &trois[..2]).favorable);
    assert!(r("2025-11-10", &trois).refuse_par("reprise.sessions_titre"));
    let mut justifiee = trois.clone();
    justifiee[2].absence_justifiee = true;
    assert!(r("2025-11-10", &justifiee).favorable);
    let apres_formation = FaitsReprise {
        origine: Origine::Formation,
        session: TypeSession::Titre,
        date: jour("2026-06-01"),
        presentees: ensemble(&[]),
        sessions: trois.to_vec(),
        depart: None,
        nouvelle_formation_le: Some(jour("2026-02-01")),
    };
    assert!(seconde_chance(&a(), &apres_formation).favorable);
}

#[test]
fn cas_18_habilitation_qui_finit_entre_deux_jours_et_lien_d_un_seul_candidat() {
    let jure = |id: &str, fin: &str, liens: &[&str]| Jure {
        id: id.into(),
        habilitations: vec![Habilitation { version: "A".into(), debut: jour("2024-01-01"), fin: Some(jour(fin)), retiree_le: None }],
        pratique: None,
        liens: liens.iter().map(|c| Lien { candidat: (*c).into(), nature: NatureLien::MemeEmployeur }).collect(),
        presences: None,
    };
    let candidats = ["x", "y"].map(|id| CandidatSession { id: id.into(), jours: None });
    let jours = [jour("2026-03-10"), jour("2026-03-11")];
    let examen = |jures: &[Jure]| {
        examiner(&a(), &SessionJury { jours: &jours, jures, candidats: &candidats, declaree_le: None }, jour("2026-03-10"))
    };
    let r = examen(&[jure("un", "2026-06-30", &[]), jure("deux", "2026-03-10", &[])]);
    assert!(r.resultat.jours[0].suffisant && !r.resultat.jours[1].suffisant);
    assert!(!r.favorable && r.cite("jury.habilitation_finie"));
    let r = examen(&[jure("un", "2026-06-30", &[]), jure("deux", "2026-06-30", &["x"])]);
    assert!(r.resultat.jours.iter().all(|j| j.suffisant));
    let quorums: Vec<_> = r.resultat.candidats.iter().map(|c| (c.candidat.as_str(), c.quorum)).collect();
    assert_eq!(quorums, [("x", false), ("y", true)]);
    assert!(examen(&[jure("un", "2026-06-30", &[]), jure("deux", "2026-06-30", &["x"]), jure("trois", "2026-06-30", &[])]).favorable);
    assert!(examen(&[jure("un", "2026-06-30", &[]), jure("un", "2026-06-30", &[])]).refuse_par("jury.membre_en_double"));
}

#[test]
fn cas_19_session_dans_l_annee_de_prolongation() {
    let agrement = |fin: Option<&str>| {
        [Agrement { version: "A".into(), site: "Lyon".into(), debut: jour("2024-01-01"), fin: fin.map(jour), retire_le: None, ccs: None }]
    };
    let r = |jours: &str, declaree: &str, fin: Option<&str>, v: &Version| {
        let jours = [jour(jours)];
        let s = SessionACouvrir { session: TypeSession::Ccp, ccs: None, site: "Lyon", jours: &jours, declaree_le: Some(jour(declaree)) };
        agrement_couvre(v, &agrement(fin), &s, jour("2026-09-01"))
    };
    assert!(r("2026-10-01", "2026-06-30", None, &a()).favorable);
    assert!(r("2026-10-01", "2026-07-01", None, &a()).refuse_par("agrement.declaree_trop_tard"));
    assert!(r("2026-10-01", "2026-06-30", Some("2026-06-30"), &a()).favorable);
    assert!(r("2026-10-01", "2026-06-30", Some("2026-05-31"), &a()).refuse_par("agrement.apres_fin"));
    assert!(r("2027-07-01", "2026-06-30", None, &a()).refuse_par("agrement.apres_fin"));
    // La prorogation publiée déplace tout.
    let mut prorogee = a();
    prorogee.prorogations = vec![prorogation("2026-07-15", "2027-06-30")];
    assert!(r("2026-10-01", "2026-07-20", None, &prorogee).favorable);
    // Le candidat doit détenir une unité d'avant la fin.
    let v = a();
    let versions = [v.clone()];
    let acces = |acquis: &Acquis| {
        let f = FaitsAcces {
            session: TypeSession::Ccp,
            date: jour("2026-10-01"),
            origines: origines(&[("A2", Origine::Formation)]),
            complet_le: None,
            notification: None,
            sessions: vec![],
            nouvelle_formation_le: None,
            experiences: vec![],
            autres_sessions: vec![],
        };
        acces_session(Catalogue::nouveau(&versions), &v, acquis, &f, jour("2026-10-01")).unwrap()
    };
    assert!(acces(&acquis(&[("A", "A1", "2026-03-01")])).favorable);
    assert!(acces(&Acquis::default()).refuse_par("limite.date"));
}

#[test]
fn cas_20_totaux_imprimes_module_sans_horaire_semaines_continues() {
    let plan = titre_embarque("cmn-plan-de-formation").unwrap();
    let lignes = plan.horaires.as_ref().unwrap().syntheses();
    let evaluations = lignes.iter().find(|l| l.code == "evaluations").unwrap();
    assert_eq!((evaluations.imprime_minutes, evaluations.calcule_minutes, evaluations.ecart_minutes), (Some(2370), 2310, Some(60)));
    let constats = verifier(referentiels_embarques());
    assert!(constats.iter().all(|c| c.gravite == Gravite::Avis), "{constats:?}");
    assert_eq!(constats.iter().filter(|c| c.code == "total_imprime_different").count(), 2);
    assert!(constats.iter().any(|c| c.code == "module_sans_horaire" && c.phrase.contains("Acteurs médiation numérique")));
    let periode = |debut: &str, fin: &str| PeriodeEntreprise { debut: jour(debut), fin: jour(fin), minutes: None };
    let r = |p: &[PeriodeEntreprise]| periode_en_entreprise(plan, "initiale", p, None, jour("2026-05-10"));
    assert!(r(&[periode("2026-03-02", "2026-04-10")]).favorable);
    assert!(r(&[periode("2026-03-02", "2026-03-20"), periode("2026-04-06", "2026-04-24")]).refuse_par("entreprise.semaines_continues"));
    assert!(r(&[periode("2026-03-02", "2026-03-20"), periode("2026-03-23", "2026-04-10")]).favorable);
    assert!(!r(&[periode("2026-03-02", "2026-04-03")]).favorable);
    assert!(periode_en_entreprise(plan, "formation_continue", &[], None, jour("2026-05-10")).favorable);
    // Cinq ans et « validité du titre » sont justes chacun à sa date.
    assert_eq!(titre_embarque("26573").unwrap().validite_unites, ValiditeUnites::Annees { annees: 5 });
    assert_eq!(titre_embarque("mediateur-numerique").unwrap().validite_unites, ValiditeUnites::ValiditeTitre);
}
