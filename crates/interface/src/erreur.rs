//! Error pages: pages of the product, in words, with a way back and an incident number.

use askama::Template;

use crate::page::Page;

/// Any error page (403, 404, 422, 429, 500, 503). Works without an account: `page: Page::default()`.
#[derive(Clone, Debug, Template)]
#[template(path = "erreur.html")]
pub struct PageErreur {
    pub page: Page,
    /// HTTP status, shown small.
    pub statut: u16,
    /// What happened, in one line: the `h1`.
    pub titre: String,
    /// Why, in a sentence or two; nothing of the inside.
    pub explication: String,
    /// What to do now.
    pub que_faire: String,
    /// Number to give when asking for help, also in the logs.
    pub incident: Option<String>,
}

impl PageErreur {
    /// The page of a status, with our usual words; the fields are public, so they can be refined.
    pub fn de(page: Page, statut: u16, incident: Option<String>) -> Self {
        let (titre, explication, que_faire) = mots(statut);
        Self { page, statut, titre: titre.to_owned(), explication: explication.to_owned(), que_faire: que_faire.to_owned(), incident }
    }
}

fn mots(statut: u16) -> (&'static str, &'static str, &'static str) {
    match statut {
        401 => ("Connectez-vous", "Il faut être connecté pour voir cette page.", "Connectez-vous, puis recommencez."),
        403 => (
            "Vous n’avez pas accès à cette page",
            "Votre rôle ne permet pas d’ouvrir cette page.",
            "Si vous en avez besoin, demandez-le à la personne responsable de votre structure.",
        ),
        404 => (
            "Cette page n’existe pas",
            "L’adresse est peut-être incomplète, ou la page a été déplacée ou supprimée.",
            "Vérifiez l’adresse, ou repartez de l’accueil.",
        ),
        413 => {
            ("L’envoi est trop volumineux", "Le fichier dépasse la taille acceptée.", "Choisissez un fichier plus petit, puis recommencez.")
        }
        422 => (
            "Des informations sont à corriger",
            "Le formulaire n’a pas pu être enregistré tel quel.",
            "Revenez à la page précédente : votre saisie y est encore.",
        ),
        429 => ("Trop de demandes", "Vous avez fait beaucoup de demandes en peu de temps.", "Attendez une minute, puis recommencez."),
        503 => (
            "Service momentanément indisponible",
            "Le service ne répond pas pour l’instant. Rien de ce qui était enregistré n’est perdu.",
            "Réessayez dans une minute.",
        ),
        500.. => (
            "Une erreur est survenue",
            "La faute vient de Passeur, pas de vous. Rien n’a été enregistré à moitié.",
            "Réessayez. Si cela se répète, donnez le numéro d’incident à votre administrateur.",
        ),
        _ => ("La demande n’a pas abouti", "Passeur n’a pas compris cette demande.", "Revenez à la page précédente, puis recommencez."),
    }
}
