use askama::Template;
use certification_regles::Version;
use interface::{
    Page,
    requete::{Chemin, Pages, Reponse, Visite, rendre, vers},
};

use super::{
    comparaison::{self, Comparaison},
    horaires::{self, Etape, VueHoraires},
    obtention::{self, Epreuves, Morceau, VueAcces, VueRegle},
    vue::{self, Repere, VueReference, VueUnite},
};

/// Public pages of the titles.
pub fn pages() -> Pages {
    Pages::new().get_public("/titres", liste).get_public("/titres/{code}", voir).get_public("/titres/{code}/comparer/{autre}", comparer)
}

/// A title in the list.
struct Resume {
    v: &'static Version,
    nature: &'static str,
    etat: (&'static str, &'static str),
    niveaux: String,
    composition: String,
}

impl Resume {
    fn de(v: &'static Version) -> Self {
        Self { v, nature: vue::nature(v), etat: vue::etat(v), niveaux: vue::niveaux(v), composition: vue::composition(v) }
    }
}

#[derive(Template)]
#[template(path = "referentiel/liste.html")]
struct PageListe {
    page: Page,
    titres: Vec<Resume>,
}

async fn liste(v: Visite) -> Reponse {
    rendre(&PageListe { page: v.page, titres: super::lister().iter().map(Resume::de).collect() })
}

#[derive(Template)]
#[template(path = "referentiel/titre.html")]
struct PageTitre {
    page: Page,
    v: &'static Version,
    nature: &'static str,
    etat: (&'static str, &'static str),
    reperes: Vec<Repere>,
    rome: Vec<String>,
    unites: Vec<VueUnite>,
    cas: Vec<&'static str>,
    epreuves: Epreuves,
    modalites: Vec<(&'static str, Vec<Morceau>)>,
    acces: Vec<VueAcces>,
    entreprise: Vec<(String, String, &'static str)>,
    regles_jury: Vec<VueRegle>,
    regles: Vec<VueRegle>,
    horaires: Option<VueHoraires>,
    ruban: Vec<Etape>,
    references: Vec<VueReference>,
    autres: Vec<&'static Version>,
}

async fn voir(x: Visite, Chemin(code): Chemin<String>) -> Reponse {
    let v = super::trouver(&code)?;
    if v.code != code {
        return Ok(vers(&format!("/titres/{}", v.code)));
    }
    let aujourd_hui = x.etat.horloge.aujourd_hui();
    rendre(&PageTitre {
        page: x.page,
        v,
        nature: vue::nature(v),
        etat: vue::etat(v),
        reperes: vue::reperes(v),
        rome: vue::codes(&v.rome),
        unites: vue::unites(v),
        cas: obtention::CAS.iter().map(|(_, libelle)| *libelle).collect(),
        epreuves: obtention::epreuves(v),
        modalites: v.modalites.iter().map(|m| (m.titre.as_str(), obtention::morceaux(&m.texte))).collect(),
        acces: obtention::acces(v),
        entreprise: v.entreprise.iter().map(|r| (obtention::voies(r), obtention::entreprise(r), r.texte.as_str())).collect(),
        regles_jury: obtention::table(v, "jury.", false),
        regles: obtention::table(v, "jury.", true),
        horaires: horaires::vue(v),
        ruban: horaires::ruban(v),
        references: vue::references(v, aujourd_hui),
        autres: super::lister().iter().filter(|a| a.code != v.code).collect(),
    })
}

#[derive(Template)]
#[template(path = "referentiel/comparer.html")]
struct PageComparer {
    page: Page,
    a: &'static Version,
    b: &'static Version,
    c: Comparaison,
}

async fn comparer(x: Visite, Chemin((code, autre)): Chemin<(String, String)>) -> Reponse {
    let (a, b) = (super::trouver(&code)?, super::trouver(&autre)?);
    if (a.code.as_str(), b.code.as_str()) != (code.as_str(), autre.as_str()) {
        return Ok(vers(&format!("/titres/{}/comparer/{}", a.code, b.code)));
    }
    rendre(&PageComparer { page: x.page, a, b, c: comparaison::comparer(a, b) })
}

#[cfg(test)]
mod unitaires {
    use super::*;

    #[test]
    fn chaque_adresse_livree_est_sure_dans_un_lien() {
        for v in super::super::lister() {
            assert!(v.code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{}", v.code);
        }
    }
}
