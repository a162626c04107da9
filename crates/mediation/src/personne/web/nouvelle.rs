use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Formulaire, Parametres, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Permission, Resultat, identifiant::PersonneId};

use super::{
    liste::Ligne,
    saisie::{Champs, Saisie},
};
use crate::{
    nomenclatures::Finalite,
    personne::{self, Consentir, consentir, recherche, trouver},
};

#[derive(Template)]
#[template(path = "personne/nouvelle.html")]
pub struct PageNouvelle {
    pub page: Page,
    pub f: Champs,
    /// Files that may be the same person: asked once before creating.
    pub doublons: Vec<Ligne>,
    /// This very form already created a file, which says something else.
    pub deja: Option<PersonneId>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Depart {
    suite: String,
}

pub async fn formulaire(w: Web, Parametres(d): Parametres<Depart>) -> Reponse {
    let cx = w.lecture();
    cx.exiger(Permission::PersonnesEcrire)?;
    let s = Saisie { id: cx.nouvel_uuid().to_string(), suite: d.suite, ..Saisie::default() };
    rendre(&PageNouvelle { page: w.page, f: Champs::nouveaux(s, Erreurs::default()), doublons: vec![], deja: None })
}

pub async fn creer(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::PersonnesEcrire)?;
    let page = |page, s, erreurs, doublons, deja| PageNouvelle { page, f: Champs::nouveaux(s, erreurs), doublons, deja };
    let d = match s.lire(None, cx.maintenant) {
        Ok(d) => d,
        Err(Erreur::Invalide(e)) => {
            return rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page(w.page, s, e.into(), vec![], None));
        }
        Err(e) => return Err(e.into()),
    };
    let id = d.id;
    let existe = match id {
        Some(id) => trouver(&cx, id, Permission::PersonnesLire).await.is_ok(),
        None => false,
    };
    // A form sent twice must not warn of the file it has just created.
    if s.confirme != "oui" && !existe {
        let proches = recherche::doublons(&cx, &d).await?;
        if !proches.is_empty() {
            let doublons = proches.iter().map(Ligne::from).collect();
            return rendre_avec(StatusCode::CONFLICT, &page(w.page, s, Erreurs::default(), doublons, None));
        }
    }
    match enregistrer(&cx, &s, d).await {
        Ok(id) => {
            cx.valider().await?;
            let vers = s.suite().map_or_else(|| format!("/personnes/{id}"), |suite| format!("{suite}?personne={id}"));
            Ok(aller(&vers, Message::succes("Le dossier est créé.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page(w.page, s, e.into(), vec![], None)),
        // Back, changed, sent again: the words are kept, and a new id lets them make another file.
        Err(Erreur::Conflit(_)) if id.is_some() => {
            let s = Saisie { id: cx.nouvel_uuid().to_string(), ..s };
            rendre_avec(StatusCode::CONFLICT, &page(w.page, s, Erreurs::default(), vec![], id.filter(|_| existe)))
        }
        Err(e) => Err(e.into()),
    }
}

async fn enregistrer(cx: &Contexte, s: &Saisie, d: personne::CreerPersonne) -> Resultat<PersonneId> {
    let (p, nouvelle) = personne::creer(cx, d).await?;
    if nouvelle {
        for (accord, finalite) in [(&s.accord_suivi, Finalite::Suivi), (&s.accord_contact, Finalite::Contact)] {
            if accord == "oui" {
                consentir(cx, p.id, Consentir { finalite, donne_le: cx.aujourd_hui(), destinataire: None, maniere: None }).await?;
            }
        }
    }
    Ok(p.id)
}
