//! The questions asked, and all the words of the public pages: the only place to translate.

use serde::{Deserialize, Serialize};
use socle::Resultat;
use socle::controle::Controle;

/// One question: its code, its words, the words of each face from 1 (worst) to 5 (best).
pub struct Question {
    pub code: &'static str,
    pub libelle: &'static str,
    pub reponses: [&'static str; 5],
}

const ACCORD: [&str; 5] = ["Non, pas du tout", "Plutôt non", "Ni oui ni non", "Plutôt oui", "Oui, tout à fait"];

/// The three questions: welcome, usefulness, recommendation.
pub const QUESTIONS: [Question; 3] = [
    Question {
        code: "accueil",
        libelle: "L’accueil et l’écoute, c’était comment\u{a0}?",
        reponses: ["Très mal", "Mal", "Moyen", "Bien", "Très bien"],
    },
    Question { code: "utilite", libelle: "Ce que vous avez fait ici vous est-il utile\u{a0}?", reponses: ACCORD },
    Question { code: "recommandation", libelle: "Diriez-vous à un proche de venir ici\u{a0}?", reponses: ACCORD },
];

/// What a refusal says: each with what to do.
pub const DEJA: &str = "Cet avis est déjà donné. Merci\u{a0}! Il n’y a rien d’autre à faire.";
pub const EXPIRE: &str =
    "Le délai pour répondre est passé. Si vous voulez donner votre avis, demandez un nouveau lien à la personne qui vous a reçu.";
pub const INCONNU: &str = "Ce lien n’existe pas. Vérifiez l’adresse, ou passez de nouveau votre téléphone devant le code. Sinon, demandez un nouveau lien à la personne qui vous a reçu.";

/// Characters of the free text at most.
pub const TEXTE_MAX: usize = 1000;

/// An answer: the three faces, from 1 to 5, and a free text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reponse {
    #[schema(minimum = 1, maximum = 5)]
    pub accueil: i32,
    #[schema(minimum = 1, maximum = 5)]
    pub utilite: i32,
    #[schema(minimum = 1, maximum = 5)]
    pub recommandation: i32,
    #[schema(max_length = 1000)]
    pub commentaire: Option<String>,
}

impl Reponse {
    /// The three marks, in the order of [`QUESTIONS`].
    pub fn notes(&self) -> [i32; 3] {
        [self.accueil, self.utilite, self.recommandation]
    }

    /// Checks the marks and the text.
    pub fn controler(&self) -> Resultat<()> {
        let mut c = Controle::new();
        for (q, n) in QUESTIONS.iter().zip(self.notes()) {
            c.exiger((1..=5).contains(&n), q.code, "Choisissez un visage.");
        }
        c.texte("commentaire", self.commentaire.as_deref(), TEXTE_MAX);
        c.finir()
    }
}

/// The overall mark of an answer whose three marks make `somme` (3 to 15): their mean, rounded. It is never
/// half-way, since it is a third.
pub fn note_d_ensemble(somme: i64) -> i64 {
    (somme + 1) / 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_note_d_ensemble_est_la_moyenne_arrondie() {
        for somme in 3..=15_i64 {
            let moyenne = somme as f64 / 3.0;
            assert_eq!(note_d_ensemble(somme), moyenne.round() as i64, "{somme}");
        }
    }

    #[test]
    fn une_note_hors_des_visages_est_refusee() {
        let r = |accueil, utilite| Reponse { accueil, utilite, recommandation: 5, commentaire: None };
        assert!(r(1, 5).controler().is_ok());
        for (a, u) in [(0, 3), (3, 6), (-1, 3)] {
            assert!(r(a, u).controler().is_err(), "{a} {u}");
        }
        let longue = Reponse { commentaire: Some("a".repeat(TEXTE_MAX + 1)), ..r(3, 3) };
        assert!(longue.controler().is_err());
    }
}
