//! Cas 1 à 10 de la page du domaine, § 4.

use certification_regles::Catalogue;
use certification_regles::acquis::Acquis;
use certification_regles::deliberation::{Deliberation, Issue, Proposition, deliberer};
use certification_regles::entretien::entretien_final;
use certification_regles::epreuves::TypeSession::{Ccp, Titre};
use certification_regles::limite::{dans_les_dates, date_limite, historique};
use certification_regles::motif::Reponse;
use certification_regles::referentiel::Version;
use certification_regles::revision::{Chemins, revision};
use rstest::rstest;

use crate::fabrique::{acquis, correspondance, faits, jour, prorogation, titre, version};

fn a() -> Version {
    version("A", Some("2026-06-30"), &["A1", "A2"])
}

/// B remplace A au 1er juillet 2026.
fn b(correspondances: &[(&[&str], &[&str])]) -> Version {
    let mut b = version("B", None, &["B1", "B2"]);
    b.effet = Some(jour("2026-07-01"));
    b.succede_a = Some("A".into());
    b.correspondances = correspondances.iter().map(|(s, u)| correspondance("A", s, u, "2026-07-01")).collect();
    b
}

fn reviser(versions: &[Version], cible: &str, acquis: &Acquis, date: &str) -> Reponse<Chemins> {
    revision(Catalogue::nouveau(versions), cible, acquis, jour(date), jour(date)).unwrap()
}

fn accepte(version: &Version, acquis: &Acquis, date: &str) -> bool {
    let versions = [version.clone()];
    dans_les_dates(Catalogue::nouveau(&versions), version, acquis, jour(date), jour(date)).favorable
}

fn juger(
    acquises: &[&str],
    presentees: &[&str],
    accordees: &[&str],
    session: certification_regles::epreuves::TypeSession,
    titre: bool,
    entretien: Option<bool>,
) -> Reponse<Deliberation> {
    let v = version("A", None, &["A1", "A2"]);
    deliberer(
        &v,
        session,
        &Proposition { faits: faits(acquises, presentees, Some(accordees)), titre_propose: titre, entretien_favorable: entretien },
    )
    .unwrap()
}

#[test]
fn cas_01_un_ccp_detenu_titre_revise_seul_le_ccp_manquant_puis_l_entretien() {
    let versions = [a(), b(&[(&["A1"], &["B1"]), (&["A2"], &["B2"])])];
    let candidat = acquis(&[("A", "A1", "2026-03-01")]);
    let r = reviser(&versions, "B", &candidat, "2026-09-01");
    assert_eq!(r.resultat.cible.acquises, ["B1"]);
    assert_eq!(r.resultat.cible.manquantes, ["B2"]);
    assert!(r.cite("revision.correspondance"));
    // L'autre chemin reste offert, avec sa date : finir l'ancien titre.
    assert_eq!(r.resultat.autres[0].manquantes, ["A2"]);
    assert_eq!(r.resultat.autres[0].limite.limite, Some(jour("2027-06-30")));
    // La session du seul CCP manquant prévoit l'entretien.
    let e = entretien_final(&versions[1], Ccp, &faits(&["B1"], &["B2"], Some(&["B2"]))).unwrap();
    assert!(e.resultat.prevu && e.resultat.tenu == Some(true));
    // Le mauvais cas : la veille de l'entrée en vigueur, rien ne correspond.
    let avant = reviser(&versions, "B", &candidat, "2026-06-30");
    assert!(avant.resultat.cible.acquises.is_empty());
    assert!(avant.cite("revision.pas_en_vigueur"));
}

#[test]
fn cas_02_une_correspondance_de_deux_unites_avec_une_seule_ne_donne_rien() {
    let versions = [a(), b(&[(&["A1", "A2"], &["B1"])])];
    let seule = reviser(&versions, "B", &acquis(&[("A", "A1", "2026-03-01")]), "2026-09-01");
    assert!(seule.resultat.cible.acquises.is_empty());
    assert!(seule.cite("revision.source_incomplete"));
    assert!(!seule.cite("revision.correspondance"));
    let deux = reviser(&versions, "B", &acquis(&[("A", "A1", "2026-03-01"), ("A", "A2", "2026-04-01")]), "2026-09-01");
    assert_eq!(deux.resultat.cible.acquises, ["B1"]);
}

#[rstest]
#[case(false, &[])]
#[case(true, &["C1"])]
fn cas_03_une_chaine_de_deux_revisions_selon_la_politique(#[case] chainage: bool, #[case] attendu: &[&str]) {
    let mut c = version("C", None, &["C1", "C2"]);
    c.chainage_correspondances = chainage;
    c.correspondances = vec![correspondance("B", &["B1"], &["C1"], "2028-01-01")];
    let versions = [a(), b(&[(&["A1"], &["B1"])]), c];
    let r = reviser(&versions, "C", &acquis(&[("A", "A1", "2026-03-01")]), "2028-02-01");
    assert_eq!(r.resultat.cible.acquises, attendu);
    assert_eq!(r.cite("revision.chainage"), !chainage);
    // Une unité de B obtenue devant un jury passe toujours en C.
    let direct = reviser(&versions, "C", &acquis(&[("B", "B1", "2027-03-01")]), "2028-02-01");
    assert_eq!(direct.resultat.cible.acquises, ["C1"]);
}

#[test]
fn cas_04_les_correspondances_couvrent_tout_l_entretien_est_du_sans_parchemin() {
    let versions = [a(), b(&[(&["A1"], &["B1"]), (&["A2"], &["B2"])])];
    let candidat = acquis(&[("A", "A1", "2026-03-01"), ("A", "A2", "2026-04-01")]);
    let r = reviser(&versions, "B", &candidat, "2026-09-01");
    assert!(r.resultat.cible.manquantes.is_empty());
    assert!(r.resultat.cible.entretien_final_du && !r.resultat.cible.titre_detenu);
    // Une session CCP ne le prévoit pas (U∖A = ∅), une session titre oui.
    assert!(!entretien_final(&versions[1], Ccp, &faits(&["B1", "B2"], &[], None)).unwrap().resultat.prevu);
    assert!(entretien_final(&versions[1], Titre, &faits(&["B1", "B2"], &[], None)).unwrap().resultat.prevu);
    // Sans entretien favorable, pas de parchemin ; avec, le titre.
    let p = |entretien| Proposition { faits: faits(&["B1", "B2"], &[], Some(&[])), titre_propose: true, entretien_favorable: entretien };
    let sans = deliberer(&versions[1], Titre, &p(None)).unwrap();
    assert!(!sans.favorable && !sans.resultat.documents.contains(&"parchemin".to_owned()));
    let avec = deliberer(&versions[1], Titre, &p(Some(true))).unwrap();
    assert!(avec.resultat.titre_attribue && avec.resultat.documents == ["parchemin"]);
}

#[test]
fn cas_05_titre_clos_l_annee_de_prolongation_finit_au_jour_anniversaire() {
    let candidat = acquis(&[("A", "A1", "2026-03-01")]);
    assert!(accepte(&a(), &candidat, "2026-06-30"));
    assert!(accepte(&a(), &candidat, "2026-07-01"));
    assert!(accepte(&a(), &candidat, "2027-06-30"));
    assert!(!accepte(&a(), &candidat, "2027-07-01"));
}

#[test]
fn cas_06_titre_clos_sans_ccp_avant_la_cloture() {
    assert!(accepte(&a(), &Acquis::default(), "2026-06-30"));
    assert!(!accepte(&a(), &Acquis::default(), "2026-07-01"));
    // Un CCP obtenu après la fin n'ouvre pas la prolongation, un CCP obtenu le dernier jour oui.
    assert!(!accepte(&a(), &acquis(&[("A", "A1", "2026-07-01")]), "2026-09-01"));
    assert!(accepte(&a(), &acquis(&[("A", "A1", "2026-06-30")]), "2026-09-01"));
    // Un CCP retiré ne l'ouvre pas non plus.
    let mut retire = acquis(&[("A", "A1", "2026-03-01")]);
    retire.attributions[0].retiree_le = Some(jour("2026-05-01"));
    assert!(!accepte(&a(), &retire, "2026-09-01"));
}

#[test]
fn cas_07_fin_un_29_fevrier() {
    let v = version("A", Some("2028-02-29"), &["A1", "A2"]);
    let candidat = acquis(&[("A", "A1", "2027-03-01")]);
    let versions = [v.clone()];
    let (limite, _) = date_limite(Catalogue::nouveau(&versions), &v, &candidat, jour("2028-03-01"));
    assert_eq!(limite.limite, Some(jour("2029-02-28")));
    assert_eq!(limite.limite_utc.unwrap().to_string(), "2029-02-28 22:59:59");
    assert!(accepte(&v, &candidat, "2029-02-28"));
    assert!(!accepte(&v, &candidat, "2029-03-01"));
}

#[test]
fn cas_08_une_prorogation_publiee_tard_rouvre_un_refus_et_l_histoire_reste() {
    let mut v = a();
    v.prorogations = vec![prorogation("2026-10-15", "2027-06-30")];
    let versions = [v.clone()];
    let h =
        historique(Catalogue::nouveau(&versions), &v, &Acquis::default(), jour("2026-12-01"), &[jour("2026-10-20"), jour("2026-10-01")]);
    let reponses: Vec<_> = h.iter().map(|(quand, r)| (quand.to_string(), r.favorable)).collect();
    assert_eq!(reponses, [("2026-10-01".to_owned(), false), ("2026-10-20".to_owned(), true)]);
    assert_eq!(h[0].1.resultat.limite, Some(jour("2026-06-30")));
    assert_eq!(h[1].1.resultat.limite, Some(jour("2027-06-30")));
    assert!(h[0].1.refuse_par("limite.date"));
}

#[test]
fn cas_09_titre_refuse_un_ccp_sur_deux_livret_sans_parchemin() {
    let r = juger(&[], &["A1", "A2"], &["A1"], Titre, false, None);
    assert!(r.favorable);
    assert_eq!(r.resultat.issue, Issue::Partielle);
    assert_eq!(r.resultat.documents, ["livret"]);
    assert_eq!(r.resultat.manquantes, ["A2"]);
    let aucun = juger(&[], &["A1", "A2"], &[], Titre, false, None);
    assert_eq!(aucun.resultat.issue, Issue::Echec);
    assert!(aucun.resultat.documents.is_empty());
    let force = juger(&[], &["A1", "A2"], &["A1"], Titre, true, Some(true));
    assert!(force.refuse_par("deliberation.unite_manquante"));
}

#[test]
fn cas_10_tous_les_ccp_mais_entretien_defavorable() {
    let r = juger(&["A1"], &["A2"], &["A2"], Ccp, false, Some(false));
    assert!(r.favorable && !r.resultat.titre_attribue);
    assert!(r.resultat.entretien_final_reste_du && r.resultat.manquantes.is_empty());
    assert_eq!(r.resultat.documents, ["livret"]);
    assert!(juger(&["A1"], &["A2"], &["A2"], Ccp, true, Some(false)).refuse_par("deliberation.entretien_defavorable"));
    // Aucun CCP à repasser : en présenter un est refusé, l'entretien seul en session titre suffit.
    assert!(juger(&["A1", "A2"], &["A2"], &["A2"], Titre, false, None).refuse_par("deliberation.unite_deja_acquise"));
    let suite = juger(&["A1", "A2"], &[], &[], Titre, true, Some(true));
    assert!(suite.favorable && suite.resultat.titre_attribue);
    // Titre déjà détenu : rien à attribuer.
    let v = version("A", None, &["A1", "A2"]);
    let mut f = faits(&["A1", "A2"], &[], Some(&[]));
    f.titre_detenu = !titre("A", "2026-01-01", None).version.is_empty();
    assert!(
        deliberer(&v, Titre, &Proposition { faits: f, titre_propose: true, entretien_favorable: Some(true) })
            .unwrap()
            .refuse_par("deliberation.titre_deja_detenu")
    );
}
