//! « Registre des traitements »: what the program does with data about people, as the code declares it
//! (regulation (EU) 2016/679, art. 30).

use askama::Template;
use interface::{
    Page,
    requete::{Pages, Reponse, Web, rendre},
};
use socle::{Permission, traitement::Traitement};
use territoire::structure::{self, Structure};

/// Tables that hold nothing about anybody, and why they are there.
pub const SANS_PERSONNE: &[(&str, &str)] = &[
    ("lieu", "the places of a structure"),
    ("noeud", "the machines that serve"),
    ("occurrence", "which periodic work was begun, and when"),
    ("sauvegarde", "the backups made or missed"),
    ("seaql_migrations", "the migrations applied to the database"),
    ("titre_version", "référentiels of titles"),
    ("agrement", "approvals of a centre"),
    ("session_jour", "days of exam sessions"),
    ("cle_badge", "public keys of credentials"),
    ("cle_coffre", "the ids of the keys that seal the notes, never their secrets"),
];

/// Every processing, from people's files to what keeps the program going.
pub fn traitements() -> Vec<&'static Traitement> {
    [
        mediation::TRAITEMENTS,
        ateliers::TRAITEMENTS,
        reprise::TRAITEMENTS,
        bilan::TRAITEMENTS,
        certification::traitement::TRAITEMENTS,
        territoire::traitement::TRAITEMENTS,
        comptes::traitement::TRAITEMENTS,
        socle::traitement::TRAITEMENTS,
    ]
    .concat()
}

/// The page of the register.
pub fn pages() -> Pages {
    Pages::new().get("/registre", voir)
}

#[derive(Template)]
#[template(path = "registre/registre.html")]
struct PageRegistre {
    page: Page,
    s: Structure,
    traitements: Vec<&'static Traitement>,
}

async fn voir(w: Web) -> Reponse {
    let cx = w.lecture();
    let id = cx.exiger(Permission::StructureLire)?;
    rendre(&PageRegistre { s: structure::lire(&cx, id).await?, traitements: traitements(), page: w.page })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chaque_traitement_dit_tout_et_une_table_n_en_a_qu_un() {
        let tous = traitements();
        for t in &tous {
            for texte in [t.nom, t.finalite, t.base_legale, t.personnes, t.donnees, t.destinataires, t.duree, t.securite] {
                assert!(!texte.trim().is_empty() && !texte.contains('\''), "{} : {texte}", t.nom);
            }
            assert!(!t.tables.is_empty(), "{}", t.nom);
        }
        let mut tables: Vec<&str> =
            tous.iter().flat_map(|t| t.tables.iter().copied()).chain(SANS_PERSONNE.iter().map(|(t, _)| *t)).collect();
        tables.sort_unstable();
        let deux_fois = tables.windows(2).find(|p| p[0] == p[1]);
        assert_eq!(deux_fois, None);
    }
}
