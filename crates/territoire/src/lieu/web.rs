use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Erreur, Permission, controle::Controle, identifiant::LieuId};

use super::Fiche;
use crate::commune;

/// Pages of lieux.
pub fn pages() -> Pages {
    Pages::new()
        .get("/structure/lieux/nouveau", nouveau)
        .post("/structure/lieux/nouveau", ajouter)
        .get("/structure/lieux/{id}", formulaire)
        .post("/structure/lieux/{id}", modifier)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    nom: String,
    adresse: String,
    commune: String,
    actif: String,
    version: String,
}

#[derive(Template)]
#[template(path = "lieu/formulaire.html")]
struct PageLieu {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    s: Saisie,
    nouveau: bool,
}

fn gabarit(w: Web, s: Saisie, erreurs: Erreurs, nouveau: bool, perimee: bool) -> PageLieu {
    PageLieu { page: w.page, erreurs, perimee, s, nouveau }
}

fn lire_fiche(s: &Saisie) -> Result<Fiche, Erreur> {
    let mut c = Controle::new();
    let commune = commune::lire_saisie(&mut c, "commune", &s.commune);
    c.finir()?;
    Ok(Fiche { nom: s.nom.clone(), adresse: Some(s.adresse.clone()), commune, actif: s.actif == "oui" })
}

async fn nouveau(w: Web) -> Reponse {
    w.lecture().exiger(Permission::StructureGerer)?;
    rendre(&gabarit(w, Saisie { actif: "oui".into(), ..Saisie::default() }, Erreurs::default(), true, false))
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let structure = cx.exiger(Permission::StructureGerer)?;
    let fait = match lire_fiche(&s) {
        Ok(f) => super::ajouter(&cx, structure, f).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/structure", Message::succes("Le lieu est ajouté.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e.into(), true, false)),
        Err(e) => Err(e.into()),
    }
}

async fn formulaire(w: Web, Chemin(id): Chemin<LieuId>) -> Reponse {
    let cx = w.lecture();
    let l = super::lire(&cx, id).await?;
    cx.exiger_dans(Permission::StructureGerer, l.structure_id)?;
    let s = Saisie {
        nom: l.nom,
        adresse: l.adresse.unwrap_or_default(),
        commune: l.commune.as_deref().map(commune::nommer).unwrap_or_default(),
        actif: if l.actif { "oui".into() } else { String::new() },
        version: l.version.to_string(),
    };
    rendre(&gabarit(w, s, Erreurs::default(), false, false))
}

async fn modifier(w: Web, Chemin(id): Chemin<LieuId>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    // The right before the form: who may not write is not told what to correct.
    cx.exiger_dans(Permission::StructureGerer, super::lire(&cx, id).await?.structure_id)?;
    let version = s.version.parse().unwrap_or(0);
    let fait = match lire_fiche(&s) {
        Ok(f) => super::modifier(&cx, id, version, f).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller("/structure", Message::succes("Le lieu est à jour.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e.into(), false, false)),
        Err(Erreur::VersionPerimee) => {
            s.version = super::lire(&cx, id).await?.version.to_string();
            rendre_avec(StatusCode::CONFLICT, &gabarit(w, s, Erreurs::default(), false, true))
        }
        Err(e) => Err(e.into()),
    }
}
