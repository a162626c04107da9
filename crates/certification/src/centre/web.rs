use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Onglet, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Erreur, Permission, controle::Controle};
use territoire::lieu;
use uuid::Uuid;

use super::{Agrement, CreerAgrement};
use crate::titre;

/// Pages of the approvals of the centre.
pub fn pages() -> Pages {
    Pages::new()
        .get("/certification/agrements", liste)
        .post("/certification/agrements", agreer)
        .post("/certification/agrements/{id}/retirer", retirer)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    lieu: String,
    version: String,
    numero: String,
    debut: String,
    fin: String,
}

struct Ligne {
    a: Agrement,
    titre: String,
    lieu: String,
}

#[derive(Template)]
#[template(path = "centre/agrements.html")]
struct PageAgrements {
    page: Page,
    onglets: Vec<Onglet>,
    erreurs: Erreurs,
    lignes: Vec<Ligne>,
    gerer: bool,
    lieux: Vec<Choix>,
    titres: Vec<Choix>,
    s: Saisie,
    aujourd_hui: String,
}

async fn gabarit(w: Web, s: Saisie, erreurs: Erreurs) -> Result<PageAgrements, Erreur> {
    let cx = w.lecture();
    let agrements = super::lister(&cx).await?;
    let lieux = lieu::lister(&cx, true).await?;
    let versions = titre::toutes(&cx).await?;
    let lignes = agrements
        .into_iter()
        .map(|a| Ligne {
            titre: versions.iter().find(|v| v.code == a.version_code).map_or_else(|| a.version_code.clone(), |v| v.nom().to_owned()),
            lieu: lieux.iter().find(|l| l.id == a.lieu_id).map(|l| l.nom.clone()).unwrap_or_default(),
            a,
        })
        .collect();
    Ok(PageAgrements {
        onglets: crate::onglets("/certification/agrements"),
        erreurs,
        lignes,
        gerer: w.acteur.peut(Permission::CertificationGerer),
        lieux: lieux.iter().filter(|l| l.actif).map(|l| Choix::nouveau(l.id.to_string(), &l.nom, s.lieu == l.id.to_string())).collect(),
        titres: versions.iter().map(|v| Choix::nouveau(&v.code, titre::nommer(v), s.version == v.code)).collect(),
        aujourd_hui: interface::format::iso(cx.aujourd_hui()),
        s,
        page: w.page,
    })
}

async fn liste(w: Web) -> Reponse {
    rendre(&gabarit(w, Saisie::default(), Erreurs::default()).await?)
}

fn lire(s: &Saisie) -> Result<CreerAgrement, Erreur> {
    let mut c = Controle::new();
    c.exiger(!s.version.is_empty(), "version", "Choisissez le titre agréé.");
    c.exiger(!s.lieu.is_empty(), "lieu", "Choisissez le lieu agréé.");
    c.exiger(!s.debut.trim().is_empty(), "debut", "Donnez le premier jour de l’agrément.");
    let lieu = c.identifiant("lieu", &s.lieu);
    let (debut, fin) = (c.date("debut", &s.debut), c.date("fin", &s.fin));
    c.finir()?;
    let manque = || Erreur::Interne("agrément".into());
    Ok(CreerAgrement {
        id: None,
        lieu: lieu.ok_or_else(manque)?,
        version: s.version.clone(),
        numero: Some(s.numero.clone()),
        debut: debut.ok_or_else(manque)?,
        fin,
        ccs: None,
    })
}

async fn agreer(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::CertificationGerer)?;
    let fait = match lire(&s) {
        Ok(d) => super::agreer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/certification/agrements", Message::succes("L’agrément est enregistré.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Retrait {
    jour: String,
}

async fn retirer(w: Web, Chemin(id): Chemin<Uuid>, Formulaire(s): Formulaire<Retrait>) -> Reponse {
    let cx = w.ecriture().await?;
    let mut c = Controle::new();
    let jour = c.date("jour", &s.jour);
    let fait = match (c.finir(), jour) {
        (Err(e), _) => Err(e),
        (Ok(()), jour) => super::retirer(&cx, id, jour.unwrap_or(cx.aujourd_hui())).await,
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/certification/agrements", Message::succes("Le retrait de l’agrément est noté.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, Saisie::default(), e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}
