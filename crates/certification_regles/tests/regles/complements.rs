//! Ce que les vingt cas ne disent pas : validité des unités, retraits, équivalences, documents.

use certification_regles::Catalogue;
use certification_regles::acquis::{Acquis, CertificationExterne, Provenance};
use certification_regles::decision::{ActionDecision, ActionDocument, EtatDecision, EtatDocument, decision, document};
use certification_regles::entretien::entretien_final;
use certification_regles::epreuves::TypeSession;
use certification_regles::livret::{Decision, Livret, Objet, effet_du_retrait};
use certification_regles::referentiel::{Equivalence, NatureUnite, Sort, ValiditeUnites, Version};
use certification_regles::revision::fermeture;
use rstest::rstest;

use crate::fabrique::{acquis, correspondance, ensemble, faits, jour, titre, unite, version};

fn deux_versions(validite: ValiditeUnites, sort: Sort) -> [Version; 2] {
    let mut a = version("A", Some("2026-06-30"), &["A1", "A2"]);
    a.validite_unites = validite;
    a.sort = sort;
    let mut b = version("B", None, &["B1", "B2"]);
    b.correspondances = vec![correspondance("A", &["A1"], &["B1"], "2026-07-01")];
    [a, b]
}

fn acquises(versions: &[Version], acquis: &Acquis, v: &str, date: &str) -> Vec<String> {
    fermeture(Catalogue::nouveau(versions), acquis, jour(date), jour(date)).de_la_version(v).into_iter().collect()
}

#[rstest]
#[case::cinq_ans_dernier_jour(ValiditeUnites::Annees { annees: 5 }, Sort::Ouverte, "2029-03-01", true)]
#[case::cinq_ans_lendemain(ValiditeUnites::Annees { annees: 5 }, Sort::Ouverte, "2029-03-02", false)]
#[case::vie(ValiditeUnites::Vie, Sort::Cloturee, "2099-01-01", true)]
#[case::titre_clos_dernier_jour(ValiditeUnites::ValiditeTitre, Sort::Cloturee, "2027-06-30", true)]
#[case::titre_clos_lendemain(ValiditeUnites::ValiditeTitre, Sort::Cloturee, "2027-07-01", false)]
#[case::titre_revise(ValiditeUnites::ValiditeTitre, Sort::Revisee, "2029-01-01", true)]
fn validite_des_unites(#[case] validite: ValiditeUnites, #[case] sort: Sort, #[case] date: &str, #[case] valide: bool) {
    let versions = deux_versions(validite, sort);
    let candidat = acquis(&[("A", "A1", "2024-03-01")]);
    assert_eq!(!acquises(&versions, &candidat, "A", date).is_empty(), valide);
    // La correspondance suit la source.
    assert_eq!(!acquises(&versions, &candidat, "B", date).is_empty(), valide);
}

#[test]
fn une_unite_revisee_compte_jusqu_a_la_fin_de_la_version_qui_suit() {
    let mut versions = deux_versions(ValiditeUnites::ValiditeTitre, Sort::Revisee);
    versions[1].fin = Some(jour("2031-06-30"));
    let candidat = acquis(&[("A", "A1", "2024-03-01")]);
    assert_eq!(acquises(&versions, &candidat, "B", "2032-06-30"), ["B1"]);
    assert!(acquises(&versions, &candidat, "B", "2032-07-01").is_empty());
}

#[test]
fn une_equivalence_donne_des_unites_qui_ne_se_chainent_pas_comme_des_correspondances() {
    let mut versions = deux_versions(ValiditeUnites::Vie, Sort::Revisee);
    versions[0].equivalences =
        vec![Equivalence { certification: "autre".into(), unites: vec!["A1".into()], reference: String::new(), en_vigueur: None }];
    let mut candidat =
        Acquis { certifications: vec![CertificationExterne { code: "autre".into(), date: jour("2025-01-01") }], ..Acquis::default() };
    assert_eq!(acquises(&versions, &candidat, "A", "2026-08-01"), ["A1"]);
    assert_eq!(acquises(&versions, &candidat, "B", "2026-08-01"), ["B1"]);
    candidat.certifications[0].date = jour("2026-09-01");
    assert!(acquises(&versions, &candidat, "A", "2026-08-01").is_empty());
}

#[test]
fn une_unite_enregistree_par_correspondance_compte_comme_telle() {
    let mut versions = deux_versions(ValiditeUnites::Vie, Sort::Revisee).to_vec();
    let mut c = version("C", None, &["C1"]);
    c.correspondances = vec![correspondance("B", &["B1"], &["C1"], "2028-01-01")];
    versions.push(c);
    let mut candidat = acquis(&[("B", "B1", "2026-09-01")]);
    assert_eq!(acquises(&versions, &candidat, "C", "2028-02-01"), ["C1"]);
    candidat.attributions[0].provenance = Provenance::Correspondance;
    assert!(acquises(&versions, &candidat, "C", "2028-02-01").is_empty());
}

#[test]
fn ce_qu_un_retrait_defait() {
    let mut versions = deux_versions(ValiditeUnites::Vie, Sort::Revisee);
    versions[0].unites.push(unite("S1", NatureUnite::Ccs));
    let catalogue = Catalogue::nouveau(&versions);
    let mut candidat = acquis(&[("A", "A1", "2025-01-10"), ("A", "A2", "2025-06-10"), ("A", "S1", "2026-01-10")]);
    candidat.titres = vec![titre("A", "2025-06-10", None)];
    // Retirer une unité : la correspondance tombe, le titre est à réexaminer, le reste demeure.
    let r = effet_du_retrait(catalogue, &candidat, "A-A1", jour("2026-09-01")).unwrap().resultat;
    assert_eq!(r.unites_retirees, ["A/A1"]);
    assert_eq!(r.unites_perdues_par_correspondance, ["B/B1"]);
    assert_eq!(r.titres_a_reexaminer, ["A"]);
    assert_eq!(r.unites_conservees, ["A/A2", "A/S1"]);
    // Retirer le titre : le CCS est à réexaminer, les CCP d'autres décisions restent.
    let r = effet_du_retrait(catalogue, &candidat, "titre-A", jour("2026-09-01")).unwrap().resultat;
    assert_eq!((r.titres_retires, r.ccs_a_reexaminer), (vec!["A".to_owned()], vec!["A/S1".to_owned()]));
    assert!(r.unites_retirees.is_empty() && r.unites_conservees.contains(&"A/A1".to_owned()));
    assert!(effet_du_retrait(catalogue, &candidat, "inconnue", jour("2026-09-01")).is_err());
}

#[test]
fn un_retrait_lu_avant_sa_decision_ou_deux_fois_a_le_meme_effet() {
    let unite = Decision {
        id: "d1".into(),
        date: jour("2026-03-10"),
        etat: EtatDecision::Validee,
        session: None,
        prononce: Objet::Unite { version: "A".into(), unite: "A1".into(), provenance: Provenance::Jury },
    };
    let retrait = |id: &str, date: &str| Decision {
        id: id.into(),
        date: jour(date),
        etat: EtatDecision::Validee,
        session: None,
        prononce: Objet::Retrait { decision: "d1".into(), motif: "fraude".into() },
    };
    let (tot, tard) = (retrait("d2", "2026-04-10"), retrait("d3", "2026-05-10"));
    let attendu = Livret::projeter([&unite, &tot, &tard]);
    for ordre in [[&tard, &tot, &unite], [&unite, &tard, &tot], [&tot, &unite, &tard]] {
        assert_eq!(Livret::projeter(ordre), attendu);
    }
    assert_eq!(attendu.unites("A", jour("2026-04-09")), ensemble(&["A1"]));
    assert!(attendu.unites("A", jour("2026-04-10")).is_empty());
    // La ligne reste au livret, retirée.
    assert_eq!(attendu.attributions.len(), 1);
}

#[test]
fn le_titre_deja_detenu_n_appelle_plus_d_entretien() {
    let v = version("A", None, &["A1", "A2"]);
    let mut f = faits(&["A1"], &["A2"], Some(&["A2"]));
    f.titre_detenu = true;
    assert!(entretien_final(&v, TypeSession::Ccp, &f).unwrap().refuse_par("entretien.titre_deja_detenu"));
}

#[test]
fn decisions_et_documents_avancent_pas_a_pas() {
    use EtatDecision as E;
    assert_eq!(decision(E::Proposee, ActionDecision::Signer, None).unwrap().0, E::Signee);
    assert_eq!(decision(E::Signee, ActionDecision::Valider, None).unwrap().0, E::Validee);
    assert_eq!(decision(E::Validee, ActionDecision::Retirer, Some("fraude établie")).unwrap().0, E::Retiree);
    for (etat, action) in
        [(E::Proposee, ActionDecision::Valider), (E::Signee, ActionDecision::Retirer), (E::Retiree, ActionDecision::Signer)]
    {
        assert!(decision(etat, action, Some("x")).unwrap_err().to_string().contains("ne permet pas"));
    }
    assert!(decision(E::Validee, ActionDecision::Retirer, Some("  ")).is_err());
    use EtatDocument as D;
    assert_eq!(document(D::ADemander, ActionDocument::Demander, None).unwrap().0, D::Demande);
    assert_eq!(document(D::Delivre, ActionDocument::Remettre, None).unwrap().0, D::Remis);
    assert!(document(D::ADemander, ActionDocument::Remettre, None).is_err());
    assert!(document(D::Remis, ActionDocument::Retirer, None).is_err());
}
