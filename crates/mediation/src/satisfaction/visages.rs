//! Questions with five faces, for whoever shows them: the same words, marks and drawings everywhere.

use interface::{Erreurs, Page};

use super::questions::Question;

/// One face, as the form shows it.
pub struct Visage {
    pub note: usize,
    pub mots: &'static str,
    pub coche: bool,
    /// The line of the mouth.
    pub bouche: &'static str,
}

/// A question, as the form asks it (`satisfaction/visages.html`).
pub struct Posee {
    pub code: &'static str,
    pub libelle: &'static str,
    pub erreur: Option<String>,
    pub visages: Vec<Visage>,
}

const BOUCHES: [&str; 5] =
    ["M7 17.5Q12 11.5 17 17.5", "M7.5 16.5Q12 13.5 16.5 16.5", "M7.5 15.5H16.5", "M7.5 14.5Q12 18 16.5 14.5", "M6.5 14Q12 20.5 17.5 14"];

/// The questions with what was chosen: `choisi` gives the mark typed for a question, empty if none.
pub fn poser<'a>(questions: &[Question], choisi: impl Fn(&Question) -> &'a str, erreurs: &Erreurs) -> Vec<Posee> {
    questions
        .iter()
        .map(|q| Posee {
            code: q.code,
            libelle: q.libelle,
            erreur: erreurs.de(q.code).map(str::to_owned),
            visages: q
                .reponses
                .iter()
                .zip(BOUCHES)
                .enumerate()
                .map(|(i, (mots, bouche))| Visage { note: i + 1, mots, bouche, coche: choisi(q) == (i + 1).to_string() })
                .collect(),
        })
        .collect()
}

/// A page for somebody who only has the link, perhaps on the mediator's own device: no name, no message, no
/// way elsewhere, whoever is signed in.
pub fn nue(mut page: Page) -> Page {
    page.utilisateur = None;
    page.navigation = vec![];
    page.message = None;
    page
}
