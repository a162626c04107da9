//! Les propriétés.

use std::collections::BTreeSet;

use certification_regles::Catalogue;
use certification_regles::acquis::{Acquis, Provenance};
use certification_regles::decision::EtatDecision;
use certification_regles::deliberation::{Proposition, deliberer};
use certification_regles::entretien::FaitsEntretien;
use certification_regles::epreuves::TypeSession;
use certification_regles::limite::date_limite;
use certification_regles::livret::{Decision, Livret, Objet};
use certification_regles::referentiel::{Nature, ValiditeUnites, Version};
use certification_regles::revision::fermeture;
use certification_regles::vae::{Activite, Experience, experience};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use crate::fabrique::{attribution, correspondance, jour, prorogation, version};

fn un_jour() -> impl Strategy<Value = NaiveDate> {
    (0_u64..2500).prop_map(|n| jour("2024-01-01") + Days::new(n))
}

fn une_validite() -> impl Strategy<Value = ValiditeUnites> {
    prop_oneof![
        Just(ValiditeUnites::Vie),
        Just(ValiditeUnites::ValiditeTitre),
        (1_u32..6).prop_map(|annees| ValiditeUnites::Annees { annees })
    ]
}

/// Trois versions en chaîne, correspondances quelconques.
fn des_versions() -> impl Strategy<Value = Vec<Version>> {
    let sources = || prop::collection::btree_set(0_usize..3, 1..3);
    let corresp = || prop::collection::vec((sources(), 0_usize..3), 0..4);
    (corresp(), corresp(), any::<bool>(), une_validite(), un_jour()).prop_map(|(ab, bc, chainage, validite, fin)| {
        let noms = [["A1", "A2", "A3"], ["B1", "B2", "B3"], ["C1", "C2", "C3"]];
        let mut versions: Vec<Version> = ["A", "B", "C"].iter().zip(noms).map(|(code, u)| version(code, None, &u)).collect();
        for (i, lignes) in [(1, ab), (2, bc)] {
            versions[i].correspondances = lignes
                .into_iter()
                .map(|(s, u)| {
                    let s: Vec<&str> = s.into_iter().map(|k| noms[i - 1][k]).collect();
                    correspondance(["A", "B"][i - 1], &s, &[noms[i][u]], "2025-06-01")
                })
                .collect();
            versions[i].chainage_correspondances = chainage;
        }
        versions[0].validite_unites = validite;
        versions[0].fin = Some(fin);
        versions
    })
}

fn des_attributions() -> impl Strategy<Value = Vec<(usize, usize, NaiveDate, Option<NaiveDate>)>> {
    prop::collection::vec((0_usize..3, 0_usize..3, un_jour(), prop::option::weighted(0.2, un_jour())), 0..8)
}

fn en_acquis(lignes: &[(usize, usize, NaiveDate, Option<NaiveDate>)]) -> Acquis {
    let attributions = lignes
        .iter()
        .map(|(v, u, d, r)| {
            let v = ["A", "B", "C"][*v];
            let mut a = attribution(v, &format!("{v}{}", u + 1), "2024-01-01");
            a.date = *d;
            a.retiree_le = *r;
            a
        })
        .collect();
    Acquis { attributions, ..Acquis::default() }
}

fn un_journal() -> impl Strategy<Value = Vec<Decision>> {
    let etat = prop_oneof![3 => Just(EtatDecision::Validee), 1 => Just(EtatDecision::Proposee)];
    prop::collection::vec((0_usize..3, 0_usize..6, 0_u64..4, etat, 0_usize..3), 0..14).prop_map(|lignes| {
        lignes
            .into_iter()
            .enumerate()
            .map(|(i, (cible, genre, jours, etat, u))| {
                let prononce = match genre {
                    0 | 1 => Objet::Unite { version: "A".into(), unite: format!("A{}", u + 1), provenance: Provenance::Jury },
                    2 => Objet::Titre { version: "A".into() },
                    _ => Objet::Retrait { decision: format!("d{cible}"), motif: "essai".into() },
                };
                Decision { id: format!("d{i}"), date: jour("2026-03-10") + Days::new(jours), etat, session: None, prononce }
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn ajouter_une_attribution_ne_retire_jamais_une_unite(versions in des_versions(), lignes in des_attributions(), ajout in des_attributions(), date in un_jour()) {
        let catalogue = Catalogue::nouveau(&versions);
        let avant = fermeture(catalogue, &en_acquis(&lignes), date, date);
        let plus: Vec<_> = lignes.iter().chain(&ajout).copied().collect();
        let apres = fermeture(catalogue, &en_acquis(&plus), date, date);
        for v in ["A", "B", "C"] {
            prop_assert!(avant.de_la_version(v).is_subset(&apres.de_la_version(v)));
        }
    }

    #[test]
    fn jamais_de_titre_tant_qu_une_unite_manque(acquises in prop::collection::btree_set(0_usize..3, 0..3), presentees in prop::collection::btree_set(0_usize..3, 0..4), garde in any::<[bool; 3]>(), session in 0_usize..2, detenu in any::<bool>(), limite in any::<bool>(), entretien in any::<Option<bool>>()) {
        let v = version("A", None, &["A1", "A2", "A3"]);
        let nom = |s: &BTreeSet<usize>| s.iter().map(|i| format!("A{}", i + 1)).collect::<BTreeSet<_>>();
        let accordees: BTreeSet<usize> = presentees.iter().copied().filter(|i| garde[*i]).collect();
        let faits = FaitsEntretien { acquises: nom(&acquises), presentees: nom(&presentees), accordees: Some(nom(&accordees)), titre_detenu: detenu, dans_la_limite: limite, livret_produit: true, ccs_detenu: false };
        let session = [TypeSession::Titre, TypeSession::Ccp][session];
        let r = deliberer(&v, session, &Proposition { faits, titre_propose: true, entretien_favorable: entretien }).unwrap();
        if r.resultat.titre_attribue {
            prop_assert!(acquises.union(&accordees).count() == 3 && entretien == Some(true) && !detenu && limite);
            prop_assert!(r.resultat.manquantes.is_empty() && r.resultat.entretien.tenu == Some(true));
        }
        prop_assert!(r.resultat.titre_attribue || !r.resultat.documents.contains(&"parchemin".to_owned()));
    }

    #[test]
    fn l_experience_ne_diminue_ni_avec_le_temps_ni_avec_une_autre(periodes in prop::collection::vec((un_jour(), prop::option::of(0_u64..500), prop::option::of(0_u32..30)), 0..6), date in un_jour(), jours in 0_u64..400) {
        let v = version("A", None, &["A1"]);
        let toutes: Vec<Experience> = periodes
            .into_iter()
            .map(|(debut, duree, mois)| Experience { activite: Activite::Salarie, debut: Some(debut), fin: duree.map(|n| debut + Days::new(n)), mois })
            .collect();
        let mois = |e: &[Experience], date| experience(&v, e, date).resultat;
        prop_assert!(mois(&toutes, date) <= mois(&toutes, date + Days::new(jours)));
        prop_assert!(mois(toutes.get(1..).unwrap_or_default(), date) <= mois(&toutes, date));
    }

    #[test]
    fn le_livret_recalcule_du_journal_est_celui_conserve(journal in un_journal()) {
        let mut conserve = Livret::default();
        for d in &journal {
            conserve.appliquer(d);
            // Conservé et relu entre deux décisions.
            conserve = serde_json::from_str(&serde_json::to_string(&conserve).unwrap()).unwrap();
        }
        prop_assert_eq!(Livret::projeter(&journal), conserve);
    }

    #[test]
    fn l_ordre_des_decisions_ne_change_rien(journal in un_journal(), graine in any::<u64>()) {
        let mut autre = journal.clone();
        autre.sort_by_key(|d| d.id.bytes().fold(graine, |h, o| h.wrapping_mul(31).wrapping_add(u64::from(o))));
        prop_assert_eq!(Livret::projeter(&journal), Livret::projeter(&autre));
    }

    #[test]
    fn toute_limite_est_monotone_dans_la_prorogation(validite in une_validite(), fin in un_jour(), jours in 0_u64..900, publiee in un_jour(), connaissance in un_jour(), lignes in des_attributions(), prive in any::<bool>(), delivrance in 0_u64..400) {
        let mut v = version("A", None, &["A1", "A2", "A3"]);
        v.fin = Some(fin);
        v.validite_unites = validite;
        if prive {
            v.nature = Nature::Prive;
            v.limite_delivrance = Some(fin + Days::new(delivrance));
        }
        let mut prorogee = v.clone();
        let mut p = prorogation("2024-01-01", "2024-01-01");
        p.publiee_le = publiee;
        p.nouvelle_fin = fin + Days::new(jours);
        p.nouvelle_limite_delivrance = Some(fin + Days::new(jours + 10));
        prorogee.prorogations = vec![p];
        let lignes: Vec<_> = lignes.into_iter().filter(|l| l.0 == 0).collect();
        let limite = |v: &Version| {
            let versions = [v.clone()];
            date_limite(Catalogue::nouveau(&versions), v, &en_acquis(&lignes), connaissance).0.limite
        };
        prop_assert!(limite(&prorogee) >= limite(&v));
    }
}
