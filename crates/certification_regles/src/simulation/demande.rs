//! La demande : le contexte commun et la question.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use super::erreurs::{ErreurSimulation, en_francais};
use super::question::{QUESTIONS, Question};
use crate::acquis::{Acquis, Attribution, CertificationExterne, Origine, TitreAttribue};
use crate::motif::guillemets;
use crate::referentiel::{Catalogue, Constat, ErreurReferentiel, Gravite, Version, titre_embarque, verifier};

/// Le contexte commun à toutes les questions.
#[derive(Debug, Clone)]
pub struct Contexte {
    /// Versions jointes, déjà vérifiées.
    pub versions: Vec<Version>,
    /// Version livrée, s'il y en a une.
    pub livree: Option<&'static Version>,
    /// Code de la version visée.
    pub version: String,
    /// Date du cas : celle de la session, le plus souvent.
    pub date: NaiveDate,
    /// Ce que l'on sait à cette date ; par défaut, la date du cas.
    pub connaissance: NaiveDate,
    /// Voie d'accès.
    pub voie: Option<String>,
    /// Origine par défaut des unités présentées, donnée ou déduite de la voie.
    pub origine: Option<Origine>,
    /// Ce que détient le candidat.
    pub acquis: Acquis,
}

impl Contexte {
    /// Toutes les versions du cas.
    pub fn catalogue(&self) -> Catalogue<'_> {
        Catalogue::nouveau(&self.versions).avec(self.livree)
    }
}

/// Une demande complète.
#[derive(Debug, Clone)]
pub struct Demande {
    /// Contexte.
    pub contexte: Contexte,
    /// Code de la question.
    pub code: &'static str,
    /// Question et faits.
    pub question: Question,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brute {
    question: String,
    #[serde(default)]
    titre: Option<String>,
    #[serde(default)]
    versions: Vec<Version>,
    #[serde(default)]
    version: Option<String>,
    date: NaiveDate,
    #[serde(default)]
    connaissance: Option<NaiveDate>,
    #[serde(default)]
    voie: Option<String>,
    #[serde(default)]
    origine: Option<Origine>,
    #[serde(default)]
    attributions: Vec<Attribution>,
    #[serde(default)]
    titres: Vec<TitreAttribue>,
    #[serde(default)]
    certifications: Vec<CertificationExterne>,
    #[serde(default)]
    faits: Option<Value>,
}

/// Les voies d'accès admises.
const VOIES: [&str; 8] = [
    "initiale",
    "eleve_etudiant",
    "apprentissage",
    "formation_continue",
    "contrat_professionnalisation",
    "candidature_individuelle",
    "vae",
    "capitalisation",
];

/// L'origine que donne une voie ; la candidature individuelle et la capitalisation n'en disent aucune.
fn origine_de(voie: &str) -> Option<Origine> {
    match voie {
        "vae" => Some(Origine::Vae),
        "candidature_individuelle" | "capitalisation" => None,
        _ => Some(Origine::Formation),
    }
}

/// L'origine donnée, sinon celle de la voie ; la formation et la VAE ne se contredisent pas. Un parcours
/// mixte donne l'origine de chaque unité.
fn origine(voie: Option<&str>, donnee: Option<Origine>) -> Result<Option<Origine>, ErreurReferentiel> {
    let deduite = voie.and_then(origine_de);
    match (deduite, donnee) {
        (Some(d), Some(o)) if d != o && o != Origine::Experience => Err(ErreurReferentiel::Incoherence(format!(
            "la voie {} et l’origine {} ne vont pas ensemble.",
            guillemets(voie.unwrap_or_default()),
            guillemets(o.code())
        ))),
        _ => Ok(donnee.or(deduite)),
    }
}

/// Vérifie les versions jointes ; elles peuvent renvoyer au titre livré que nomme la demande.
fn verifier_jointes(versions: &[Version], titre: Option<&str>) -> Vec<Constat> {
    match titre.and_then(titre_embarque).filter(|l| versions.iter().all(|v| v.code != l.code)) {
        None => verifier(versions),
        Some(livree) => {
            let lot: Vec<Version> = versions.iter().chain([livree]).cloned().collect();
            verifier(&lot)
        }
    }
}

/// Lit une demande. Un référentiel joint qui se contredit est refusé, sauf quand la question est
/// justement de le vérifier.
pub fn analyser(json: &str) -> Result<Demande, ErreurSimulation> {
    // Un fichier enregistré sous Windows commence souvent par une marque d'ordre.
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let brute: Brute = serde_json::from_str(json).map_err(|e| ErreurSimulation::Demande(en_francais(&e.to_string())))?;
    let code =
        QUESTIONS.into_iter().find(|q| *q == brute.question).ok_or_else(|| ErreurSimulation::QuestionInconnue(brute.question.clone()))?;
    let question = Question::lire(code, brute.faits)?;
    if let Some(voie) = brute.voie.as_deref().filter(|v| !VOIES.contains(v)) {
        return Err(ErreurSimulation::Demande(en_francais(&format!("unknown variant `{voie}`, expected one of `{}`", VOIES.join("`, `")))));
    }
    let origine = origine(brute.voie.as_deref(), brute.origine)?;
    let versions = brute.versions;
    let mut livree = None;
    if !versions.is_empty() && !matches!(question, Question::Verification) {
        let erreurs: Vec<_> =
            verifier_jointes(&versions, brute.titre.as_deref()).into_iter().filter(|c| c.gravite == Gravite::Erreur).collect();
        if !erreurs.is_empty() {
            return Err(ErreurReferentiel::Contradictions(erreurs).into());
        }
    }
    let mut visee = brute.version;
    if let Some(titre) = &brute.titre {
        let trouvee = titre_embarque(titre).ok_or_else(|| ErreurSimulation::TitreInconnu(titre.clone()))?;
        // Une version jointe du même code prend la place de la version livrée.
        livree = versions.iter().all(|v| v.code != trouvee.code).then_some(trouvee);
        visee = visee.or_else(|| Some(trouvee.code.clone()));
    }
    let version = match (visee, versions.as_slice()) {
        (Some(code), _) => code,
        (None, [seule]) => seule.code.clone(),
        (None, []) => {
            return Err(ErreurSimulation::Version(
                "Indiquez un titre livré (« titre ») ou joignez des versions (« versions »).".to_owned(),
            ));
        }
        (None, plusieurs) if matches!(question, Question::Verification) => plusieurs[0].code.clone(),
        (None, _) => {
            return Err(ErreurSimulation::Version(
                "Plusieurs versions sont jointes\u{a0}: indiquez celle que vise la question (« version »).".to_owned(),
            ));
        }
    };
    let acquis = Acquis { attributions: brute.attributions, titres: brute.titres, certifications: brute.certifications };
    let catalogue = Catalogue::nouveau(&versions).avec(livree);
    catalogue.version(&version)?;
    acquis.verifier(catalogue)?;
    let connaissance = brute.connaissance.unwrap_or(brute.date);
    let contexte = Contexte { version, date: brute.date, connaissance, voie: brute.voie, origine, acquis, versions, livree };
    Ok(Demande { contexte, code, question })
}
