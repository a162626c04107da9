use askama::Template;
use axum::http::StatusCode;
use interface::{
    Accent, Choix, Erreurs, Message, Page,
    requete::{Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Erreur, Permission, controle::Controle};

use super::{Fiche, Structure};
use crate::{
    commune,
    lieu::{self, Lieu},
};

/// Pages of structures.
pub fn pages() -> Pages {
    Pages::new()
        .get("/structure", voir)
        .get("/structure/modifier", formulaire)
        .post("/structure/modifier", enregistrer)
        .get("/structure/conservation", super::conservation::formulaire)
        .post("/structure/conservation", super::conservation::enregistrer)
}

#[derive(Template)]
#[template(path = "structure/voir.html")]
struct PageStructure {
    page: Page,
    s: Structure,
    commune: Option<String>,
    lieux: Vec<Lieu>,
    gerer: bool,
    equipe: bool,
    journal: bool,
    dossiers: bool,
    reprendre: bool,
}

async fn voir(w: Web) -> Reponse {
    let cx = w.lecture();
    let id = cx.exiger(Permission::StructureLire)?;
    let s = super::lire(&cx, id).await?;
    rendre(&PageStructure {
        commune: s.commune.as_deref().map(commune::nommer),
        lieux: lieu::lister(&cx, true).await?,
        gerer: w.acteur.peut(Permission::StructureGerer),
        equipe: w.acteur.peut(Permission::EquipeGerer),
        journal: w.acteur.peut(Permission::JournalLire),
        dossiers: w.acteur.peut(Permission::PersonnesLire),
        reprendre: w.acteur.peut(Permission::Reprendre),
        s,
        page: w.page,
    })
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    nom: String,
    accent: String,
    telephone: String,
    courriel: String,
    adresse: String,
    commune: String,
    version: String,
}

#[derive(Template)]
#[template(path = "structure/modifier.html")]
struct PageModifier {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    s: Saisie,
    accents: Vec<Choix>,
}

fn gabarit(page: Page, s: Saisie, erreurs: Erreurs, perimee: bool) -> PageModifier {
    let accents = Accent::TOUS.iter().map(|a| Choix::nouveau(a.code(), a.libelle(), a.code() == s.accent)).collect();
    PageModifier { page, erreurs, perimee, s, accents }
}

async fn formulaire(w: Web) -> Reponse {
    let cx = w.lecture();
    let id = cx.exiger(Permission::StructureGerer)?;
    let s = super::lire(&cx, id).await?;
    let saisie = Saisie {
        nom: s.nom,
        accent: s.accent.unwrap_or_else(|| Accent::default().code().to_owned()),
        telephone: s.telephone.unwrap_or_default(),
        courriel: s.courriel.unwrap_or_default(),
        adresse: s.adresse.unwrap_or_default(),
        commune: s.commune.as_deref().map(commune::nommer).unwrap_or_default(),
        version: s.version.to_string(),
    };
    rendre(&gabarit(w.page, saisie, Erreurs::default(), false))
}

async fn enregistrer(w: Web, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let id = cx.exiger(Permission::StructureGerer)?;
    let mut c = Controle::new();
    let commune = commune::lire_saisie(&mut c, "commune", &s.commune);
    let version = c.nombre::<i32>("version", &s.version).unwrap_or(0);
    let fiche = Fiche {
        nom: s.nom.clone(),
        accent: Some(s.accent.clone()),
        telephone: Some(s.telephone.clone()),
        courriel: Some(s.courriel.clone()),
        adresse: Some(s.adresse.clone()),
        commune,
    };
    let fait = match c.finir() {
        Ok(()) => super::modifier(&cx, id, version, fiche).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/structure", Message::succes("La structure est à jour.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page, s, e.into(), false)),
        Err(Erreur::VersionPerimee) => {
            s.version = super::lire(&cx, id).await?.version.to_string();
            rendre_avec(StatusCode::CONFLICT, &gabarit(w.page, s, Erreurs::default(), true))
        }
        Err(e) => Err(e.into()),
    }
}
