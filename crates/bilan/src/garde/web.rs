use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Onglet, Page,
    format::{date_sans_jour, instant_court},
    page::Message,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Nomenclature, Resultat, identifiant::FiltreBilanId};

use super::{FiltreGarde, Garder};
use crate::{
    filtre::{Demande, Filtre},
    periode::Periode,
    rapport,
};

/// Pages of the filters that a person keeps.
pub fn pages() -> Pages {
    Pages::new()
        .get("/bilan/filtres", lister)
        .get("/bilan/filtres/nouveau", nouveau)
        .post("/bilan/filtres", garder)
        .get("/bilan/filtres/{id}", modifier)
        .post("/bilan/filtres/{id}", renommer)
        .get("/bilan/filtres/{id}/supprimer", confirmer)
        .post("/bilan/filtres/{id}/supprimer", supprimer)
}

const LISTE: &str = "/bilan/filtres";
/// The choice of a form that is none of the periods that move.
const DATES: &str = "dates";

/// What a filter is about, in words.
pub fn decrire(g: &FiltreGarde) -> String {
    match (g.periode, g.du, g.au) {
        (Some(p), ..) => p.libelle().to_owned(),
        (None, Some(du), Some(au)) => format!("Du {} au {}", date_sans_jour(du), date_sans_jour(au)),
        (None, ..) => String::new(),
    }
}

/// The filters that the person keeps, those of these figures marked.
pub async fn onglets(cx: &Contexte, f: &Filtre) -> Resultat<Vec<Onglet>> {
    let ici = f.clone().situer(cx)?;
    let onglet = |g: FiltreGarde| {
        let meme = super::lire_adresse(&g.adresse()).lire(cx.aujourd_hui()).and_then(|g| g.situer(cx)).is_ok_and(|g| g == ici);
        Onglet::nouveau(format!("/bilan?{}", g.adresse()), g.nom, meme)
    };
    Ok(super::lister(cx).await?.into_iter().map(onglet).collect())
}

struct Ligne {
    id: FiltreBilanId,
    nom: String,
    adresse: String,
    periode: String,
    cree: String,
}

#[derive(Template)]
#[template(path = "garde/filtres.html")]
struct PageFiltres {
    page: Page,
    lignes: Vec<Ligne>,
}

async fn lister(w: Web) -> Reponse {
    let filtres = super::lister(&w.lecture()).await?;
    let ligne = |g: FiltreGarde| Ligne {
        id: g.id,
        adresse: format!("/bilan?{}", g.adresse()),
        periode: decrire(&g),
        cree: instant_court(g.cree_le),
        nom: g.nom,
    };
    rendre(&PageFiltres { lignes: filtres.into_iter().map(ligne).collect(), page: w.page })
}

#[derive(Template)]
#[template(path = "garde/nouveau.html")]
struct PageNouveau {
    page: Page,
    erreurs: Erreurs,
    nom: String,
    periodes: Vec<Choix>,
    /// What else is chosen, in words.
    filtres: Vec<String>,
    /// The pairs of the address, carried by the form.
    champs: Vec<(String, String)>,
    retour: String,
}

/// Reads the pairs of an address that say a filter and nothing else; `autre` takes the rest, or refuses it.
pub fn lire_paires(paires: Vec<(String, String)>, mut autre: impl FnMut(&str, String) -> bool) -> Resultat<Demande> {
    let mut d = Demande::default();
    for (nom, valeur) in paires {
        if !d.poser(&nom, valeur.clone()) && !autre(&nom, valeur) {
            return Err(Erreur::Illisible("L’adresse contient un paramètre inconnu.".into()));
        }
    }
    Ok(d)
}

/// The form that keeps what `d` asks for.
async fn formulaire(page: Page, cx: &Contexte, d: &Demande, nom: String, choisie: Option<&str>, erreurs: Erreurs) -> Resultat<PageNouveau> {
    let f = d.lire(cx.aujourd_hui())?.situer(cx)?;
    let meme = |p: &Periode| p.jours(cx.aujourd_hui()) == (f.du, f.au);
    let lue =
        Periode::depuis(&d.periode).or_else(|| Periode::tous().into_iter().find(meme)).map_or_else(|| DATES.to_owned(), Nomenclature::code);
    let choisie = choisie.map_or(lue, str::to_owned);
    let mut periodes: Vec<Choix> =
        Periode::tous().into_iter().map(|p| Choix::nouveau(p.code(), p.libelle(), p.code() == choisie)).collect();
    let dates = format!("Toujours du {} au {}", date_sans_jour(f.du), date_sans_jour(f.au));
    periodes.push(Choix::nouveau(DATES, dates, choisie == DATES));
    let adresse = f.adresse();
    Ok(PageNouveau {
        page,
        erreurs,
        nom,
        periodes,
        filtres: rapport::filtres(cx, &f).await?.into_iter().map(|(libelle, valeur)| format!("{libelle}\u{a0}: {valeur}")).collect(),
        champs: adresse.split('&').filter_map(|p| p.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        retour: format!("/bilan?{adresse}"),
    })
}

async fn nouveau(w: Web, Parametres(paires): Parametres<Vec<(String, String)>>) -> Reponse {
    let cx = w.lecture();
    let d = lire_paires(paires, |_, _| false)?;
    rendre(&formulaire(w.page, &cx, &d, String::new(), None, Erreurs::default()).await?)
}

async fn garder(w: Web, Formulaire(champs): Formulaire<Vec<(String, String)>>) -> Reponse {
    let (mut nom, mut choisie) = (String::new(), String::new());
    // The dates of the form are those shown; the period chosen beside them wins.
    let (periodes, champs): (Vec<_>, Vec<_>) = champs.into_iter().partition(|(n, _)| n == "periode");
    choisie.extend(periodes.into_iter().map(|(_, v)| v));
    let dates = lire_paires(champs, |n, v| {
        if n == "nom" {
            nom = v;
        }
        n == "nom"
    })?;
    let mut demande = dates.clone();
    if !matches!(choisie.as_str(), "" | DATES) {
        demande = Demande { periode: choisie.clone(), du: String::new(), au: String::new(), ..demande };
    }
    let cx = w.ecriture().await?;
    match super::garder(&cx, Garder { id: w.id_creation(&cx, None), nom: nom.clone(), demande }).await {
        Ok((g, _)) => {
            cx.valider().await?;
            Ok(aller(
                &format!("/bilan?{}", g.adresse()),
                Message::succes("Le filtre est gardé\u{a0}: vous le retrouverez en haut du bilan."),
            ))
        }
        Err(Erreur::Invalide(e)) => {
            let choisie = Some(choisie.as_str()).filter(|c| !c.is_empty());
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &formulaire(w.page, &cx, &dates, nom, choisie, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "garde/modifier.html")]
struct PageModifier {
    page: Page,
    erreurs: Erreurs,
    id: FiltreBilanId,
    nom: String,
    valeur: String,
    periode: String,
}

fn page_modifier(page: Page, g: &FiltreGarde, valeur: String, erreurs: Erreurs) -> PageModifier {
    PageModifier { page, erreurs, id: g.id, nom: g.nom.clone(), valeur, periode: decrire(g) }
}

async fn modifier(w: Web, Chemin(id): Chemin<FiltreBilanId>) -> Reponse {
    let g = super::lire(&w.lecture(), id).await?;
    rendre(&page_modifier(w.page, &g, g.nom.clone(), Erreurs::default()))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    nom: String,
}

async fn renommer(w: Web, Chemin(id): Chemin<FiltreBilanId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    match super::renommer(&cx, id, s.nom.clone()).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(LISTE, Message::succes("Le filtre a changé de nom.")))
        }
        Err(Erreur::Invalide(e)) => {
            let g = super::lire(&cx, id).await?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page_modifier(w.page, &g, s.nom, e.into()))
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "garde/supprimer.html")]
struct PageSupprimer {
    page: Page,
    id: FiltreBilanId,
    nom: String,
}

impl PageSupprimer {
    fn action(&self) -> String {
        format!("{LISTE}/{}/supprimer", self.id)
    }
}

async fn confirmer(w: Web, Chemin(id): Chemin<FiltreBilanId>) -> Reponse {
    let g = super::lire(&w.lecture(), id).await?;
    rendre(&PageSupprimer { page: w.page, id, nom: g.nom })
}

async fn supprimer(w: Web, Chemin(id): Chemin<FiltreBilanId>) -> Reponse {
    let cx = w.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller(LISTE, Message::succes("Le filtre est supprimé.")))
}
