//! The address of a list behind a number, read.

use socle::{Contexte, Erreur, Resultat};

use crate::{
    filtre::{Demande, Filtre},
    liste::{self, Detail},
};

/// The pairs of an address, sorted into the filter, what is opened, and the page.
pub struct Ouverture {
    pub filtre: Filtre,
    pub detail: Detail,
    pub nouvelles: bool,
    pub noms: bool,
    pub quoi: Option<String>,
    pub page: u64,
}

/// Reads the pairs of an address; the actor may read the figures of its structures.
pub fn ouvrir(cx: &Contexte, paires: Vec<(String, String)>) -> Resultat<Ouverture> {
    let mut d = Demande::default();
    let (mut details, mut nouvelles, mut noms, mut quoi, mut page) = (vec![], false, false, None, 1);
    for (nom, valeur) in paires {
        match nom.as_str() {
            "nouvelles" => nouvelles = valeur == "oui",
            "noms" => noms = valeur == "oui",
            "quoi" => quoi = Some(valeur),
            "page" => page = valeur.parse::<u64>().unwrap_or(1).clamp(1, 100_000),
            n if liste::DETAILS.contains(&n) => details.push((nom, valeur)),
            n if d.poser(n, valeur) => {}
            _ => return Err(Erreur::Illisible("L’adresse contient un paramètre inconnu.".into())),
        }
    }
    Ok(Ouverture { filtre: d.lire(cx.aujourd_hui())?.situer(cx)?, detail: Detail::lire(details)?, nouvelles, noms, quoi, page })
}
