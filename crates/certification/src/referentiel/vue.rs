//! A title in the words of its page: labels, landmarks, units, legal references.

use certification_regles::{
    Version,
    referentiel::{Competence, Nature, NatureUnite, Niveau, ReferenceLegale, Sort, TypeDocument, Unite, ValiditeUnites},
};
use chrono::NaiveDate;
use interface::format::{compte, date_sans_jour};

/// What the document does not print is said so, never guessed.
pub(super) const NON_IMPRIME: &str = "non imprimé dans le document d’origine";

/// What this file describes, in a sentence.
pub(super) fn nature(v: &Version) -> &'static str {
    match (v.type_document, v.nature) {
        (TypeDocument::PlanDeFormation, _) => "Plan de formation d’un organisme pour un titre professionnel",
        (TypeDocument::Certification, Nature::Ministere) => "Titre professionnel du ministère du Travail",
        (TypeDocument::Certification, Nature::Prive) => "Titre d’un certificateur privé",
    }
}

/// The state of a version: the words and the kind of label.
pub(super) fn etat(v: &Version) -> (&'static str, &'static str) {
    match (v.type_document, v.sort) {
        (TypeDocument::PlanDeFormation, _) => ("plan de formation", "neutre"),
        (_, Sort::Ouverte) => ("en vigueur", "succes"),
        (_, Sort::Prorogee) => ("prorogé", "info"),
        (_, Sort::Revisee) => ("révisé depuis", "attention"),
        (_, Sort::Cloturee) => ("clos", "attention"),
    }
}

fn nomenclature(n: &str) -> &str {
    match n {
        "europe" => "nomenclature européenne",
        "1969" => "nomenclature de 1969",
        autre => autre,
    }
}

/// « niveau 5 (nomenclature européenne), niveau III (nomenclature de 1969) ».
pub(super) fn niveaux(v: &Version) -> String {
    let dits: Vec<String> = v.niveaux.iter().map(|n| format!("niveau\u{a0}{} ({})", n.valeur, nomenclature(&n.nomenclature))).collect();
    dits.join(", ")
}

/// « 2 CCP », « 3 blocs de compétences ».
pub(super) fn composition(v: &Version) -> String {
    let combien = |nature| v.unites.iter().filter(|u| u.nature == nature).count() as i64;
    let parts = [
        (combien(NatureUnite::Ccp), "CCP", "CCP"),
        (combien(NatureUnite::Bloc), "bloc de compétences", "blocs de compétences"),
        (combien(NatureUnite::Ccs), "CCS", "CCS"),
    ];
    let dites: Vec<String> = parts.iter().filter(|(n, ..)| *n > 0).map(|(n, un, des)| compte(*n, un, des)).collect();
    let competences: i64 = v.unites.iter().map(|u| u.competences.len() as i64).sum();
    format!("{}, {}", dites.join(", "), compte(competences, "compétence", "compétences"))
}

/// « CCP 1 », « Bloc 3 »: the rank among the units of the same kind.
pub(super) fn nom_court(v: &Version, u: &Unite) -> String {
    let rang = v.unites.iter().filter(|x| x.nature == u.nature).position(|x| x.code == u.code).map_or(1, |i| i + 1);
    let mot = match u.nature {
        NatureUnite::Ccp => "CCP",
        NatureUnite::Bloc => "Bloc",
        NatureUnite::Ccs => "CCS",
    };
    format!("{mot}\u{a0}{rang}")
}

/// A line of the identity card: a term and what is said of it.
pub(super) struct Repere {
    pub terme: &'static str,
    pub dit: Vec<String>,
}

/// The identity card of a version.
pub(super) fn reperes(v: &Version) -> Vec<Repere> {
    let mut r = Vec::new();
    let mut dire = |terme: &'static str, dit: Vec<String>| {
        if !dit.is_empty() {
            r.push(Repere { terme, dit });
        }
    };
    let un = |t: &Option<String>| t.iter().cloned().collect::<Vec<_>>();
    dire("Certificateur", un(&v.certificateur));
    dire("Délivré par", un(&v.signataire));
    dire("Niveau, nomenclature européenne", niveau(v, "europe"));
    dire("Niveau, nomenclature de 1969", niveau(v, "1969"));
    dire("Spécialité de formation (NSF)", codes(&v.nsf));
    dire("Répertoire national des certifications (RNCP)", v.codes.rncp.as_ref().map_or_else(non_imprime, |c| vec![format!("RNCP{c}")]));
    dire("Code du titre professionnel (TP)", un(&v.codes.tp));
    dire("Formacodes", v.codes.formacode.clone());
    dire("Prise d’effet", date(v.effet));
    dire("Fin de validité", date(v.fin));
    dire(
        "Prorogations",
        v.prorogations
            .iter()
            .map(|p| format!("jusqu’au {}, publiée le {}. {}", date_sans_jour(p.nouvelle_fin), date_sans_jour(p.publiee_le), p.reference))
            .collect(),
    );
    if v.nature == Nature::Prive {
        dire("Dernier jour de délivrance", date(v.limite_delivrance));
    }
    dire("Une unité obtenue compte", vec![validite(v.validite_unites)]);
    dire("Composition", vec![composition(v)]);
    dire("Élaboration", un(&v.elaboration));
    dire("Activité réglementée", un(&v.reglementation));
    dire("Lieux de certification", v.lieux_certification.clone());
    dire("Repères historiques", v.historique.clone());
    r
}

fn non_imprime() -> Vec<String> {
    vec![NON_IMPRIME.to_owned()]
}

fn date(d: Option<NaiveDate>) -> Vec<String> {
    d.map_or_else(non_imprime, |d| vec![date_sans_jour(d)])
}

fn niveau(v: &Version, nomenclature: &str) -> Vec<String> {
    let dire =
        |n: &Niveau| if n.imprime.is_empty() { n.valeur.clone() } else { format!("{} (imprimé «\u{a0}{}\u{a0}»)", n.valeur, n.imprime) };
    let dits: Vec<String> = v.niveaux.iter().filter(|n| n.nomenclature == nomenclature).map(dire).collect();
    if dits.is_empty() { non_imprime() } else { dits }
}

/// « 320t, Réalisation du service ».
pub(super) fn codes(l: &[certification_regles::referentiel::Libelle]) -> Vec<String> {
    l.iter().map(|c| if c.intitule.is_empty() { c.code.clone() } else { format!("{}, {}", c.code, c.intitule) }).collect()
}

/// How long a unit counts, by the policy of the version.
pub(super) fn validite(r: ValiditeUnites) -> String {
    match r {
        ValiditeUnites::ValiditeTitre => "tant que le titre est valide".to_owned(),
        ValiditeUnites::Annees { annees } => format!("pendant {} à partir de son obtention", compte(annees, "an", "ans")),
        ValiditeUnites::Vie => "sans limite de durée".to_owned(),
    }
}

/// A unit as its card shows it.
pub(super) struct VueUnite {
    pub titre: String,
    pub code: &'static str,
    pub activites: &'static [String],
    pub competences: &'static [Competence],
}

/// The units, in the order of the document.
pub(super) fn unites(v: &'static Version) -> Vec<VueUnite> {
    v.unites
        .iter()
        .map(|u| VueUnite {
            titre: format!("{}\u{a0}: {}", nom_court(v, u), u.intitule),
            code: &u.code,
            activites: &u.activites,
            competences: &u.competences,
        })
        .collect()
}

/// A legal reference: its text, its dates, and whether it still holds on a day.
pub(super) struct VueReference {
    pub libelle: &'static str,
    pub date: String,
    pub publiee: String,
    pub etat: String,
    pub genre: &'static str,
    pub note: &'static str,
}

/// The legal references of a version, as they stand that day.
pub(super) fn references(v: &'static Version, aujourd_hui: NaiveDate) -> Vec<VueReference> {
    let dire = |d: Option<NaiveDate>| d.map_or_else(|| "–".to_owned(), date_sans_jour);
    v.references
        .iter()
        .map(|r| {
            let (etat, genre) = etat_reference(r, aujourd_hui);
            VueReference { libelle: &r.libelle, date: dire(r.date), publiee: dire(r.publiee_le), etat, genre, note: &r.note }
        })
        .collect()
}

/// The file knows repeals, it does not certify that a text is in force: the words say just that.
fn etat_reference(r: &ReferenceLegale, aujourd_hui: NaiveDate) -> (String, &'static str) {
    match r.abrogee_le {
        Some(d) if d <= aujourd_hui => (format!("abrogé le {}", date_sans_jour(d)), "erreur"),
        Some(d) => (format!("en vigueur jusqu’au {}", date_sans_jour(d)), "attention"),
        None => ("pas d’abrogation connue".to_owned(), "neutre"),
    }
}

#[cfg(test)]
mod unitaires {
    use super::{super::trouver, *};

    fn jour(a: i32, m: u32, j: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(a, m, j).unwrap()
    }

    #[test]
    fn les_deux_nomenclatures_sont_dites() {
        let v = trouver("26573").unwrap();
        assert_eq!(niveaux(v), "niveau\u{a0}III (nomenclature de 1969), niveau\u{a0}5 (nomenclature européenne)");
        assert_eq!(composition(v), "3\u{a0}blocs de compétences, 11\u{a0}compétences");
        assert_eq!(validite(v.validite_unites), "pendant 5\u{a0}ans à partir de son obtention");
        let r = reperes(trouver("mediateur-numerique").unwrap());
        assert!(r.iter().any(|r| r.terme.contains("1969") && r.dit == [NON_IMPRIME]));
    }

    #[test]
    fn un_texte_abroge_est_dit_abroge_a_sa_date() {
        let v = trouver("mediateur-numerique").unwrap();
        let etat = |quand| references(v, quand).into_iter().find(|r| r.libelle.contains("R 335-7")).map(|r| r.etat).unwrap();
        assert_eq!(etat(jour(2026, 3, 10)), "abrogé le 29\u{a0}décembre 2023");
        assert_eq!(etat(jour(2023, 6, 1)), "en vigueur jusqu’au 29\u{a0}décembre 2023");
    }

    #[test]
    fn les_unites_ont_un_nom_court() {
        let v = trouver("mediateur-numerique").unwrap();
        assert!(unites(v)[1].titre.starts_with("CCP\u{a0}2\u{a0}: Accompagner"));
        assert!(unites(trouver("cmn-rncp26573").unwrap())[2].titre.starts_with("Bloc\u{a0}3\u{a0}: "));
    }
}
