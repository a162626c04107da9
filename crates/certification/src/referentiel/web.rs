use askama::Template;
use certification_regles::Version;
use chrono::NaiveDate;
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
    let toutes = super::toutes(&v.etat).await?;
    rendre(&page_liste(v.page, toutes))
}

fn page_liste(page: Page, toutes: &'static [Version]) -> PageListe {
    PageListe { page, titres: toutes.iter().map(Resume::de).collect() }
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
    ruban_sans_date: bool,
    references: Vec<VueReference>,
    autres: Vec<&'static Version>,
}

async fn voir(x: Visite, Chemin(code): Chemin<String>) -> Reponse {
    let v = super::chercher(&x.etat, &code).await?;
    if v.code != code {
        return Ok(vers(&format!("/titres/{}", v.code)));
    }
    let toutes = super::toutes(&x.etat).await?;
    rendre(&page_titre(x.page, v, toutes, x.etat.horloge.aujourd_hui()))
}

fn page_titre(page: Page, v: &'static Version, toutes: &'static [Version], aujourd_hui: NaiveDate) -> PageTitre {
    let ruban = horaires::ruban(v);
    PageTitre {
        page,
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
        ruban_sans_date: ruban.iter().all(|e| e.quand.is_none()),
        ruban,
        references: vue::references(v, aujourd_hui),
        autres: toutes.iter().filter(|a| a.code != v.code).collect(),
    }
}

#[derive(Template)]
#[template(path = "referentiel/comparer.html")]
struct PageComparer {
    page: Page,
    a: &'static Version,
    b: &'static Version,
    fil: [(String, &'static str); 2],
    d: Comparaison,
}

async fn comparer(x: Visite, Chemin((code, autre)): Chemin<(String, String)>) -> Reponse {
    let (a, b) = (super::chercher(&x.etat, &code).await?, super::chercher(&x.etat, &autre).await?);
    if (a.code.as_str(), b.code.as_str()) != (code.as_str(), autre.as_str()) {
        return Ok(vers(&format!("/titres/{}/comparer/{}", a.code, b.code)));
    }
    rendre(&page_comparer(x.page, a, b))
}

fn page_comparer(page: Page, a: &'static Version, b: &'static Version) -> PageComparer {
    let fil = [("/titres".to_owned(), "Titres professionnels"), (format!("/titres/{}", a.code), a.nom())];
    PageComparer { page, a, b, fil, d: comparaison::comparer(a, b) }
}

#[cfg(test)]
mod unitaires {
    use std::collections::BTreeSet;

    use super::{super::lister, *};

    fn jour() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 10).unwrap()
    }

    /// Every page, by its name.
    fn toutes() -> Vec<(String, String)> {
        let mut t = vec![("liste".to_owned(), page_liste(Page::default(), lister()).render().unwrap())];
        for v in lister() {
            t.push((v.code.clone(), page_titre(Page::default(), v, lister(), jour()).render().unwrap()));
            t.extend(lister().iter().map(|b| (format!("{} {}", v.code, b.code), page_comparer(Page::default(), v, b).render().unwrap())));
        }
        t
    }

    #[test]
    fn les_titres_de_page_sont_dans_l_ordre_et_les_ancres_uniques() {
        for (nom, html) in toutes() {
            let corps = html.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
            let niveaux: Vec<u32> = corps.match_indices("<h").filter_map(|(i, _)| corps[i + 2..].chars().next()?.to_digit(10)).collect();
            assert_eq!(niveaux.iter().filter(|n| **n == 1).count(), 1, "{nom}");
            assert_eq!(niveaux[0], 1, "{nom}");
            assert!(niveaux.windows(2).all(|p| p[1] <= p[0] + 1), "{nom} : {niveaux:?}");
            let ids: Vec<&str> = html.match_indices(" id=\"").map(|(i, _)| html[i + 5..].split('"').next().unwrap()).collect();
            assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{nom} : {ids:?}");
            for ancre in corps.match_indices("href=\"#").map(|(i, _)| corps[i + 7..].split('"').next().unwrap()) {
                assert!(ids.contains(&ancre), "{nom} : {ancre}");
            }
            assert!(!corps.contains("<table") || corps.matches("<caption").count() == corps.matches("<table").count(), "{nom}");
            assert!(!corps.contains("<ul></ul>") && !corps.contains("<dd></dd>"), "{nom}");
        }
    }

    #[test]
    fn chaque_adresse_livree_est_sure_dans_un_lien() {
        for v in lister() {
            assert!(v.code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{}", v.code);
        }
    }
}
