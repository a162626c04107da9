//! The page of the map: drawn twice, for a phone and for a screen, and the same in words below.

use askama::Template;
use interface::{
    Page,
    requete::{Parametres, Reponse as Rendu, Visite, rendre, vers},
};
use socle::{Contexte, Resultat};
use territoire::commune::{Position, departement_nom, departements};

use super::{
    super::choix::{Choix, Saisie},
    Place,
    dessin::{Point, reperes},
    fenetre::{self, Fenetre},
};
use crate::reservation;

/// Points across: on a screen, on a phone.
const LARGE: f64 = 720.0;
/// Narrower than the narrowest screen: a mark of 24 units is no less than 24 pixels there.
const ETROIT: f64 = 280.0;
/// Points of an outline nearer than this are left out.
const PAS: f64 = 4.0;
/// Beyond, the list of the whole country is one of départements.
const PLACES_MAX: usize = 150;

#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::programme) struct Filtre {
    departement: String,
    #[serde(flatten)]
    choix: Saisie,
}

/// A mark, ready to write.
struct Marque {
    href: String,
    dit: String,
    x: i32,
    y: i32,
    rayon: i32,
    nombre: String,
    nom: String,
    etiquette: Option<(i32, i32, &'static str)>,
}

/// One drawing.
struct Dessin {
    classe: &'static str,
    id: &'static str,
    largeur: i32,
    hauteur: i32,
    /// Of the outlines, drawn once for both.
    echelle: String,
    marques: Vec<Marque>,
    barre: i32,
    barre_y: i32,
    barre_dit: String,
}

struct Trait {
    d: String,
    montre: bool,
}

/// A place of the list: address, name, precision.
type Ligne = (String, String, String);

#[derive(Template)]
#[template(path = "programme/carte.html")]
struct PageCarte {
    page: Page,
    titre: String,
    programme: String,
    f: Saisie,
    inconnue: bool,
    departement: String,
    traits: Vec<Trait>,
    dessins: Vec<Dessin>,
    /// What the drawing shows, in a sentence.
    description: String,
    /// Anchor, name and places of each département.
    departements: Vec<(String, String, Vec<Ligne>)>,
    /// Address, name and precision of the other maps.
    autres: Vec<Ligne>,
    tout: Option<String>,
    sans_place: Option<String>,
    vide: bool,
}

fn nombre(n: i64) -> String {
    interface::format::compte(n, "atelier", "ateliers")
}

/// Addresses of this page and of the list, with what was asked for.
struct Adresses(Choix);

impl Adresses {
    fn liste(&self, commune: Option<&str>) -> String {
        let ici = commune.map(str::to_owned).or_else(|| self.0.commune.clone());
        Choix { commune: ici, ..self.0.clone() }.liste(&[])
    }

    fn carte(&self, departement: Option<&str>) -> String {
        let autre: Vec<String> = departement.map(|d| format!("departement={d}")).into_iter().collect();
        self.0.carte(&autre)
    }
}

fn marquer(f: &Fenetre, places: &[(usize, &Place, Position)], a: &Adresses, un_seul: bool) -> Vec<Marque> {
    let points = places.iter().map(|(i, p, position)| {
        let (x, y) = f.point(*position);
        Point { x, y, nombre: p.ateliers, nom: p.lieu.clone().unwrap_or_else(|| p.nom_commune.clone()), place: *i }
    });
    let trouver = |i: usize| places.iter().find(|(j, ..)| *j == i).map(|(_, p, _)| *p);
    reperes(points.collect(), f.largeur, f.hauteur)
        .into_iter()
        .filter_map(|r| {
            let premiere = trouver(*r.places.first()?)?;
            let autres = r.places.len() - 1;
            let (href, avec) = if autres == 0 {
                (a.liste(premiere.commune.as_deref()), String::new())
            } else {
                let ici = format!("#d-{}", premiere.departement);
                let href = if un_seul || premiere.departement.is_empty() { ici } else { a.carte(Some(&premiere.departement)) };
                let voisins = interface::format::compte(autres as i64, "autre lieu proche", "autres lieux proches");
                (href, format!(", avec {voisins}"))
            };
            Some(Marque {
                href,
                // Begins with what is seen, in its order.
                dit: format!("{} {}{avec}", premiere.nom(), nombre(r.nombre)),
                x: r.x.round() as i32,
                y: r.y.round() as i32,
                rayon: r.rayon.round() as i32,
                nombre: if r.nombre > 999 { "999+".into() } else { r.nombre.to_string() },
                nom: r.nom,
                etiquette: r.etiquette.map(|(x, y, ancre)| (x.round() as i32, y.round() as i32, ancre)),
            })
        })
        .collect()
}

fn dessiner(places: &[Place], montres: &std::collections::BTreeSet<String>, a: &Adresses) -> (Vec<Trait>, Vec<Dessin>) {
    let ici: Vec<(usize, &Place, Position)> = (places.iter().enumerate())
        .filter(|(_, p)| montres.contains(&p.departement))
        .filter_map(|(i, p)| Some((i, p, p.position?)))
        .collect();
    let positions: Vec<Position> = ici.iter().map(|(.., p)| *p).collect();
    let cadre = |largeur: f64| Fenetre::autour(&positions, montres, largeur);
    let (Some(large), Some(etroit)) = (cadre(LARGE), cadre(ETROIT)) else { return (vec![], vec![]) };
    let traits = departements()
        .map(|(code, _)| Trait { d: large.trait_de(code, PAS), montre: montres.contains(code) })
        .filter(|t| !t.d.is_empty())
        .collect();
    let dessins = [("grand", "carte-grande", large), ("petit", "carte-petite", etroit)]
        .into_iter()
        .map(|(classe, id, f)| {
            let (km, barre) = f.barre(f.largeur / 4.0);
            Dessin {
                classe,
                id,
                largeur: f.largeur as i32,
                hauteur: f.hauteur as i32,
                echelle: format!("{:.4}", f.largeur / LARGE),
                marques: marquer(&f, &ici, a, montres.len() == 1),
                barre: barre.round() as i32,
                barre_y: f.hauteur as i32 - 12,
                barre_dit: format!("{km} km"),
            }
        })
        .collect();
    (traits, dessins)
}

/// The places in words, by département; of the whole country, when they are many, the départements alone.
fn en_mots(places: &[Place], montres: &std::collections::BTreeSet<String>, a: &Adresses) -> Vec<(String, String, Vec<Ligne>)> {
    let mut v: Vec<(String, String, Vec<Ligne>)> = vec![];
    let dites: Vec<&Place> = places.iter().filter(|p| montres.contains(&p.departement) || p.position.is_none()).collect();
    if montres.len() > 1 && dites.len() > PLACES_MAX {
        return v;
    }
    for p in dites {
        let ligne = (
            a.liste(p.commune.as_deref()),
            p.nom(),
            format!("{}, à partir du {}", nombre(p.ateliers), interface::format::date_longue(socle::horloge::jour(p.premier))),
        );
        let ancre = format!("d-{}", p.departement);
        match v.last_mut() {
            Some((d, _, l)) if *d == ancre => l.push(ligne),
            _ => v.push((ancre, departement_nom(&p.departement).unwrap_or("Ailleurs").to_owned(), vec![ligne])),
        }
    }
    v
}

async fn composer(cx: &Contexte, page: Page, f: Filtre) -> Resultat<PageCarte> {
    let Filtre { departement, choix: f } = f;
    let (choix, inconnue) = f.lire();
    let titre = match choix.structure {
        Some(s) => format!("La carte des ateliers de {}", super::super::web::nom_structure(cx, s).await?),
        None => "La carte des ateliers".into(),
    };
    let (places, sans_place) = super::places(cx, &choix).await?;
    let a = Adresses(choix);
    let c = fenetre::choisir(&places, Some(departement.as_str()));
    let (traits, dessins) = dessiner(&places, &c.montres, &a);
    let montres: Vec<&Place> = places.iter().filter(|p| p.position.is_some() && c.montres.contains(&p.departement)).collect();
    let total = montres.iter().map(|p| p.ateliers).sum();
    let seul = (c.montres.len() == 1).then(|| c.montres.first().and_then(|d| departement_nom(d))).flatten();
    let description = format!(
        "{} dans {}{}.",
        nombre(total),
        interface::format::compte(montres.len() as i64, "lieu", "lieux"),
        seul.map(|d| format!("\u{a0}: {d}")).unwrap_or_default()
    );
    let reste = !c.autres.is_empty() && c.montres.len() == 1;
    Ok(PageCarte {
        page,
        titre,
        inconnue,
        departement,
        departements: en_mots(&places, &c.montres, &a),
        autres: (c.autres.iter()).map(|(d, n)| (a.carte(Some(d)), departement_nom(d).unwrap_or(d).to_owned(), nombre(*n))).collect(),
        tout: reste.then(|| a.carte(None)),
        sans_place: (sans_place > 0)
            .then(|| format!("{} sans commune indiquée.", interface::format::compte(sans_place, "atelier a lieu", "ateliers ont lieu"))),
        vide: places.is_empty() && sans_place == 0,
        programme: a.liste(None),
        traits,
        dessins,
        description,
        f,
    })
}

/// The map: of the département asked for, of a structure, by need.
pub(in crate::programme) async fn carte(v: Visite, Parametres(f): Parametres<Filtre>) -> Rendu {
    rendre(&composer(&reservation::lecture(&v.etat), v.page, f).await?)
}

/// The address of the list by commune, before there was a map.
pub(in crate::programme) async fn communes() -> Rendu {
    Ok(vers("/programme/carte"))
}
