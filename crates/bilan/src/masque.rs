//! Pure rules of masking: what of a bilan may be seen outside the structure that recorded it.
//!
//! Nothing shown counts fewer than five, nor gives such a count by subtraction: in each breakdown, what is hidden
//! is nothing, or several parts that make five people or more; of counts of which one holds another, those shown
//! differ by nothing or by five or more. None is none, and is shown.

use std::collections::HashMap;

use crate::{
    regles::Colonne,
    vue::{Bilan, Code, Public, Satisfaction},
};

/// Below this many people a figure is masked outside the structure that recorded it.
pub const SEUIL: i64 = 5;

/// The named participations of each line of a breakdown, and how many people they are.
type Nommees<'a> = &'a HashMap<String, (i64, i64)>;

fn petit(n: i64) -> bool {
    (1..SEUIL).contains(&n)
}

/// A count read alone.
fn seul(n: Option<i64>) -> Option<i64> {
    n.filter(|n| !petit(*n))
}

/// Which parts of a whole are hidden. Each is what it counts, and at most how many people that is: the small ones
/// are hidden, then, from the smallest, as many others as it takes.
fn cacher(parts: &[(i64, i64)]) -> Vec<bool> {
    let gens = |(n, gens): (i64, i64)| n.min(gens);
    let mut cachees: Vec<bool> = parts.iter().map(|p| p.0 > 0 && gens(*p) < SEUIL).collect();
    loop {
        let dedans = || parts.iter().zip(&cachees).filter(|(_, cachee)| **cachee).map(|(p, _)| gens(*p));
        let (combien, somme) = (dedans().count(), dedans().sum::<i64>());
        if combien == 0 || (combien > 1 && somme >= SEUIL) {
            return cachees;
        }
        let reste = parts.iter().enumerate().filter(|(i, p)| !cachees[*i] && p.0 > 0).min_by_key(|(_, p)| p.0);
        match reste {
            Some((i, _)) => cachees[i] = true,
            // Nothing left to hide: the whole is as small, and is hidden itself.
            None => return cachees,
        }
    }
}

/// The parts of a whole, of which each may be one person.
pub fn parts<'a>(valeurs: impl IntoIterator<Item = &'a mut Option<i64>>) {
    avec_gens(valeurs.into_iter().map(|v| {
        let n = v.unwrap_or_default();
        (v, n)
    }));
}

/// The parts of a whole, each with how many people it is at most.
fn avec_gens<'a>(valeurs: impl IntoIterator<Item = (&'a mut Option<i64>, i64)>) {
    let (valeurs, comptes): (Vec<_>, Vec<_>) = valeurs
        .into_iter()
        .map(|(v, gens)| {
            let n = v.unwrap_or_default();
            (v, (n, gens))
        })
        .unzip();
    for (v, cachee) in valeurs.into_iter().zip(cacher(&comptes)) {
        if cachee {
            *v = None;
        }
    }
}

/// Counts of which the greater hold the lesser: the greatest stay, those too near one that is shown go.
fn emboites<const N: usize>(mut valeurs: [&mut Option<i64>; N]) {
    valeurs.sort_by_key(|v| std::cmp::Reverse(**v));
    let mut vus: Vec<i64> = vec![];
    for v in valeurs {
        *v = seul(*v).filter(|n| !vus.iter().any(|vu| petit(vu - n)));
        vus.extend(*v);
    }
}

fn codes(lignes: &mut [Code]) {
    for l in lignes {
        l.activites = seul(l.activites);
    }
}

/// Masks the figures of a bilan. `nommees` gives, for each breakdown of the public, the named participations of
/// each line: two people who come ten times are still two people.
pub fn bilan(b: &mut Bilan, nommees: [Nommees; 3]) {
    b.masques = true;
    let distinctes = b.personnes.distinctes.unwrap_or_default();
    let anonymes = b.participations.anonymes.unwrap_or_default();
    // All that is counted is about so few people: no count of it is shown.
    let peu = b.activites.total != Some(0) && distinctes + anonymes < SEUIL;

    b.activites.total = seul(b.activites.total).filter(|_| !peu);
    b.participations.total = seul(b.participations.total).filter(|_| !peu);
    // Of few activities, the time spent is that of few people.
    b.duree_minutes = b.duree_minutes.filter(|_| b.activites.total.is_some());
    parts([&mut b.activites.individuelles, &mut b.activites.collectives]);
    avec_gens([(&mut b.participations.nommees, distinctes), (&mut b.participations.anonymes, anonymes)]);
    emboites([&mut b.personnes.distinctes, &mut b.personnes.nouvelles]);

    for lignes in [&mut b.thematiques, &mut b.demarches, &mut b.materiels] {
        codes(lignes);
    }
    parts(b.lieux_types.iter_mut().map(|l| &mut l.activites));
    parts(b.autonomies.iter_mut().map(|l| &mut l.activites));
    parts(b.lieux.iter_mut().map(|l| &mut l.activites));
    parts(b.lieux.iter_mut().map(|l| &mut l.participations));
    parts(b.communes.iter_mut().map(|l| &mut l.activites));
    parts(b.communes.iter_mut().map(|l| &mut l.participations));
    parts(b.mediateurs.iter_mut().map(|l| &mut l.activites));
    parts(b.mediateurs.iter_mut().map(|l| &mut l.participations));
    parts(b.mois.iter_mut().map(|l| &mut l.activites));
    parts(b.mois.iter_mut().map(|l| &mut l.participations));
    for (lignes, nommees) in [&mut b.tranches_age, &mut b.genres, &mut b.statuts].into_iter().zip(nommees) {
        public(lignes, nommees);
    }

    let (r, o) = (&mut b.reussite, &mut b.orientations);
    emboites([&mut r.objectifs_evalues, &mut r.objectifs_atteints]);
    emboites([&mut r.personnes_reevaluees, &mut r.personnes_en_progres]);
    let repondues = o.repondues;
    emboites([&mut o.envoyees, &mut o.repondues, &mut o.acceptees, &mut o.abouties]);
    o.delai_median_jours = o.delai_median_jours.filter(|_| seul(repondues).is_some());
    satisfaction(&mut b.satisfaction);
    if peu {
        tout_cacher(b);
    }
}

fn public(lignes: &mut [Public], nommees: Nommees) {
    avec_gens(lignes.iter_mut().map(|l| {
        let (participations, personnes) = nommees.get(&l.code).copied().unwrap_or_default();
        // At most this many people: each anonymous participation may be one more.
        let gens = l.participations.unwrap_or_default() - participations + personnes;
        (&mut l.participations, gens)
    }));
    parts(lignes.iter_mut().map(|l| &mut l.personnes));
}

/// Every count of activities that is not nought.
fn tout_cacher(b: &mut Bilan) {
    let (a, p) = (&mut b.activites, &mut b.participations);
    let mut tous = vec![&mut a.individuelles, &mut a.collectives, &mut p.nommees, &mut p.anonymes];
    for lignes in [&mut b.thematiques, &mut b.demarches, &mut b.materiels, &mut b.lieux_types] {
        tous.extend(lignes.iter_mut().map(|l| &mut l.activites));
    }
    tous.extend(b.autonomies.iter_mut().map(|l| &mut l.activites));
    tous.extend(b.lieux.iter_mut().flat_map(|l| [&mut l.activites, &mut l.participations]));
    tous.extend(b.communes.iter_mut().flat_map(|l| [&mut l.activites, &mut l.participations]));
    tous.extend(b.mediateurs.iter_mut().flat_map(|l| [&mut l.activites, &mut l.participations]));
    tous.extend(b.mois.iter_mut().flat_map(|l| [&mut l.activites, &mut l.participations]));
    for lignes in [&mut b.tranches_age, &mut b.genres, &mut b.statuts] {
        tous.extend(lignes.iter_mut().flat_map(|l| [&mut l.participations, &mut l.personnes]));
    }
    for n in tous {
        *n = n.filter(|n| *n == 0);
    }
}

/// The columns of a chart over time, read without its months, of a bilan already masked.
pub fn colonnes(b: &Bilan, colonnes: &mut [Colonne]) {
    parts(colonnes.iter_mut().map(|c| &mut c.activites));
    parts(colonnes.iter_mut().map(|c| &mut c.participations));
    // So few people that no count is shown.
    if b.participations.total.is_none() {
        for c in colonnes {
            (c.activites, c.participations) = (c.activites.filter(|n| *n == 0), c.participations.filter(|n| *n == 0));
        }
    }
}

/// Masks what fewer than five people said, and what would give it by subtraction.
pub fn satisfaction(s: &mut Satisfaction) {
    let reponses = s.reponses.unwrap_or_default();
    s.reponses = seul(s.reponses);
    // How many did not answer.
    s.demandes = seul(s.demandes).filter(|n| !petit(n - reponses));
    if s.reponses.is_none() {
        s.moyenne = None;
        s.distribution = [None; 5];
    }
    parts(s.distribution.iter_mut());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vue::{Orientations, Participations, Personnes, Reussite};
    use mediation::nomenclatures::Genre;
    use proptest::prelude::*;

    fn vues(n: &[i64]) -> Vec<Option<i64>> {
        let mut v: Vec<Option<i64>> = n.iter().copied().map(Some).collect();
        parts(v.iter_mut());
        v
    }

    #[test]
    fn une_part_seule_ne_se_retrouve_pas_par_difference() {
        assert_eq!(vues(&[30, 3, 12]), [Some(30), None, None]);
        // One and one hidden alone would be two: a third goes with them.
        assert_eq!(vues(&[30, 1, 1, 9]), [Some(30), None, None, None]);
        assert_eq!(vues(&[30, 4, 2, 0]), [Some(30), None, None, Some(0)]);
        assert_eq!(vues(&[30, 5]), [Some(30), Some(5)]);
        assert_eq!(vues(&[3]), [None]);
    }

    #[test]
    fn moins_de_cinq_personnes_ne_se_voient_pas() {
        let nommees = HashMap::from([("feminin".to_owned(), (20, 2)), ("masculin".to_owned(), (9, 6))]);
        let declarees = HashMap::from([("masculin".to_owned(), 1)]);
        let mut b = Bilan {
            participations: Participations { total: Some(35), nommees: Some(29), anonymes: Some(6) },
            personnes: Personnes { distinctes: Some(8), nouvelles: Some(4) },
            genres: crate::regles::repartir::<Genre>(&nommees, &declarees, 6),
            ..Bilan::default()
        };
        let vide = HashMap::new();
        bilan(&mut b, [&vide, &nommees, &vide]);
        assert!(b.masques);
        assert_eq!((b.personnes.distinctes, b.personnes.nouvelles), (Some(8), None));
        // Twenty participations of two people: masked. Five anonymous ones could be shown, but the first line would
        // be what is left of the total.
        let genres: Vec<_> = b.genres.iter().map(|g| (g.participations, g.personnes)).collect();
        assert_eq!(genres, [(None, None), (Some(10), None), (None, Some(0))]);
    }

    #[test]
    fn le_reste_d_un_tout_ne_se_retrouve_pas() {
        let mut b = Bilan {
            personnes: Personnes { distinctes: Some(30), nouvelles: Some(29) },
            orientations: Orientations {
                envoyees: Some(7),
                repondues: Some(6),
                acceptees: Some(5),
                abouties: Some(2),
                delai_median_jours: Some(3.0),
            },
            reussite: Reussite { objectifs_evalues: Some(9), objectifs_atteints: Some(4), ..Reussite::default() },
            ..Bilan::default()
        };
        let vide = HashMap::new();
        bilan(&mut b, [&vide; 3]);
        assert_eq!((b.personnes.distinctes, b.personnes.nouvelles), (Some(30), None));
        let o = b.orientations;
        assert_eq!((o.envoyees, o.repondues, o.acceptees, o.abouties), (Some(7), None, None, None));
        assert_eq!((b.reussite.objectifs_evalues, b.reussite.objectifs_atteints), (Some(9), None));
    }

    proptest! {
        #[test]
        fn ce_qui_est_cache_d_un_tout_fait_cinq_personnes_ou_personne(
            // What each part counts, and of how many people, anonymous or not.
            lignes in proptest::collection::vec((0i64..60, 1i64..9), 1..9),
        ) {
            let comptes: Vec<(i64, i64)> = lignes.iter().map(|(n, gens)| (*n, (*gens).min(*n))).collect();
            let cachees = cacher(&comptes);
            let dedans: Vec<i64> = comptes.iter().zip(&cachees).filter(|(_, c)| **c).map(|(p, _)| p.1).collect();
            for ((n, gens), cachee) in comptes.iter().zip(&cachees) {
                prop_assert!(*cachee || *n == 0 || *gens >= SEUIL);
            }
            // Else the whole is as small, and is masked itself.
            if comptes.iter().map(|p| p.1).sum::<i64>() >= SEUIL && comptes.iter().filter(|p| p.0 > 0).count() > 1 {
                prop_assert!(dedans.is_empty() || (dedans.len() > 1 && dedans.iter().sum::<i64>() >= SEUIL), "{comptes:?} {cachees:?}");
            }
        }

        #[test]
        fn des_comptes_emboites_ne_different_pas_de_peu(n in proptest::array::uniform4(0i64..40)) {
            let mut v = n.map(Some);
            let [a, b, c, d] = &mut v;
            emboites([a, b, c, d]);
            for x in v.iter().flatten() {
                prop_assert!(!petit(*x));
                prop_assert!(v.iter().flatten().all(|y| !petit(x - y)), "{n:?} {v:?}");
            }
            let tete = n.iter().copied().max().filter(|n| !petit(*n));
            prop_assert_eq!(v.iter().flatten().copied().max(), tete.or(v.contains(&Some(0)).then_some(0)), "the whole stays");
        }

        #[test]
        fn les_avis_ne_se_deduisent_pas(distribution in proptest::array::uniform5(0i64..20), silences in 0i64..20) {
            let reponses: i64 = distribution.iter().sum();
            let mut s = Satisfaction {
                demandes: Some(reponses + silences),
                reponses: Some(reponses),
                moyenne: Some(3.0),
                distribution: distribution.map(Some),
            };
            satisfaction(&mut s);
            if let (Some(d), Some(r)) = (s.demandes, s.reponses) {
                prop_assert!(!petit(d - r));
            }
            let cachees: Vec<i64> = distribution.iter().zip(s.distribution).filter(|(_, v)| v.is_none()).map(|(n, _)| *n).collect();
            if s.reponses.is_some() && distribution.iter().filter(|n| **n > 0).count() > 1 {
                prop_assert!(cachees.is_empty() || cachees.iter().sum::<i64>() >= SEUIL);
            }
        }
    }
}
