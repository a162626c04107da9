use askama::Template;
use axum::{http::StatusCode, response::IntoResponse};
use chrono::NaiveDate;
use interface::{
    Choix, Erreurs, Page,
    format::{self, date_sans_jour, instant_court},
    graphique::{Forme, Graphique, Serie, Valeur},
    page::Message,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Visite, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Resultat, horloge::jour, identifiant::LienBilanId};

use super::{DUREES, Lien, Partage, Section, api::entetes};
use crate::{filtre::Demande, garde, mots};

/// Pages of shared bilans: those of the structure, and the one that anybody with a link opens.
pub fn pages() -> Pages {
    Pages::new()
        .get("/bilan/liens", lister)
        .get("/bilan/liens/nouveau", nouveau)
        .post("/bilan/liens", partager)
        .get("/bilan/liens/{id}/revoquer", confirmer)
        .post("/bilan/liens/{id}/revoquer", revoquer)
        .get_public("/partage/{secret}", ouvrir)
}

const LISTE: &str = "/bilan/liens";

struct Ligne {
    id: LienBilanId,
    titre: String,
    filtres: Vec<String>,
    etat: (&'static str, &'static str),
    ouvert: bool,
    fait: String,
    fin: String,
    vu: String,
}

fn titre(du: NaiveDate, au: NaiveDate) -> String {
    format!("Bilan du {} au {}", date_sans_jour(du), date_sans_jour(au))
}

impl Ligne {
    fn nouvelle(cx: &Contexte, l: Lien, auteur: &str) -> Self {
        let ouvert = l.expire_le > cx.maintenant;
        Self {
            id: l.id,
            titre: titre(l.du, l.au),
            filtres: l.contenu.filtres,
            etat: if ouvert { ("Ouvert", "succes") } else { ("Expiré", "neutre") },
            ouvert,
            fait: format!("Créé le {} par {auteur}", instant_court(l.cree_le)),
            fin: format!("{} le {}", if ouvert { "Se ferme" } else { "Fermé" }, instant_court(l.expire_le)),
            vu: l.vu_le.map_or_else(|| "Jamais ouvert".into(), |v| format!("Ouvert pour la dernière fois le {}", instant_court(v))),
        }
    }
}

#[derive(Template)]
#[template(path = "partage/liens.html")]
struct PageLiens {
    page: Page,
    lignes: Vec<Ligne>,
}

async fn lister(w: Web) -> Reponse {
    let cx = w.lecture();
    let liens = super::lister(&cx).await?;
    rendre(&PageLiens { lignes: liens.into_iter().map(|(l, nom)| Ligne::nouvelle(&cx, l, &nom)).collect(), page: w.page })
}

#[derive(Template)]
#[template(path = "partage/nouveau.html")]
struct PageNouveau {
    page: Page,
    erreurs: Erreurs,
    titre: String,
    filtres: Vec<String>,
    durees: Vec<Choix>,
    champs: Vec<(String, String)>,
    retour: String,
}

async fn formulaire(page: Page, cx: &Contexte, d: &Demande, jours: &str, erreurs: Erreurs) -> Resultat<PageNouveau> {
    let f = super::situer(cx, d, super::la_sienne(cx)?)?;
    let adresse = f.adresse();
    Ok(PageNouveau {
        page,
        erreurs,
        titre: titre(f.du, f.au),
        filtres: super::contenu::filtres(cx, &f).await?,
        durees: DUREES.iter().map(|n| Choix::nouveau(n.to_string(), format!("{n} jours"), n.to_string() == jours)).collect(),
        champs: adresse.split('&').filter_map(|p| p.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        retour: format!("/bilan?{adresse}"),
    })
}

async fn nouveau(w: Web, Parametres(paires): Parametres<Vec<(String, String)>>) -> Reponse {
    let cx = w.lecture();
    let d = garde::lire_paires(paires, |_, _| false)?;
    match formulaire(w.page, &cx, &d, "30", Erreurs::default()).await {
        Ok(p) => rendre(&p),
        // Several structures at once: said where the choice was made.
        Err(Erreur::Invalide(e)) => {
            let texte = e.into_iter().next().map(|e| e.message).unwrap_or_default();
            Ok(aller("/bilan", Message::attention(texte)))
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "partage/fait.html")]
struct PageFait {
    page: Page,
    adresse: String,
    titre: String,
    limite: NaiveDate,
}

async fn partager(w: Web, Formulaire(champs): Formulaire<Vec<(String, String)>>) -> Reponse {
    let mut jours = String::new();
    let d = garde::lire_paires(champs, |n, v| {
        if n == "jours" {
            jours = v;
        }
        n == "jours"
    })?;
    let cx = w.ecriture().await?;
    match super::partager(&cx, &d, jours.parse().unwrap_or_default()).await {
        Ok(fait) => {
            cx.valider().await?;
            let (titre, limite) = (titre(fait.lien.du, fait.lien.au), jour(fait.lien.expire_le));
            rendre_avec(StatusCode::CREATED, &PageFait { page: w.page, adresse: fait.adresse, titre, limite })
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &formulaire(w.page, &cx, &d, &jours, e.into()).await?),
        Err(Erreur::Conflit(m)) => Ok(aller(LISTE, Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "partage/revoquer.html")]
struct PageRevoquer {
    page: Page,
    id: LienBilanId,
    titre: String,
}

impl PageRevoquer {
    fn action(&self) -> String {
        format!("{LISTE}/{}/revoquer", self.id)
    }
}

async fn confirmer(w: Web, Chemin(id): Chemin<LienBilanId>) -> Reponse {
    let l = super::lire(&w.lecture(), id).await?;
    rendre(&PageRevoquer { page: w.page, id, titre: titre(l.du, l.au) })
}

async fn revoquer(w: Web, Chemin(id): Chemin<LienBilanId>) -> Reponse {
    let cx = w.ecriture().await?;
    super::revoquer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller(LISTE, Message::succes("Le lien est révoqué\u{a0}: il n’ouvre plus rien.")))
}

/// What a link shows.
#[derive(Template)]
#[template(path = "partage/partage.html")]
struct PagePartage {
    page: Page,
    p: Partage,
    chiffres: Vec<(String, String)>,
    graphiques: Vec<Graphique>,
    publics: Vec<Section>,
    masques: bool,
}

/// Why a link shows nothing.
#[derive(Template)]
#[template(path = "partage/fin.html")]
struct PageFin {
    page: Page,
    titre: &'static str,
    texte: String,
}

fn dire(n: Option<&i64>) -> String {
    n.map_or_else(|| mots::MASQUE.to_owned(), |n| format::entier(*n))
}

impl PagePartage {
    fn nouvelle(page: Page, p: Partage) -> Self {
        let mut chiffres: Vec<(String, String)> = p
            .chiffres
            .iter()
            .map(|c| {
                let valeur = match (c.code.as_str(), c.valeur) {
                    ("duree_minutes", Some(m)) => format::duree(m),
                    (_, v) => dire(v.as_ref()),
                };
                (valeur, c.libelle.clone())
            })
            .collect();
        chiffres.extend(p.note_moyenne.map(|m| (format!("{} sur 5", format::nombre(m, 1)), "note moyenne des avis".to_owned())));
        let (publics, autres): (Vec<_>, Vec<_>) =
            p.sections.iter().cloned().partition(|s| matches!(s.code.as_str(), "tranches_age" | "genres" | "statuts"));
        let masques = p.chiffres.iter().any(|c| c.valeur.is_none())
            || p.sections.iter().flat_map(|s| &s.lignes).flat_map(|l| &l.valeurs).any(Option::is_none);
        Self { page, chiffres, graphiques: autres.iter().map(dessiner).collect(), publics, masques, p }
    }
}

fn dessiner(s: &Section) -> Graphique {
    let valeur = |v: Option<i64>| v.map_or_else(|| Valeur::masquee().dite(mots::MASQUE), Valeur::de);
    let series = s
        .colonnes
        .iter()
        .enumerate()
        .map(|(i, nom)| Serie::nouvelle(nom.as_str(), s.lignes.iter().map(|l| valeur(l.valeurs.get(i).copied().flatten()))))
        .collect();
    let forme = if s.colonnes.len() > 1 { Forme::Colonnes } else { Forme::Barres };
    Graphique::nouveau(forme, &s.code.replace('_', "-"), &s.titre, "", s.lignes.iter().map(|l| l.libelle.as_str()), series)
}

/// A page for somebody who only has the link: no name, no message, no way elsewhere, whoever is signed in.
fn nue(mut page: Page) -> Page {
    page.utilisateur = None;
    page.navigation = vec![];
    page.message = None;
    page
}

async fn ouvrir(v: Visite, Chemin(secret): Chemin<String>) -> Reponse {
    let page = nue(v.page);
    let r = match super::ouvrir(&v.etat, &secret).await {
        Ok(p) => rendre(&PagePartage::nouvelle(page, p))?,
        // Never the usual page of errors, which leads into the application.
        Err(e) => {
            let (titre, texte) = match &e {
                Erreur::Introuvable(_) => (
                    "Ce lien n’existe pas",
                    "Il est peut-être incomplet, ou la structure l’a fermé. Demandez-lui un autre lien.".to_owned(),
                ),
                Erreur::Perime(m) => ("Ce lien n’est plus valable", m.clone()),
                autre => (autre.titre(), autre.explication()),
            };
            if e.statut().is_server_error() {
                tracing::error!(erreur = %e, "shared bilan refused");
            }
            rendre_avec(e.statut(), &PageFin { page, titre, texte })?
        }
    };
    Ok((entetes(), r).into_response())
}
