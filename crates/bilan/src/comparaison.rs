//! The figures of a period beside those of the period just before.
//!
//! A masked figure is compared with nothing: neither a difference nor a percentage may give it away.

mod web;

pub use web::pages;

use std::collections::HashMap;

use chrono::NaiveDate;
use interface::format;
use serde::Serialize;
use serde_json::Number;
use socle::{Contexte, Resultat};
use utoipa::ToSchema;

use crate::{
    filtre::Filtre,
    mots, periode,
    vue::{Bilan, Code, Public},
};

/// Two periods side by side.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Comparaison {
    /// First day of the period asked for.
    pub du: NaiveDate,
    /// Last day, included.
    pub au: NaiveDate,
    /// First day of the period before.
    pub avant_du: NaiveDate,
    /// Last day of the period before, included.
    pub avant_au: NaiveDate,
    pub tableaux: Vec<Tableau>,
    /// True when figures of fewer than five people are masked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub masques: bool,
}

/// Figures that are read together.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tableau {
    pub code: &'static str,
    pub libelle: &'static str,
    pub lignes: Vec<Evolution>,
}

/// A figure, now and before.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Evolution {
    pub code: String,
    pub libelle: String,
    /// Null: masked, or nothing to count.
    #[schema(value_type = Option<f64>)]
    pub valeur: Option<Number>,
    #[schema(value_type = Option<f64>)]
    pub avant: Option<Number>,
    /// `valeur` less `avant`; null when one of them is.
    #[schema(value_type = Option<f64>)]
    pub difference: Option<Number>,
    /// Of `avant`, rounded; null when it is null or zero.
    pub pourcentage: Option<i64>,
    /// The change in words.
    pub evolution: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub mots: [String; 2],
}

/// How a figure is written.
#[derive(Clone, Copy)]
enum Unite {
    Nombre,
    Duree,
    /// With one decimal: a mean, a median.
    Mesure,
}

impl Unite {
    fn dire(self, n: f64) -> String {
        match self {
            Self::Nombre => format::entier(n as i64),
            Self::Duree => format::duree(n as i64),
            Self::Mesure => format::nombre(n, 1),
        }
    }

    fn nombre(self, n: f64) -> Option<Number> {
        match self {
            Self::Nombre | Self::Duree => Some(Number::from(n as i64)),
            Self::Mesure => Number::from_f64((n * 10.0).round() / 10.0),
        }
    }
}

/// A figure of one period.
struct Chiffre {
    code: String,
    libelle: String,
    valeur: Option<f64>,
    unite: Unite,
    /// What is written when there is no value.
    sans: String,
}

fn compte(code: &str, libelle: &str, n: impl Into<Option<i64>>) -> Chiffre {
    let n: Option<i64> = n.into();
    Chiffre {
        code: code.to_owned(),
        libelle: libelle.to_owned(),
        valeur: n.map(|n| n as f64),
        unite: Unite::Nombre,
        sans: mots::dire(None),
    }
}

fn mesure(code: &str, libelle: &str, m: Option<f64>, masquee: bool) -> Chiffre {
    let sans = if masquee { mots::dire(None) } else { "–".to_owned() };
    Chiffre { code: code.to_owned(), libelle: libelle.to_owned(), valeur: m, unite: Unite::Mesure, sans }
}

fn par_code(lignes: &[Code]) -> Vec<Chiffre> {
    lignes.iter().map(|l| compte(&l.code, &l.libelle, l.activites)).collect()
}

fn par_public(lignes: &[Public]) -> Vec<Chiffre> {
    lignes.iter().map(|l| compte(&l.code, &l.libelle, l.participations)).collect()
}

fn en_bref(b: &Bilan) -> Vec<Chiffre> {
    vec![
        compte("activites", "Activités", b.activites.total),
        compte("individuelles", "Activités individuelles", b.activites.individuelles),
        compte("collectives", "Activités collectives", b.activites.collectives),
        Chiffre { unite: Unite::Duree, ..compte("duree_minutes", "Durée d’activité", b.duree_minutes) },
        compte("participations", "Participations", b.participations.total),
        compte("nommees", "Participations nommées", b.participations.nommees),
        compte("anonymes", "Participations anonymes", b.participations.anonymes),
        compte("distinctes", "Personnes différentes", b.personnes.distinctes),
        compte("nouvelles", "Nouvelles personnes", b.personnes.nouvelles),
    ]
}

fn suites(b: &Bilan) -> Vec<Chiffre> {
    let (r, o, s) = (&b.reussite, &b.orientations, &b.satisfaction);
    vec![
        compte("objectifs_evalues", "Objectifs évalués", r.objectifs_evalues),
        compte("objectifs_atteints", "Objectifs atteints", r.objectifs_atteints),
        compte("personnes_reevaluees", "Personnes réévaluées", r.personnes_reevaluees),
        compte("personnes_en_progres", "Personnes en progrès", r.personnes_en_progres),
        compte("orientations_envoyees", "Orientations envoyées", o.envoyees),
        compte("orientations_repondues", "Orientations avec une réponse", o.repondues),
        compte("orientations_acceptees", "Orientations acceptées", o.acceptees),
        compte("orientations_abouties", "Orientations abouties", o.abouties),
        mesure("delai_median_jours", "Délai médian de réponse, en jours", o.delai_median_jours, o.repondues.is_none()),
        compte("avis_demandes", "Avis demandés", s.demandes),
        compte("avis_donnes", "Avis donnés", s.reponses),
        mesure("note_moyenne", "Note moyenne, sur 5", s.moyenne, s.reponses.is_none()),
    ]
}

fn ateliers(b: &Bilan) -> Vec<Chiffre> {
    let a = &b.ateliers;
    let part = |code, nom, t: Option<f64>, sur: Option<i64>| mesure(code, nom, t.map(|t| (t * 1000.0).round() / 10.0), sur.is_none());
    vec![
        compte("seances", "Séances closes", a.seances),
        compte("places", "Places offertes", a.places),
        compte("presents", "Présences", a.presents),
        compte("sans_place", "Restées sans place", a.sans_place),
        part("presence", "Présence, en %", a.presence, a.venus),
        part("remplissage", "Remplissage, en %", a.remplissage, a.inscrits),
        mesure("satisfaction", "Satisfaction le jour même, sur 5", a.satisfaction.map(|s| (s * 10.0).round() / 10.0), a.avis.is_none()),
        part("reussite", "Gestes réussis, en %", a.reussite, a.personnes_regardees),
    ]
}

/// The tables of a bilan, in the order of its page: code, title, figures.
fn chiffres(b: &Bilan) -> Vec<(&'static str, &'static str, Vec<Chiffre>)> {
    let nommes = |id: Option<uuid::Uuid>| id.map_or_else(|| "aucun".to_owned(), |id| id.to_string());
    vec![
        ("en_bref", "En bref", en_bref(b)),
        ("suites", "Ce que cela a donné, et ce que les personnes en disent", suites(b)),
        ("ateliers", "Les ateliers", ateliers(b)),
        ("thematiques", "Activités par thématique", par_code(&b.thematiques)),
        ("demarches", "Activités par démarche administrative", par_code(&b.demarches)),
        ("materiels", "Activités par matériel utilisé", par_code(&b.materiels)),
        ("tranches_age", "Participations par âge", par_public(&b.tranches_age)),
        ("genres", "Participations par genre", par_public(&b.genres)),
        ("statuts", "Participations par statut", par_public(&b.statuts)),
        ("lieux", "Activités par lieu", b.lieux.iter().map(|l| compte(&nommes(l.id), &l.nom, l.activites)).collect()),
        ("lieux_types", "Activités selon l’endroit", par_code(&b.lieux_types)),
        ("communes", "Activités par commune", b.communes.iter().map(|c| compte(&c.code, &c.nom, c.activites)).collect()),
        (
            "mediateurs",
            "Activités par membre de l’équipe",
            b.mediateurs.iter().map(|m| compte(&nommes(Some(m.id)), &m.nom, m.activites)).collect(),
        ),
    ]
}

/// « 12 de plus, soit 20 % de plus ».
fn dire_evolution(maintenant: &Chiffre, avant: &Chiffre) -> (Option<f64>, Option<i64>, String) {
    let (Some(m), Some(a)) = (maintenant.valeur, avant.valeur) else {
        return (None, None, "Pas de comparaison".into());
    };
    let d = ((m - a) * 10.0).round() / 10.0;
    if d == 0.0 {
        return (Some(0.0), (a != 0.0).then_some(0), "Pareil".into());
    }
    let sens = if d > 0.0 { "de plus" } else { "de moins" };
    let part = (a != 0.0).then(|| (d / a * 100.0).round() as i64);
    let mut texte = format!("{} {sens}", maintenant.unite.dire(d.abs()));
    match part {
        Some(0) => texte += ", soit moins de 1\u{a0}%",
        Some(p) => texte += &format!(", soit {}\u{a0}% {sens}", format::entier(p.abs())),
        None => texte += "\u{a0}: il n’y en avait pas avant",
    }
    (Some(d), part, texte)
}

fn evoluer(maintenant: Chiffre, avant: &Chiffre) -> Evolution {
    let unite = maintenant.unite;
    let (difference, pourcentage, evolution) = dire_evolution(&maintenant, avant);
    let dire = |c: &Chiffre| c.valeur.map_or_else(|| c.sans.clone(), |v| unite.dire(v));
    Evolution {
        mots: [dire(&maintenant), dire(avant)],
        valeur: maintenant.valeur.and_then(|v| unite.nombre(v)),
        avant: avant.valeur.and_then(|v| unite.nombre(v)),
        difference: difference.and_then(|v| unite.nombre(v)),
        pourcentage,
        evolution,
        code: maintenant.code,
        libelle: maintenant.libelle,
    }
}

/// Puts two bilans side by side. A line that only one of them has counts zero in the other; lines at zero in
/// both are left out of the tables below the first two.
fn rapprocher(maintenant: &Bilan, avant: &Bilan) -> Vec<Tableau> {
    let mut avants: HashMap<&str, Vec<Chiffre>> = chiffres(avant).into_iter().map(|(code, _, l)| (code, l)).collect();
    chiffres(maintenant)
        .into_iter()
        .map(|(code, libelle, lignes)| {
            let vieux = avants.remove(code).unwrap_or_default();
            let mut vieux: Vec<Option<Chiffre>> = vieux.into_iter().map(Some).collect();
            let mut fait: Vec<Evolution> = vec![];
            for l in lignes {
                let a = vieux.iter_mut().find(|v| v.as_ref().is_some_and(|v| v.code == l.code)).and_then(Option::take);
                let a = a.unwrap_or_else(|| compte(&l.code, &l.libelle, 0));
                fait.push(evoluer(l, &a));
            }
            // What was there before and is no more.
            fait.extend(vieux.into_iter().flatten().map(|v| evoluer(compte(&v.code, &v.libelle, 0), &v)));
            if !matches!(code, "en_bref" | "suites") {
                let zero = |n: &Option<Number>| n.as_ref().is_some_and(|n| n.as_i64() == Some(0));
                fait.retain(|e| !(zero(&e.valeur) && zero(&e.avant)));
            }
            Tableau { code, libelle, lignes: fait }
        })
        .filter(|t| !t.lignes.is_empty())
        .collect()
}

/// The figures of `filtre` and those of the period before, with the rights and masks of the bilan.
pub async fn comparer(cx: &Contexte, filtre: &Filtre) -> Resultat<Comparaison> {
    let (avant_du, avant_au) = periode::precedente(filtre.du, filtre.au);
    let maintenant = crate::calculer(cx, filtre).await?;
    let avant = crate::calculer(cx, &filtre.entre(avant_du, avant_au)).await?;
    Ok(Comparaison {
        du: filtre.du,
        au: filtre.au,
        avant_du,
        avant_au,
        masques: maintenant.masques || avant.masques,
        tableaux: rapprocher(&maintenant, &avant),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dire(m: impl Into<Option<i64>>, a: impl Into<Option<i64>>) -> (Option<i64>, Option<i64>, String) {
        let e = evoluer(compte("x", "X", m), &compte("x", "X", a));
        (e.difference.and_then(|d| d.as_i64()), e.pourcentage, e.evolution)
    }

    #[test]
    fn l_evolution_se_lit_en_mots() {
        assert_eq!(dire(72, 60), (Some(12), Some(20), "12 de plus, soit 20\u{a0}% de plus".into()));
        assert_eq!(dire(45, 60), (Some(-15), Some(-25), "15 de moins, soit 25\u{a0}% de moins".into()));
        assert_eq!(dire(60, 60), (Some(0), Some(0), "Pareil".into()));
        assert_eq!(dire(3, 0), (Some(3), None, "3 de plus\u{a0}: il n’y en avait pas avant".into()));
        assert_eq!(dire(0, 0), (Some(0), None, "Pareil".into()));
        assert_eq!(dire(1_001, 1_000), (Some(1), Some(0), "1 de plus, soit moins de 1\u{a0}%".into()));
    }

    #[test]
    fn une_mesure_garde_sa_decimale() {
        let e = evoluer(mesure("m", "M", Some(4.3), false), &mesure("m", "M", Some(4.0), false));
        assert_eq!((e.difference.and_then(|d| d.as_f64()), e.evolution.as_str()), (Some(0.3), "0,3 de plus, soit 8\u{a0}% de plus"));
        let e = evoluer(mesure("m", "M", Some(4.3), false), &mesure("m", "M", None, false));
        assert_eq!((e.mots[1].as_str(), e.evolution.as_str()), ("–", "Pas de comparaison"));
    }

    #[test]
    fn un_chiffre_masque_ne_se_compare_pas() {
        for (m, a) in [(None, Some(7)), (Some(7), None), (None, None)] {
            assert_eq!(dire(m, a), (None, None, "Pas de comparaison".into()));
        }
    }

    #[test]
    fn ce_qui_n_est_que_d_un_cote_vaut_zero_de_l_autre() {
        let commune = |code: &str, activites| crate::vue::Commune {
            code: code.into(),
            nom: code.into(),
            activites: Some(activites),
            participations: Some(0),
        };
        let m = Bilan { communes: vec![commune("31555", 4)], ..Bilan::default() };
        let a = Bilan { communes: vec![commune("31069", 2)], ..Bilan::default() };
        let t = rapprocher(&m, &a).into_iter().find(|t| t.code == "communes").unwrap();
        let lus: Vec<_> = t.lignes.iter().map(|l| (l.code.as_str(), l.mots.clone())).collect();
        assert_eq!(lus, [("31555", ["4".into(), "0".into()]), ("31069", ["0".into(), "2".into()])]);
    }
}
