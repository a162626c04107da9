//! What a shared link shows: figures in their order, without names, the small ones masked.

use chrono::NaiveDate;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use socle::{Contexte, Nomenclature, Resultat, identifiant::StructureId};
use territoire::{commune, structure};
use utoipa::ToSchema;

use crate::{
    filtre::Filtre,
    regles::Colonne,
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

fn chiffre(code: &str, libelle: &str, valeur: Option<i64>) -> Chiffre {
    Chiffre { code: code.to_owned(), libelle: libelle.to_owned(), valeur }
}

/// A breakdown of one column, without its noughts.
fn section<'a>(code: &str, titre: &str, lignes: impl IntoIterator<Item = (&'a str, Option<i64>)>) -> Section {
    let lignes = lignes
        .into_iter()
        .filter(|(_, n)| *n != Some(0))
        .map(|(nom, n)| LigneSection { libelle: nom.to_owned(), valeurs: vec![n] })
        .collect();
    Section { code: code.to_owned(), titre: titre.to_owned(), colonnes: vec!["Activités".into()], lignes }
}

fn par_code(code: &str, titre: &str, lignes: &[Code]) -> Section {
    section(code, titre, lignes.iter().map(|l| (l.libelle.as_str(), l.activites)))
}

fn par_public(code: &str, titre: &str, lignes: &[Public]) -> Section {
    let lignes = lignes.iter().map(|l| LigneSection { libelle: l.libelle.clone(), valeurs: vec![l.participations, l.personnes] }).collect();
    let colonnes = vec!["Participations".to_owned(), "Personnes nommées".to_owned()];
    Section { code: code.to_owned(), titre: titre.to_owned(), colonnes, lignes }
}

fn mois(titre: &str, colonnes: Vec<Colonne>) -> Section {
    let lignes = colonnes.into_iter().map(|c| LigneSection { libelle: c.nom, valeurs: vec![c.activites, c.participations] }).collect();
    Section { code: "mois".into(), titre: titre.into(), colonnes: vec!["Activités".into(), "Participations".into()], lignes }
}

fn chiffres(b: &Bilan) -> Vec<Chiffre> {
    let (a, p, r, o, s) = (&b.activites, &b.participations, &b.reussite, &b.orientations, &b.satisfaction);
    vec![
        chiffre("activites", "activités", a.total),
        chiffre("individuelles", "individuelles", a.individuelles),
        chiffre("collectives", "collectives", a.collectives),
        chiffre("duree_minutes", "d’activité", b.duree_minutes),
        chiffre("participations", "participations", p.total),
        chiffre("nommees", "participations nommées", p.nommees),
        chiffre("anonymes", "participations anonymes", p.anonymes),
        chiffre("distinctes", "personnes différentes", b.personnes.distinctes),
        chiffre("nouvelles", "nouvelles personnes", b.personnes.nouvelles),
        chiffre("objectifs_evalues", "objectifs évalués", r.objectifs_evalues),
        chiffre("objectifs_atteints", "objectifs atteints", r.objectifs_atteints),
        chiffre("personnes_reevaluees", "personnes réévaluées", r.personnes_reevaluees),
        chiffre("personnes_en_progres", "personnes en progrès", r.personnes_en_progres),
        chiffre("orientations_envoyees", "orientations envoyées", o.envoyees),
        chiffre("orientations_repondues", "ont une réponse", o.repondues),
        chiffre("orientations_acceptees", "ont été acceptées", o.acceptees),
        chiffre("orientations_abouties", "ont abouti", o.abouties),
        chiffre("avis_demandes", "avis demandés", s.demandes),
        chiffre("avis_donnes", "avis donnés", s.reponses),
    ]
}

/// The figures of a bilan already masked, and its section over time.
fn depuis(b: &Bilan, mois: Section, structure: String, filtres: Vec<String>, arrete_le: NaiveDate) -> Partage {
    let lieux = b.lieux.iter().map(|l| (l.nom.as_str(), l.activites));
    let communes = b.communes.iter().map(|c| (c.nom.as_str(), c.activites));
    let mut sections = vec![
        mois,
        par_code("thematiques", "Activités par thématique", &b.thematiques),
        par_code("demarches", "Activités par démarche administrative", &b.demarches),
        par_code("materiels", "Activités par matériel utilisé", &b.materiels),
        par_public("tranches_age", "Par âge", &b.tranches_age),
        par_public("genres", "Par genre", &b.genres),
        par_public("statuts", "Par statut", &b.statuts),
        section("lieux", "Activités par lieu", lieux),
        par_code("lieux_types", "Activités selon l’endroit", &b.lieux_types),
        section("communes", "Activités par commune", communes),
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
        delai_median_jours: b.orientations.delai_median_jours,
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
    let (b, titre, colonnes) = crate::calcul::calculer_masque(cx, f).await?;
    Ok(depuis(&b, mois(titre, colonnes), structure::lire(cx, s).await?.nom, filtres(cx, f).await?, cx.aujourd_hui()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aucun_membre_de_l_equipe_n_est_nomme() {
        let par = |nom: &str| crate::vue::Par { id: uuid::Uuid::nil(), nom: nom.into(), activites: Some(20), participations: Some(20) };
        let b = Bilan { mediateurs: vec![par("Zoé Inventée")], ..Bilan::default() };
        let p = depuis(&b, mois("Par mois", vec![]), "Alpha".into(), vec![], b.du);
        assert!(!serde_json::to_string(&p).unwrap().contains("Inventée"));
    }
}
