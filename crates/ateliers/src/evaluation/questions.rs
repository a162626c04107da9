//! What is asked, and how an answer is read: the only place to translate.

use std::collections::BTreeMap;

use mediation::satisfaction::questions::{QUESTIONS, Question, TEXTE_MAX};
use serde::{Deserialize, Serialize};
use socle::{Resultat, controle::Controle, texte::nettoyer};
use uuid::Uuid;

use super::Voie;

const ACCORD: [&str; 5] = ["Non, pas du tout", "Plutôt non", "Ni oui ni non", "Plutôt oui", "Oui, tout à fait"];

/// The three questions asked two weeks later.
pub const QUESTIONS_FROIDES: [Question; 3] = [
    Question { code: "utilite", libelle: "Ce que vous avez appris à l’atelier vous sert-il\u{a0}?", reponses: ACCORD },
    Question {
        code: "refait",
        libelle: "L’avez-vous refait depuis, chez vous ou ailleurs\u{a0}?",
        reponses: ["Non, pas essayé", "Essayé, sans y arriver", "Oui, avec de l’aide", "Oui, presque seul", "Oui, seul"],
    },
    Question { code: "recommandation", libelle: "Diriez-vous à un proche de venir à cet atelier\u{a0}?", reponses: ACCORD },
];

/// The questions that a link asks.
pub fn questions(voie: Voie) -> &'static [Question] {
    match voie {
        Voie::Tablette | Voie::Qr => &QUESTIONS,
        Voie::Courriel => &QUESTIONS_FROIDES,
        Voie::Gestes => &[],
    }
}

/// What a refusal says: each with what to do.
pub const INCONNU: &str = "Ce lien n’existe pas. Vérifiez l’adresse, ou passez de nouveau votre téléphone devant le code.";
pub const FERMEE: &str = "L’évaluation de cet atelier est close. Merci d’être venu\u{a0}! Il n’y a rien d’autre à faire.";
pub const COMPLETE: &str =
    "Autant d’avis que de personnes ont été donnés. Si vous n’avez pas donné le vôtre, dites-le à la personne qui anime.";
pub const DEJA: &str = "Vous avez déjà répondu. Merci\u{a0}! Il n’y a rien d’autre à faire.";
pub const EXPIREE: &str = "Le délai pour répondre est passé. Vous pouvez toujours dire votre avis à la structure qui vous a reçu.";

/// An answer: a mark from 1 to 5 for each question asked, and a free text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RepondreEvaluation)]
pub struct Repondre {
    /// Made by the client; the same answer twice is one.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// By code of question.
    pub notes: BTreeMap<String, i32>,
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub commentaire: Option<String>,
}

impl Repondre {
    /// The three marks in the order of the questions, and the text; all faults at once.
    pub fn lire(&self, questions: &[Question]) -> Resultat<([i32; 3], Option<String>)> {
        let mut c = Controle::new();
        let mut notes = [0; 3];
        for (q, n) in questions.iter().zip(&mut notes) {
            *n = self.notes.get(q.code).copied().unwrap_or_default();
            c.exiger((1..=5).contains(n), q.code, "Choisissez un visage.");
        }
        for code in self.notes.keys().filter(|k| !questions.iter().any(|q| q.code == k.as_str())) {
            c.faute(&format!("notes.{code}"), "Cette question n’est pas posée.");
        }
        let commentaire = nettoyer(self.commentaire.clone());
        c.texte("commentaire", commentaire.as_deref(), TEXTE_MAX);
        c.finir()?;
        Ok((notes, commentaire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reponse(notes: &[(&str, i32)]) -> Repondre {
        Repondre { notes: notes.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect(), ..Repondre::default() }
    }

    #[test]
    fn chaque_question_a_son_visage() {
        let q = questions(Voie::Tablette);
        assert_eq!(reponse(&[("recommandation", 1), ("accueil", 5), ("utilite", 3)]).lire(q).unwrap().0, [5, 3, 1]);
        for mauvaise in [
            &[("accueil", 5), ("utilite", 3)][..],
            &[("accueil", 6), ("utilite", 3), ("recommandation", 1)],
            &[("accueil", 5), ("utilite", 3), ("recommandation", 1), ("refait", 2)],
        ] {
            assert!(reponse(mauvaise).lire(q).is_err(), "{mauvaise:?}");
        }
        assert!(reponse(&[("utilite", 5), ("refait", 3), ("recommandation", 1)]).lire(questions(Voie::Courriel)).is_ok());
        let longue = Repondre { commentaire: Some("a".repeat(1001)), ..reponse(&[("accueil", 5), ("utilite", 3), ("recommandation", 1)]) };
        assert!(longue.lire(q).is_err());
    }
}
