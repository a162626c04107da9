//! The readable page of who may do what, made from the table of rights itself.

use askama::Template;
use interface::{
    Page,
    requete::{Pages, Reponse, Web, rendre},
};
use sea_orm::Iterable;
use socle::{Nomenclature, Permission, Role};

/// The page of rights.
pub fn pages() -> Pages {
    Pages::new().get("/droits", voir)
}

#[derive(Template)]
#[template(path = "droits/droits.html")]
struct PageDroits {
    page: Page,
    roles: Vec<&'static str>,
    lignes: Vec<Ligne>,
}

struct Ligne {
    /// « Lire les dossiers des personnes ».
    droit: String,
    par_role: Vec<bool>,
}

async fn voir(w: Web) -> Reponse {
    rendre(&PageDroits { page: w.page, roles: Role::iter().map(Nomenclature::libelle).collect(), lignes: lignes() })
}

fn lignes() -> Vec<Ligne> {
    Permission::iter()
        .map(|p| {
            let verbe = p.verbe();
            let mut lettres = verbe.chars();
            let droit = lettres.next().map_or_else(String::new, |l| l.to_uppercase().chain(lettres).collect());
            Ligne { droit, par_role: Role::iter().map(|r| r.permet(p)).collect() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chaque_droit_a_sa_ligne() {
        let l = lignes();
        assert_eq!(l.len(), Permission::iter().count());
        assert!(l.iter().all(|l| l.droit.starts_with(char::is_uppercase) && l.par_role.iter().any(|p| *p)));
    }
}
