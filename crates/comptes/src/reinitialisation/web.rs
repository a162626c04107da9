use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Visite, aller, rendre, rendre_avec},
};
use secrecy::{ExposeSecret, SecretString};
use socle::{Contexte, Erreur};

use crate::{mot_de_passe, session::Visiteur};

/// Pages of the password by a link.
pub fn pages() -> Pages {
    Pages::new()
        .get_public("/mot-de-passe/oublie", oubli)
        .post_public("/mot-de-passe/oublie", demander)
        .get_public("/mot-de-passe/{secret}", choix)
        .post_public("/mot-de-passe/{secret}", choisir)
}

#[derive(Template)]
#[template(path = "reinitialisation/oubli.html")]
struct PageOubli {
    page: Page,
    erreurs: Erreurs,
    email: String,
    fait: bool,
    attente: Option<String>,
}

async fn oubli(v: Visite) -> Reponse {
    rendre(&PageOubli { page: v.page, erreurs: Erreurs::default(), email: String::new(), fait: false, attente: None })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieOubli {
    email: String,
}

async fn demander(v: Visite, visiteur: Visiteur, Formulaire(s): Formulaire<SaisieOubli>) -> Reponse {
    let email = s.email.trim().to_owned();
    if email.is_empty() {
        let mut erreurs = Erreurs::default();
        erreurs.ajoute("email", "Indiquez votre adresse électronique.");
        return rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &PageOubli { page: v.page, erreurs, email, fait: false, attente: None });
    }
    match super::demander(&v.etat, &email, &visiteur).await {
        Ok(()) => rendre(&PageOubli { page: v.page, erreurs: Erreurs::default(), email, fait: true, attente: None }),
        Err(e @ Erreur::TropDeDemandes(secondes)) => {
            let p = PageOubli { page: v.page, erreurs: Erreurs::default(), email, fait: false, attente: Some(e.explication()) };
            let mut r = rendre_avec(StatusCode::TOO_MANY_REQUESTS, &p)?;
            r.headers_mut().insert(header::RETRY_AFTER, secondes.into());
            Ok(r)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "reinitialisation/choix.html")]
struct PageChoix {
    page: Page,
    erreurs: Erreurs,
    email: String,
    aide: &'static str,
    secret: String,
}

/// The link is in the address: no other site is told it, no cache keeps the page.
fn discrete(mut r: axum::response::Response) -> axum::response::Response {
    r.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    r
}

async fn choix(v: Visite, visiteur: Visiteur, Chemin(secret): Chemin<String>) -> Reponse {
    let cx = Contexte::lecture(&v.etat, &visiteur.personne, visiteur.numero);
    let u = super::ouvrir(&cx, &secret).await?;
    rendre(&PageChoix { page: v.page, erreurs: Erreurs::default(), email: u.email, aide: mot_de_passe::AIDE, secret }).map(discrete)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieChoix {
    mot_de_passe_nouveau: SecretString,
    mot_de_passe_confirme: SecretString,
}

async fn choisir(v: Visite, visiteur: Visiteur, Chemin(secret): Chemin<String>, Formulaire(s): Formulaire<SaisieChoix>) -> Reponse {
    let fait = if s.mot_de_passe_nouveau.expose_secret() == s.mot_de_passe_confirme.expose_secret() {
        super::reinitialiser(&v.etat, &secret, &s.mot_de_passe_nouveau, &visiteur).await
    } else {
        Err(Erreur::champ("mot_de_passe_confirme", "Les deux mots de passe ne sont pas les mêmes : retapez-les."))
    };
    match fait {
        Ok(()) => Ok(aller("/connexion", Message::succes("Votre mot de passe est enregistré. Connectez-vous."))),
        Err(Erreur::Invalide(e)) => {
            let cx = Contexte::lecture(&v.etat, &visiteur.personne, visiteur.numero);
            let u = super::ouvrir(&cx, &secret).await?;
            let p = PageChoix { page: v.page, erreurs: e.into(), email: u.email, aide: mot_de_passe::AIDE, secret };
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &p).map(discrete)
        }
        Err(e) => Err(e.into()),
    }
}
