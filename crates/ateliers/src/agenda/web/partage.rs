//! Feeds given to other calendars, and other calendars followed here.

use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    handler::Handler,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Visite, Web, aller, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{AgendaExterneId, FluxAgendaId},
};

use super::super::{
    externe::{self, Externe},
    flux, ical,
};

/// The body of a file: its octets, and what goes around it.
const CORPS_MAX: usize = super::super::distant::TAILLE_MAX + 64 * 1024;

/// Pages of feeds and followed calendars.
pub(super) fn pages() -> Pages {
    Pages::new()
        .get("/agenda/partage", voir)
        .post("/agenda/partage", ouvrir)
        .post("/agenda/partage/flux/{id}/fermer", fermer)
        .post("/agenda/partage/suivre", suivre.layer(DefaultBodyLimit::max(CORPS_MAX)))
        .post("/agenda/partage/externes/{id}/retirer", retirer)
        .get_public("/agenda/flux/{secret}", servir)
}

struct LigneFlux {
    id: String,
    nom: String,
    depuis: String,
    sien: bool,
}

struct LigneExterne {
    id: String,
    nom: String,
    etat: String,
    erreur: Option<String>,
}

#[derive(Template)]
#[template(path = "agenda/partage.html")]
struct PagePartage {
    page: Page,
    erreurs: Erreurs,
    /// Shown once.
    adresse: Option<String>,
    flux: Vec<LigneFlux>,
    lieux: Vec<Choix>,
    externes: Vec<LigneExterne>,
    nom: String,
    externe: String,
}

fn ligne(e: Externe) -> LigneExterne {
    LigneExterne {
        id: e.id.to_string(),
        nom: e.nom,
        etat: match (e.adresse.is_some(), e.lu_le) {
            (true, Some(t)) => format!("Relu toutes les demi-heures ; lu le {}", interface::format::instant_court(t)),
            (true, None) => "Pas encore lu".into(),
            (false, _) => "Lu d’un fichier, une fois".into(),
        },
        erreur: e.erreur,
    }
}

async fn gabarit(cx: &Contexte, page: Page, adresse: Option<String>, saisi: (String, String), erreurs: Erreurs) -> Resultat<PagePartage> {
    cx.exiger(Permission::AccompagnementsEcrire)?;
    Ok(PagePartage {
        page,
        erreurs,
        adresse,
        flux: flux::lister(cx)
            .await?
            .into_iter()
            .map(|f| LigneFlux {
                id: f.id.to_string(),
                nom: f.nom,
                depuis: interface::format::date_sans_jour(socle::horloge::jour(f.cree_le)),
                sien: f.sien,
            })
            .collect(),
        lieux: territoire::lieu::lister(cx, false).await?.into_iter().map(|l| Choix::nouveau(l.id.to_string(), l.nom, false)).collect(),
        externes: externe::lister(cx).await?.into_iter().map(ligne).collect(),
        nom: saisi.0,
        externe: saisi.1,
    })
}

async fn voir(w: Web) -> Rendu {
    rendre(&gabarit(&w.lecture(), w.page, None, <(String, String)>::default(), Erreurs::default()).await?)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieFlux {
    lieu: String,
}

async fn ouvrir(w: Web, Formulaire(s): Formulaire<SaisieFlux>) -> Rendu {
    let cx = w.ecriture().await?;
    match flux::creer(&cx, s.lieu.parse().ok()).await {
        Ok((_, secret)) => {
            let adresse = format!("{}/agenda/flux/{secret}.ics", cx.etat().config.public_url.trim_end_matches('/'));
            cx.valider().await?;
            // Said on this page and nowhere else: it is kept nowhere.
            rendre(&gabarit(&w.lecture(), w.page, Some(adresse), <(String, String)>::default(), Erreurs::default()).await?)
        }
        Err(Erreur::Conflit(m)) => Ok(aller("/agenda/partage", Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

async fn fermer(w: Web, Chemin(id): Chemin<FluxAgendaId>) -> Rendu {
    let cx = w.ecriture().await?;
    flux::revoquer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/agenda/partage", Message::succes("Cette adresse ne répond plus.")))
}

async fn retirer(w: Web, Chemin(id): Chemin<AgendaExterneId>) -> Rendu {
    let cx = w.ecriture().await?;
    externe::retirer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/agenda/partage", Message::succes("Cet agenda n’est plus suivi.")))
}

/// The fields of the form that follows a calendar: a name, an address or a file.
async fn champs(req: Request) -> Resultat<(String, String, Vec<u8>)> {
    let interrompu = || Erreur::Illisible("Le formulaire n’est pas arrivé entier. Revenez en arrière et renvoyez-le.".into());
    let trop = |e: axum::extract::multipart::MultipartError| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE { Erreur::TropVolumineux } else { interrompu() }
    };
    let mut m = Multipart::from_request(req, &()).await.map_err(|_| interrompu())?;
    let (mut nom, mut adresse, mut fichier) = (String::new(), String::new(), vec![]);
    while let Some(c) = m.next_field().await.map_err(trop)? {
        match c.name().unwrap_or_default().to_owned().as_str() {
            "nom" => nom = c.text().await.map_err(trop)?,
            "adresse" => adresse = c.text().await.map_err(trop)?,
            "fichier" => fichier = c.bytes().await.map_err(trop)?.to_vec(),
            _ => {}
        }
    }
    Ok((nom, adresse, fichier))
}

async fn suivre(w: Web, req: Request) -> Rendu {
    w.lecture().exiger(Permission::AccompagnementsEcrire)?;
    let (nom, adresse, fichier) = champs(req).await?;
    let cx = w.ecriture().await?;
    let fait = if fichier.is_empty() {
        externe::suivre(&cx, Some(nom.clone()), &adresse).await
    } else {
        externe::deposer(&cx, Some(nom.clone()), &String::from_utf8_lossy(&fichier)).await
    };
    match fait {
        Ok(e) => {
            cx.valider().await?;
            let mot = if e.adresse.is_some() {
                "Cet agenda est suivi : il est lu dans un instant."
            } else {
                "Les temps pris de ce fichier sont notés."
            };
            Ok(aller("/agenda/partage", Message::succes(mot)))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&w.lecture(), w.page, None, (nom, adresse), e.into()).await?)
        }
        Err(Erreur::Conflit(m)) => Ok(aller("/agenda/partage", Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

/// The calendar that a secret opens: without account, for the programs that follow it.
async fn servir(v: Visite, Chemin(fichier): Chemin<String>, entetes: HeaderMap) -> Rendu {
    let contenu = flux::servir(&v.etat, flux::secret_de(&fichier)).await?;
    let etiquette = ical::etiquette(&contenu);
    let connue = entetes
        .get(header::IF_NONE_MATCH)
        .and_then(|e| e.to_str().ok())
        .is_some_and(|e| e.split(',').map(|x| x.trim().trim_start_matches("W/")).any(|x| x == etiquette || x == "*"));
    let valeur = HeaderValue::from_str(&etiquette).map_err(Erreur::interne)?;
    let mut r = if connue {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (
            [(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CONTENT_DISPOSITION, "inline; filename=\"agenda.ics\"")],
            contenu,
        )
            .into_response()
    };
    r.headers_mut().insert(header::ETAG, valeur);
    r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(r)
}
