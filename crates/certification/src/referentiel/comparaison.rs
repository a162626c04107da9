//! What changed between two versions, in words: the gaps that the rules find, grouped by part of the title.

use certification_regles::{
    Version, difference,
    referentiel::{Ecart, difference::NatureEcart},
};
use chrono::NaiveDate;
use interface::format::date_sans_jour;
use serde_json::Value;

use super::obtention::{CAS, voie};

/// A gap as its line shows it.
pub(super) struct Ligne {
    /// Where: « unité bloc-1, compétence bloc-1-c2, intitulé ».
    pub ou: String,
    pub nature: &'static str,
    pub genre: &'static str,
    /// What stood before, one line per entry; empty: nothing.
    pub avant: Vec<String>,
    pub apres: Vec<String>,
}

/// The gaps of one part.
pub(super) struct Groupe {
    pub id: &'static str,
    pub titre: &'static str,
    pub lignes: Vec<Ligne>,
}

/// What changed, whole.
pub(super) struct Comparaison {
    pub groupes: Vec<Groupe>,
    pub ajouts: usize,
    pub retraits: usize,
    pub modifications: usize,
}

/// Parts of a title, in the order a reader expects: id, heading, fields of the format.
const PARTIES: [(&str, &str, &[&str]); 8] = [
    ("unites", "Unités et compétences", &["unites", "savoirs", "savoir_faire", "savoirs_associes", "correspondances", "equivalences"]),
    ("obtention", "Obtention du titre", &["epreuves", "modalites", "acces", "territoires", "admission", "entreprise", "documents", "jury"]),
    (
        "identite",
        "Identité du titre",
        &[
            "code",
            "titre",
            "intitule",
            "version",
            "nature",
            "type_document",
            "certificateur",
            "signataire",
            "elaboration",
            "codes",
            "nsf",
            "niveaux",
            "historique",
            "reglementation",
            "lieux_certification",
            "liens",
        ],
    ),
    (
        "dates",
        "Dates et validité",
        &["effet", "fin", "limite_delivrance", "sort", "prorogations", "succede_a", "validite_unites", "chainage_correspondances"],
    ),
    ("metier", "Métier", &["description", "conditions_exercice", "metiers", "rome", "secteurs"]),
    ("horaires", "Horaires et ruban", &["horaires", "ruban"]),
    ("textes", "Textes et nombres", &["references", "regles"]),
    ("source", "Source du fichier", &["source"]),
];

/// Compares two versions.
pub(super) fn comparer(a: &Version, b: &Version) -> Comparaison {
    let d = difference(a, b);
    let combien = |n| d.ecarts.iter().filter(|e| e.nature == n).count();
    let groupes = PARTIES
        .iter()
        .map(|&(id, titre, champs)| {
            // The rules give gaps in the order of the alphabet; a reader expects that of the document.
            let rang = |e: &&Ecart| champs.iter().position(|c| *c == premier(&e.chemin));
            let mut ecarts: Vec<&Ecart> = d.ecarts.iter().filter(|e| rang(e).is_some()).collect();
            ecarts.sort_by_key(rang);
            Groupe { id, titre, lignes: ecarts.into_iter().map(ligne).collect() }
        })
        .filter(|g| !g.lignes.is_empty())
        .collect();
    Comparaison {
        groupes,
        ajouts: combien(NatureEcart::Ajout),
        retraits: combien(NatureEcart::Retrait),
        modifications: combien(NatureEcart::Modification),
    }
}

fn premier(chemin: &str) -> &str {
    chemin.split(['.', '[']).next().unwrap_or(chemin)
}

fn ligne(e: &Ecart) -> Ligne {
    let (nature, genre) = match e.nature {
        NatureEcart::Ajout => ("ajouté", "succes"),
        NatureEcart::Retrait => ("retiré", "erreur"),
        NatureEcart::Modification => ("modifié", "attention"),
    };
    let champ = dernier_champ(&e.chemin);
    Ligne { ou: lieu(e), nature, genre, avant: dire(&champ, &e.avant), apres: dire(&champ, &e.apres) }
}

/// The segments of a path: `unites[ccp-1].intitule` gives (unites, ccp-1), (intitule, –). A key may hold dots.
fn segments(chemin: &str) -> Vec<(&str, Option<&str>)> {
    let mut reste = chemin;
    let mut rendu = Vec::new();
    while !reste.is_empty() {
        let fin = reste.find(['.', '[']).unwrap_or(reste.len());
        let (nom, suite) = reste.split_at(fin);
        if let Some(cle) = suite.strip_prefix('[') {
            let fin = cle.find("].").or_else(|| cle.ends_with(']').then(|| cle.len() - 1)).unwrap_or(cle.len());
            rendu.push((nom, Some(&cle[..fin])));
            reste = cle.get(fin + 1..).unwrap_or_default();
        } else {
            rendu.push((nom, None));
            reste = suite;
        }
        reste = reste.strip_prefix('.').unwrap_or(reste);
    }
    rendu
}

fn dernier_champ(chemin: &str) -> String {
    segments(chemin).last().map_or_else(String::new, |(nom, _)| (*nom).to_owned())
}

/// The place of a gap in words. The key of a plain text is the text itself: it is not said twice.
fn lieu(e: &Ecart) -> String {
    let texte = [&e.avant, &e.apres].into_iter().find_map(Value::as_str);
    let mots: Vec<String> = segments(&e.chemin)
        .into_iter()
        .map(|(nom, cle)| match cle {
            Some(cle) if texte != Some(cle) => {
                let cle = cle.split('@').next().unwrap_or(cle);
                format!("{} «\u{a0}{}\u{a0}»", libelle(nom), abreger(&mot(cle)))
            }
            _ => libelle(nom).to_owned(),
        })
        .collect();
    mots.join(", ")
}

/// The lines that say a value; nothing for what is absent or empty.
fn dire(champ: &str, v: &Value) -> Vec<String> {
    match v {
        Value::Null => vec![],
        Value::Bool(b) => vec![if *b { "oui" } else { "non" }.to_owned()],
        Value::Number(n) => vec![match n.as_u64() {
            Some(m) if champ.ends_with("minutes") => super::horaires::heures(m as u32),
            _ => n.to_string(),
        }],
        Value::String(s) => vec![mot(s)],
        Value::Array(l) => l.iter().flat_map(|x| dire(champ, x)).collect(),
        Value::Object(o) => {
            const NOMS: [&str; 7] = ["intitule", "libelle", "titre", "groupe", "texte", "imprime", "code"];
            let nom = NOMS.iter().find_map(|n| o.get(*n).and_then(Value::as_str).filter(|t| !t.is_empty()).map(|t| (*n, t)));
            // A box not ticked says nothing, and the code of an entry is in its place already.
            let tu = ["code", "voie"];
            let mut lignes: Vec<String> = nom.iter().map(|(_, t)| (*t).to_owned()).collect();
            for (cle, x) in
                o.iter().filter(|(c, x)| nom.is_none_or(|(n, _)| n != c.as_str()) && !tu.contains(&c.as_str()) && **x != Value::Bool(false))
            {
                match x {
                    Value::Array(_) | Value::Object(_) => lignes.extend(dire(cle, x)),
                    _ => lignes.extend(dire(cle, x).into_iter().map(|t| format!("{}\u{a0}: {t}", libelle(cle)))),
                }
            }
            lignes.retain(|l| !l.trim().is_empty());
            lignes
        }
    }
}

/// Codes of the format that a reader meets, and dates, in words.
fn mot(s: &str) -> String {
    if let Ok(d) = NaiveDate::parse_from_str(s, "%Y-%m-%d") {
        return date_sans_jour(d);
    }
    match s {
        "certification" => "certification",
        "plan_de_formation" => "plan de formation",
        "ministere" => "ministère",
        "prive" => "privé",
        "ouverte" => "en vigueur",
        "prorogee" => "prorogé",
        "revisee" => "révisé",
        "cloturee" => "clos",
        "validite_titre" => "tant que le titre est valide",
        "annees" => "un nombre d’années",
        "vie" => "sans limite",
        // A code of the files: words bound by underscores.
        code if code.contains('_') && code.chars().all(|c| c.is_ascii_lowercase() || c == '_') => return mot_de_code(code),
        autre => voie(autre).unwrap_or(autre),
    }
    .to_owned()
}

fn mot_de_code(code: &str) -> String {
    let cas = CAS.iter().find(|(c, _)| *c == code).map(|(_, mot)| *mot);
    cas.or_else(|| voie(code)).map_or_else(|| code.replace('_', " "), str::to_owned)
}

/// The beginning of a long text, cut at a word.
fn abreger(texte: &str) -> String {
    const LONGUEUR: usize = 60;
    if texte.chars().count() <= LONGUEUR {
        return texte.to_owned();
    }
    let debut: String = texte.chars().take(LONGUEUR).collect();
    format!("{}…", debut.rsplit_once(' ').map_or(debut.as_str(), |(d, _)| d))
}

/// The name of a field in words; a field without one keeps its own.
fn libelle(champ: &str) -> &str {
    match champ {
        "code" => "code",
        "codes" => "codes",
        "titre" => "titre",
        "intitule" => "intitulé",
        "version" => "version",
        "nature" => "nature",
        "type_document" => "type de document",
        "certificateur" => "certificateur",
        "signataire" => "délivré par",
        "elaboration" => "élaboration",
        "rncp" => "numéro RNCP",
        "tp" => "code TP",
        "nsf" => "spécialité NSF",
        "niveaux" => "niveau, nomenclature",
        "valeur" => "valeur",
        "imprime" => "mention imprimée",
        "historique" => "repère historique",
        "reglementation" => "activité réglementée",
        "lieux_certification" => "lieu de certification",
        "liens" => "lien imprimé",
        "effet" => "prise d’effet",
        "fin" => "fin de validité",
        "limite_delivrance" => "dernier jour de délivrance",
        "sort" => "état",
        "prorogations" => "prorogation",
        "publiee_le" => "publication",
        "nouvelle_fin" => "nouvelle fin",
        "succede_a" => "version remplacée",
        "validite_unites" => "durée de validité d’une unité",
        "regle" => "règle",
        "annees" => "années",
        "chainage_correspondances" => "correspondances en chaîne",
        "unites" => "unité",
        "competences" => "compétence",
        "activites" => "activité",
        "variantes" => "variante imprimée",
        "savoirs" => "savoir",
        "savoir_faire" => "savoir-faire",
        "savoirs_associes" => "savoir associé",
        "correspondances" => "correspondance",
        "equivalences" => "équivalence",
        "description" => "présentation",
        "conditions_exercice" => "conditions d’exercice",
        "metiers" => "emploi accessible",
        "rome" => "fiche ROME",
        "secteurs" => "secteur",
        "entrees" => "entrée",
        "epreuves" => "épreuve",
        "cas" => "cas",
        "dernier_ccp_seulement" => "avec le dernier CCP seulement",
        "complements" => "complément",
        "modalites" => "modalité",
        "selon_contrat" => "selon le contrat",
        "semaines_continues" => "semaines sans interruption",
        "de_version" => "version de départ",
        "unites_source" => "unité de départ",
        "en_vigueur" => "en vigueur",
        "nouvelle_limite_delivrance" => "nouveau dernier jour de délivrance",
        "debut" => "début",
        "texte" => "texte",
        "acces" => "voie d’accès",
        "voie" => "voie",
        "ouverte" => "ouverte",
        "remarque" => "remarque",
        "territoires" => "territoire",
        "admission" => "admission",
        "publics" => "public",
        "prerequis" => "prérequis",
        "etapes" => "étape",
        "entreprise" => "période en entreprise",
        "documents" => "document délivré",
        "jury" => "jury",
        "horaires" => "horaires",
        "blocs" => "bloc",
        "modules" => "module",
        "minutes" => "durée",
        "total_imprime_minutes" => "total imprimé",
        "total_calcule_minutes" => "somme des modules",
        "unite" => "unité",
        "ruban" => "étape du ruban",
        "rang" => "rang",
        "module" => "module",
        "references" => "texte",
        "libelle" => "libellé",
        "date" => "date",
        "abrogee_le" => "abrogation",
        "note" => "note",
        "regles" => "nombre",
        "du" => "depuis",
        "au" => "jusqu’au",
        "source" => "source",
        "certitude" => "certitude",
        "seed" => "document d’origine",
        "fichier" => "fichier",
        "remarques" => "remarque",
        autre => autre,
    }
}

#[cfg(test)]
mod unitaires {
    use super::{super::trouver, *};

    #[test]
    fn un_chemin_se_lit_meme_quand_sa_cle_porte_des_points() {
        assert_eq!(
            segments("unites[ccp-1].competences[c2].intitule"),
            [("unites", Some("ccp-1")), ("competences", Some("c2")), ("intitule", None)]
        );
        assert_eq!(segments("jury[Le jury (Art. R 338-6).]"), [("jury", Some("Le jury (Art. R 338-6)."))]);
        assert_eq!(segments("effet"), [("effet", None)]);
    }

    #[test]
    fn deux_versions_se_comparent_en_mots() {
        let c = comparer(trouver("26573").unwrap(), trouver("cmn-plan-de-formation").unwrap());
        let ligne = |ou: &str| c.groupes.iter().flat_map(|g| &g.lignes).find(|l| l.ou == ou);
        let validite = ligne("durée de validité d’une unité, règle").unwrap();
        assert_eq!(
            (validite.avant.as_slice(), validite.apres.as_slice()),
            (&["un nombre d’années".to_owned()][..], &["tant que le titre est valide".to_owned()][..])
        );
        assert!(ligne("unité «\u{a0}bloc-1\u{a0}», intitulé").is_some());
        assert!(ligne("lien imprimé").is_some_and(|l| l.apres.is_empty() && l.nature == "retiré"));
        let tout: usize = c.groupes.iter().map(|g| g.lignes.len()).sum();
        assert_eq!(tout, c.ajouts + c.retraits + c.modifications, "every gap is in a part");
        // Words only, never a code of the format nor JSON; the name of a file stays what it is.
        for l in c.groupes.iter().flat_map(|g| &g.lignes).filter(|l| l.ou != "source, fichier") {
            assert!(!l.avant.is_empty() || !l.apres.is_empty(), "{}", l.ou);
            for t in l.avant.iter().chain(&l.apres).chain([&l.ou]) {
                assert!(!t.contains('_') && !t.contains("{\""), "{}\u{a0}: {t}", l.ou);
            }
        }
    }

    #[test]
    fn une_version_ne_differe_pas_d_elle_meme() {
        let v = trouver("mediateur-numerique").unwrap();
        assert!(comparer(v, v).groupes.is_empty());
    }
}
