//! The simulation: a case in, the answer of the rules and its reasons out. Nothing is stored.
//!
//! The questions and their facts are described in the README of `certification_regles`. A refusal by
//! the rules is an answer (`favorable: false`), not an error.

mod api;

pub use api::{DemandeSimulation, MotifSimulation, ReferenceMotif, ReponseSimulation, api};

use certification_regles::{
    ErreurSimulation,
    referentiel::{Constat, ErreurReferentiel},
};
use socle::{Erreur, Resultat, api::lire, erreur::ErreurChamp};

/// Answers a case written in JSON by the answer in JSON.
///
/// # Errors
/// `Illisible` when the text is not JSON, `Invalide` with the field at fault otherwise.
pub fn repondre(json: &str) -> Resultat<String> {
    // A mark of order, as editors of Windows leave at the beginning, is not JSON.
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let demande = lire::<DemandeSimulation>(json.as_bytes())?;
    repondre_a(&demande, json)
}

/// Answers a case already read: its fields are known to be well formed.
fn repondre_a(demande: &DemandeSimulation, json: &str) -> Resultat<String> {
    certification_regles::simuler(json).map_err(|e| en_erreur(e, demande))
}

/// Which field of the case an error of the rules is about.
fn en_erreur(e: ErreurSimulation, d: &DemandeSimulation) -> Erreur {
    let phrase = e.to_string();
    match e {
        // What the shape of the case does not tell: the route is not in the list, or an origin is due.
        ErreurSimulation::Demande(m) if m.contains("origine") => Erreur::champ("origine", majuscule(&m)),
        ErreurSimulation::Demande(m) => Erreur::champ("voie", majuscule(&m)),
        ErreurSimulation::QuestionInconnue(_) => Erreur::champ("question", phrase),
        ErreurSimulation::Faits { message, .. } => Erreur::champ("faits", majuscule(&message)),
        ErreurSimulation::TitreInconnu(_) => Erreur::champ("titre", phrase),
        ErreurSimulation::Version(_) => Erreur::champ(if d.versions.is_empty() { "titre" } else { "version" }, phrase),
        ErreurSimulation::Referentiel(ErreurReferentiel::Lecture(_)) => Erreur::champ("versions", phrase),
        ErreurSimulation::Referentiel(ErreurReferentiel::Contradictions(constats)) => {
            Erreur::Invalide(constats.iter().map(|c| contradiction(c, d)).collect())
        }
        ErreurSimulation::Referentiel(ErreurReferentiel::VersionInconnue(code)) => Erreur::champ(&champ_de_version(&code, d), phrase),
        ErreurSimulation::Referentiel(ErreurReferentiel::UniteInconnue { version, unite }) => {
            let i = d.attributions.iter().position(|a| a.version == version && a.unite == unite);
            Erreur::champ(&i.map_or_else(|| "faits".to_owned(), |i| format!("attributions[{i}].unite")), phrase)
        }
        ErreurSimulation::Referentiel(ErreurReferentiel::Incoherence(m)) => Erreur::champ(&champ_incoherent(&m, d), majuscule(&m)),
    }
}

fn contradiction(c: &Constat, d: &DemandeSimulation) -> ErreurChamp {
    let champ = d.versions.iter().position(|v| v.code == c.version).map_or_else(|| "versions".to_owned(), |i| format!("versions[{i}]"));
    ErreurChamp::new(&champ, majuscule(&c.phrase))
}

fn champ_de_version(code: &str, d: &DemandeSimulation) -> String {
    if d.version.as_deref() == Some(code) {
        return "version".to_owned();
    }
    let attribution = d.attributions.iter().position(|a| a.version == code).map(|i| format!("attributions[{i}].version"));
    let titre = || d.titres.iter().position(|t| t.version == code).map(|i| format!("titres[{i}].version"));
    attribution.or_else(titre).unwrap_or_else(|| "faits".to_owned())
}

/// What contradicts itself outside the facts: the origin of the route, what is withdrawn before it is granted.
fn champ_incoherent(message: &str, d: &DemandeSimulation) -> String {
    let attribution = d.attributions.iter().position(|a| a.retiree_le.is_some_and(|r| r < a.date));
    let titre = d.titres.iter().position(|t| t.retire_le.is_some_and(|r| r < t.date));
    match (attribution, titre) {
        _ if message.starts_with("la voie ") => "origine".to_owned(),
        (Some(i), _) => format!("attributions[{i}].retiree_le"),
        (_, Some(i)) => format!("titres[{i}].retire_le"),
        _ => "faits".to_owned(),
    }
}

/// A message of the rules as a sentence.
fn majuscule(phrase: &str) -> String {
    let mut lettres = phrase.chars();
    lettres.next().map_or_else(String::new, |l| l.to_uppercase().chain(lettres).collect())
}

#[cfg(test)]
mod unitaires {
    use serde_json::{Value, json};

    use super::*;

    /// The README of the rules gives one case for each question: all must be answered here too.
    #[test]
    fn chaque_exemple_du_readme_a_sa_reponse() {
        let readme = include_str!("../../certification_regles/README.md");
        let cas: Vec<&str> = readme.split("```json\n").skip(1).filter_map(|b| b.split("```").next()).collect();
        assert_eq!(cas.len(), certification_regles::simulation::QUESTIONS.len());
        for c in cas {
            let reponse = repondre(c).unwrap_or_else(|e| panic!("{c} : {}", e.explication()));
            // The documented shape is the true one, whole.
            let lue: ReponseSimulation = serde_json::from_str(&reponse).unwrap_or_else(|e| panic!("{e} : {reponse}"));
            assert_eq!(reponse, certification_regles::simuler(c).unwrap());
            assert!(lue.favorable || !lue.resultat.is_null());
        }
    }

    fn fautes(demande: &Value) -> Vec<(String, String)> {
        match repondre(&demande.to_string()) {
            Err(Erreur::Invalide(v)) => v.into_iter().map(|e| (e.champ, e.message)).collect(),
            autre => panic!("{demande} : {autre:?}"),
        }
    }

    #[test]
    fn chaque_faute_nomme_son_champ() {
        let mn = "mediateur-numerique";
        let v = json!([{"code": "A", "titre": "essai", "effet": "2027-01-01", "fin": "2026-06-30", "unites": [{"code": "A1"}]}]);
        let bonne = json!([{"code": "A", "titre": "essai", "unites": [{"code": "A1"}]}]);
        for (demande, champ) in [
            (json!({"titre": mn, "date": "2026-03-10"}), "question"),
            (json!({"question": "livre", "titre": mn, "date": "2026-03-10"}), "question"),
            (json!({"question": "horaires", "titre": mn}), "date"),
            (json!({"question": "horaires", "titre": mn, "date": "2026-02-30"}), "date"),
            (json!({"question": "horaires", "titre": mn, "date": "2026-03-10", "surprise": 1}), "surprise"),
            (json!({"question": "horaires", "titre": "inconnu", "date": "2026-03-10"}), "titre"),
            (json!({"question": "horaires", "date": "2026-03-10"}), "titre"),
            (json!({"question": "horaires", "titre": mn, "version": "B", "date": "2026-03-10"}), "version"),
            (json!({"question": "horaires", "titre": mn, "date": "2026-03-10", "voie": "ailleurs"}), "voie"),
            (json!({"question": "horaires", "titre": mn, "date": "2026-03-10", "origine": "ailleurs"}), "origine"),
            (json!({"question": "periode_entreprise", "titre": mn, "date": "2026-03-10"}), "voie"),
            (json!({"question": "preparation", "titre": mn, "date": "2026-03-10", "faits": {"unites": ["ccp-1"]}}), "origine"),
            (json!({"question": "preparation", "titre": mn, "date": "2026-03-10", "faits": {"surprise": 1}}), "faits"),
            (json!({"question": "preparation", "titre": mn, "date": "2026-03-10", "faits": []}), "faits"),
            (json!({"question": "horaires", "titre": mn, "date": "2026-03-10", "voie": "vae", "origine": "formation"}), "origine"),
            (
                json!({"question": "revision", "versions": bonne, "date": "2026-03-10", "attributions": [{"version": "A", "unite": "A1", "date": "2026-01-02", "retiree_le": "2026-01-01"}]}),
                "attributions[0].retiree_le",
            ),
            (json!({"question": "horaires", "versions": v, "date": "2026-03-10"}), "versions[0]"),
            (
                json!({"question": "revision", "versions": bonne, "date": "2026-03-10", "attributions": [{"version": "A", "unite": "Z", "date": "2026-01-01"}]}),
                "attributions[0].unite",
            ),
            (
                json!({"question": "revision", "versions": bonne, "date": "2026-03-10", "attributions": [{"version": "B", "unite": "Z", "date": "2026-01-01"}]}),
                "attributions[0].version",
            ),
            (
                json!({"question": "revision", "versions": bonne, "date": "2026-03-10", "attributions": [{"version": "A", "unite": "A1", "date": "2026-13-01"}]}),
                "attributions[0].date",
            ),
            (json!({"question": "difference", "versions": bonne, "date": "2026-03-10", "faits": {"avec": "B"}}), "faits"),
        ] {
            let f = fautes(&demande);
            assert_eq!(f[0].0, champ, "{demande} : {f:?}");
            assert!(f[0].1.ends_with('.') && f[0].1.starts_with(|l: char| !l.is_lowercase()), "{f:?}");
        }
    }

    #[test]
    fn ce_qui_n_est_pas_du_json_est_illisible() {
        for texte in ["", "{", "bonjour", "{\"question\": \"horaires\"} encore"] {
            match repondre(texte) {
                Err(Erreur::Illisible(_)) => {}
                Err(Erreur::Invalide(v)) if texte.ends_with("encore") => assert_eq!(v[0].champ, "date"),
                autre => panic!("{texte} : {autre:?}"),
            }
        }
    }
}
