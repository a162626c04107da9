//! Des versions et des acquis en une ligne.

use std::collections::{BTreeMap, BTreeSet};

use certification_regles::acquis::{Acquis, Attribution, Origine, Provenance, TitreAttribue};
use certification_regles::entretien::FaitsEntretien;
use certification_regles::referentiel::{Competence, Correspondance, NatureUnite, Prorogation, Unite, ValiditeUnites, Version};
use chrono::NaiveDate;

pub fn jour(texte: &str) -> NaiveDate {
    texte.parse().unwrap()
}

pub fn unite(code: &str, nature: NatureUnite) -> Unite {
    Unite {
        code: code.into(),
        intitule: format!("Unité {code}"),
        nature,
        competences: vec![Competence { code: format!("{code}-c1"), ..Competence::default() }],
        ..Unite::default()
    }
}

/// Une version du ministère, unités de validité illimitée pour ne tester qu'une règle à la fois.
pub fn version(code: &str, fin: Option<&str>, unites: &[&str]) -> Version {
    Version {
        code: code.into(),
        titre: "essai".into(),
        intitule: format!("Titre {code}"),
        fin: fin.map(jour),
        validite_unites: ValiditeUnites::Vie,
        unites: unites.iter().map(|u| unite(u, NatureUnite::Ccp)).collect(),
        ..Version::default()
    }
}

pub fn correspondance(de: &str, sources: &[&str], unites: &[&str], en_vigueur: &str) -> Correspondance {
    Correspondance {
        de_version: de.into(),
        unites_source: sources.iter().map(|s| (*s).into()).collect(),
        unites: unites.iter().map(|s| (*s).into()).collect(),
        reference: "Arrêté de spécialité d’essai".into(),
        en_vigueur: Some(jour(en_vigueur)),
    }
}

pub fn prorogation(publiee: &str, fin: &str) -> Prorogation {
    Prorogation { publiee_le: jour(publiee), nouvelle_fin: jour(fin), nouvelle_limite_delivrance: None, reference: String::new() }
}

pub fn attribution(version: &str, unite: &str, date: &str) -> Attribution {
    Attribution {
        version: version.into(),
        unite: unite.into(),
        date: jour(date),
        provenance: Provenance::default(),
        id: Some(format!("{version}-{unite}")),
        decision: None,
        session: None,
        retiree_le: None,
    }
}

pub fn titre(version: &str, date: &str, retire_le: Option<&str>) -> TitreAttribue {
    TitreAttribue {
        version: version.into(),
        date: jour(date),
        id: Some(format!("titre-{version}")),
        decision: None,
        retire_le: retire_le.map(jour),
    }
}

pub fn acquis(lignes: &[(&str, &str, &str)]) -> Acquis {
    Acquis { attributions: lignes.iter().map(|(v, u, d)| attribution(v, u, d)).collect(), ..Acquis::default() }
}

pub fn ensemble(codes: &[&str]) -> BTreeSet<String> {
    codes.iter().map(|c| (*c).into()).collect()
}

pub fn origines(lignes: &[(&str, Origine)]) -> BTreeMap<String, Origine> {
    lignes.iter().map(|(u, o)| ((*u).into(), *o)).collect()
}

/// Les faits d'un candidat dans les délais, livret produit.
pub fn faits(acquises: &[&str], presentees: &[&str], accordees: Option<&[&str]>) -> FaitsEntretien {
    FaitsEntretien {
        acquises: ensemble(acquises),
        presentees: ensemble(presentees),
        accordees: accordees.map(ensemble),
        titre_detenu: false,
        dans_la_limite: true,
        livret_produit: true,
        ccs_detenu: false,
    }
}
