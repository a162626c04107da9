//! What a shared link shows: figures in their order, without names, the small ones masked.

use chrono::NaiveDate;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use socle::{Contexte, Nomenclature, Resultat, identifiant::StructureId};
use territoire::{commune, structure};
use utoipa::ToSchema;

use crate::{
    filtre::Filtre,
    regles::{self, SEUIL},
    requetes,
    vue::{Bilan, Code, Public},
};

/// The figures of a period, as they were on the day `arrete_le`. A figure that is `null` is masked: it
/// counts fewer than five, or would give such a figure by subtraction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromJsonQueryResult, ToSchema)]
pub struct Partage {
    /// The structure that shares its figures.
    pub structure: String,
    pub du: NaiveDate,
    /// Last day, included.
    pub au: NaiveDate,
    /// The day the figures are of.
    pub arrete_le: NaiveDate,
    /// What alone is counted, in words.
    pub filtres: Vec<String>,
    pub chiffres: Vec<Chiffre>,
    pub sections: Vec<Section>,
    /// Median days to the first answer of a partner; null: masked, or no answer.
    pub delai_median_jours: Option<f64>,
    /// Mean of the opinions, from 1 to 5; null: masked, or no answer.
    pub note_moyenne: Option<f64>,
}

/// A figure read alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Chiffre {
    pub code: String,
    pub libelle: String,
    pub valeur: Option<i64>,
}

/// A breakdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Section {
    pub code: String,
    pub titre: String,
    /// What each column counts.
    pub colonnes: Vec<String>,
    pub lignes: Vec<LigneSection>,
}

/// A line of a breakdown: one value for each column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LigneSection {
    pub libelle: String,
    pub valeurs: Vec<Option<i64>>,
}

/// A count of activities or participations: none is none, fewer than five may be one person.
fn masquer(n: i64) -> Option<i64> {
    Some(n).filter(|n| *n == 0 || *n >= SEUIL)
}

/// Masks the small counts of parts whose total is shown, and, from the smallest, as many others as it takes
/// for what is hidden to be neither one part alone nor fewer than five in all.
fn masquer_parts(parts: &[i64]) -> Vec<Option<i64>> {
    let mut vues: Vec<Option<i64>> = parts.iter().map(|n| masquer(*n)).collect();
    loop {
        let cachees = || parts.iter().zip(&vues).filter(|(_, v)| v.is_none()).map(|(n, _)| *n);
        if cachees().count() == 0 || (cachees().count() > 1 && cachees().sum::<i64>() >= SEUIL) {
            return vues;
        }
        let reste = vues.iter().enumerate().filter_map(|(i, v)| Some((i, (*v)?))).filter(|(_, n)| *n > 0).min_by_key(|(_, n)| *n);
        match reste {
            Some((i, _)) => vues[i] = None,
            // Nothing left to hide: the total is as small, and is masked itself.
            None => return vues,
        }
    }
}

fn chiffre(code: &str, libelle: &str, valeur: Option<i64>) -> Chiffre {
    Chiffre { code: code.to_owned(), libelle: libelle.to_owned(), valeur }
}

/// A breakdown of one column; `parts`: its lines add up to a total that is shown.
fn section<'a>(code: &str, titre: &str, lignes: impl IntoIterator<Item = (&'a str, i64)>, parts: bool) -> Section {
    let (noms, nombres): (Vec<&str>, Vec<i64>) = lignes.into_iter().filter(|(_, n)| *n > 0).unzip();
    let vues = if parts { masquer_parts(&nombres) } else { nombres.iter().map(|n| masquer(*n)).collect() };
    let lignes = noms.into_iter().zip(vues).map(|(n, v)| LigneSection { libelle: n.to_owned(), valeurs: vec![v] }).collect();
    Section { code: code.to_owned(), titre: titre.to_owned(), colonnes: vec!["Activités".into()], lignes }
}

fn par_code(code: &str, titre: &str, lignes: &[Code], parts: bool) -> Section {
    section(code, titre, lignes.iter().map(|l| (l.libelle.as_str(), l.activites)), parts)
}

fn par_public(code: &str, titre: &str, lignes: &[Public]) -> Section {
    // Masked already, by the rule of the bilan.
    let lignes = lignes.iter().map(|l| LigneSection { libelle: l.libelle.clone(), valeurs: vec![l.participations, l.personnes] }).collect();
    let colonnes = vec!["Participations".to_owned(), "Personnes nommées".to_owned()];
    Section { code: code.to_owned(), titre: titre.to_owned(), colonnes, lignes }
}

fn mois(b: &Bilan) -> Section {
    let (titre, colonnes) = regles::colonnes(&b.mois, b.du, b.au);
    let activites = masquer_parts(&colonnes.iter().map(|c| c.activites).collect::<Vec<_>>());
    let participations = masquer_parts(&colonnes.iter().map(|c| c.participations).collect::<Vec<_>>());
    let lignes = colonnes
        .into_iter()
        .zip(activites.into_iter().zip(participations))
        .map(|(c, (a, p))| LigneSection { libelle: c.nom, valeurs: vec![a, p] })
        .collect();
    Section { code: "mois".into(), titre: titre.into(), colonnes: vec!["Activités".into(), "Participations".into()], lignes }
}

fn chiffres(b: &Bilan) -> Vec<Chiffre> {
    let deux = |a: i64, b: i64| {
        let v = masquer_parts(&[a, b]);
        (v[0], v[1])
    };
    let (individuelles, collectives) = deux(b.activites.individuelles, b.activites.collectives);
    let (nommees, anonymes) = deux(b.participations.nommees, b.participations.anonymes);
    let activites = masquer(b.activites.total);
    // Of few activities, the time spent is that of few people.
    let duree = Some(b.duree_minutes).filter(|_| activites.is_some());
    let (r, o, s) = (&b.reussite, &b.orientations, &b.satisfaction);
    vec![
        chiffre("activites", "activités", activites),
        chiffre("individuelles", "individuelles", individuelles),
        chiffre("collectives", "collectives", collectives),
        chiffre("duree_minutes", "d’activité", duree),
        chiffre("participations", "participations", masquer(b.participations.total)),
        chiffre("nommees", "participations nommées", nommees),
        chiffre("anonymes", "participations anonymes", anonymes),
        chiffre("distinctes", "personnes différentes", b.personnes.distinctes),
        chiffre("nouvelles", "nouvelles personnes", b.personnes.nouvelles),
        chiffre("objectifs_evalues", "objectifs évalués", masquer(r.objectifs_evalues)),
        chiffre("objectifs_atteints", "objectifs atteints", masquer(r.objectifs_atteints)),
        chiffre("personnes_reevaluees", "personnes réévaluées", r.personnes_reevaluees),
        chiffre("personnes_en_progres", "personnes en progrès", r.personnes_en_progres),
        chiffre("orientations_envoyees", "orientations envoyées", masquer(o.envoyees)),
        chiffre("orientations_repondues", "ont une réponse", masquer(o.repondues)),
        chiffre("orientations_acceptees", "ont été acceptées", masquer(o.acceptees)),
        chiffre("orientations_abouties", "ont abouti", masquer(o.abouties)),
        chiffre("avis_demandes", "avis demandés", masquer(s.demandes)),
        chiffre("avis_donnes", "avis donnés", s.reponses),
    ]
}

/// The figures of a bilan already masked as for a coordinator, fit to leave the structure.
fn depuis(b: &Bilan, structure: String, filtres: Vec<String>, arrete_le: NaiveDate) -> Partage {
    let lieux = b.lieux.iter().map(|l| (l.nom.as_str(), l.activites));
    let communes = b.communes.iter().map(|c| (c.nom.as_str(), c.activites));
    let mut sections = vec![
        mois(b),
        par_code("thematiques", "Activités par thématique", &b.thematiques, false),
        par_code("demarches", "Activités par démarche administrative", &b.demarches, false),
        par_code("materiels", "Activités par matériel utilisé", &b.materiels, false),
        par_public("tranches_age", "Par âge", &b.tranches_age),
        par_public("genres", "Par genre", &b.genres),
        par_public("statuts", "Par statut", &b.statuts),
        section("lieux", "Activités par lieu", lieux, true),
        par_code("lieux_types", "Activités selon l’endroit", &b.lieux_types, true),
        section("communes", "Activités par commune", communes, true),
    ];
    sections.retain(|s| !s.lignes.is_empty());
    Partage {
        structure,
        du: b.du,
        au: b.au,
        arrete_le,
        filtres,
        chiffres: chiffres(b),
        sections,
        delai_median_jours: b.orientations.delai_median_jours.filter(|_| b.orientations.repondues >= SEUIL),
        note_moyenne: b.satisfaction.moyenne,
    }
}

/// The filters in words, without the name of anybody.
pub async fn filtres(cx: &Contexte, f: &Filtre) -> Resultat<Vec<String>> {
    let mut mots = vec![];
    if let Some(l) = f.lieu {
        mots.extend(requetes::lieux(cx, &[l], Some(&f.structures)).await?.into_iter().map(|n| format!("Lieu\u{a0}: {}", n.nom)));
    }
    mots.extend(f.mediateur.map(|_| "Médiation\u{a0}: une personne de l’équipe".to_owned()));
    mots.extend(f.type_activite.map(|t| format!("Type d’activité\u{a0}: {}", t.libelle())));
    mots.extend(f.thematique.map(|t| format!("Thématique\u{a0}: {}", t.libelle())));
    mots.extend(f.commune.as_deref().map(|c| format!("Commune\u{a0}: {}", commune::nommer(c))));
    Ok(mots)
}

/// The figures of `f`, of the structure `s` alone, as they are now.
pub async fn arreter(cx: &Contexte, f: &Filtre, s: StructureId) -> Resultat<Partage> {
    let b = crate::calcul::calculer_masque(cx, f).await?;
    Ok(depuis(&b, structure::lire(cx, s).await?.nom, filtres(cx, f).await?, cx.aujourd_hui()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn une_part_seule_ne_se_retrouve_pas_par_difference() {
        assert_eq!(masquer_parts(&[30, 3, 12]), [Some(30), None, None]);
        // One and one hidden alone would be two: a third goes with them.
        assert_eq!(masquer_parts(&[30, 1, 1, 9]), [Some(30), None, None, None]);
        assert_eq!(masquer_parts(&[30, 4, 2, 0]), [Some(30), None, None, Some(0)]);
        assert_eq!(masquer_parts(&[30, 5]), [Some(30), Some(5)]);
        assert_eq!(masquer_parts(&[3]), [None]);
    }

    proptest! {
        #[test]
        fn ce_qui_est_cache_ne_se_deduit_pas(parts in proptest::collection::vec(0i64..40, 1..9)) {
            let vues = masquer_parts(&parts);
            prop_assert!(vues.iter().flatten().all(|n| *n == 0 || *n >= SEUIL));
            let cachees: Vec<i64> = parts.iter().zip(&vues).filter(|(_, v)| v.is_none()).map(|(n, _)| *n).collect();
            if !cachees.is_empty() && masquer(parts.iter().sum()).is_some() {
                prop_assert!(cachees.len() > 1 && cachees.iter().sum::<i64>() >= SEUIL, "{:?}", vues);
            }
        }
    }

    #[test]
    fn aucun_membre_de_l_equipe_n_est_nomme() {
        let par = |nom: &str| crate::vue::Par { id: uuid::Uuid::nil(), nom: nom.into(), activites: 20, participations: 20 };
        let b = Bilan { mediateurs: vec![par("Zoé Inventée")], ..Bilan::default() };
        let p = depuis(&b, "Alpha".into(), vec![], b.du);
        assert!(!serde_json::to_string(&p).unwrap().contains("Inventée"));
    }
}
