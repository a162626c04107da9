use askama::Template;
use axum::{
    Extension,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use interface::{
    Erreurs, Message, Page,
    requete::{Formulaire, Pages, Parametres, Reponse, Visite, aller, page_de, rendre, rendre_avec, vers},
};
use secrecy::SecretString;
use socle::{Acteur, Contexte, Erreur, Etat};

use super::{Connexion, SessionCourante, Visiteur, connecter, reprise, suite_sure};

/// Pages of sign-in and sign-out.
pub fn pages() -> Pages {
    // Signing out is public: who is already out is only shown the door.
    Pages::new().get_public("/connexion", formulaire).post_public("/connexion", entrer).post_public("/deconnexion", sortir)
}

/// The name of the session's cookie. With https, browsers refuse `__Host-` to other hosts and to plain http.
pub(crate) fn nom_cookie(etat: &Etat) -> &'static str {
    if etat.config.https() { "__Host-session" } else { "session" }
}

/// `Set-Cookie` of a session: it ends with the browser, because desks are shared.
fn cookie(etat: &Etat, secret: &str, fin: &str) -> Result<HeaderValue, Erreur> {
    let secure = if etat.config.https() { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}{fin}", nom_cookie(etat))).map_err(Erreur::interne)
}

#[derive(Template)]
#[template(path = "session/connexion.html")]
pub(super) struct PageConnexion {
    pub page: Page,
    pub erreurs: Erreurs,
    pub email: String,
    pub suite: String,
    /// What was being typed when the session ended, as a form's body.
    pub corps: Option<String>,
    pub expiree: bool,
    /// What was typed could not be carried.
    pub perdue: bool,
    /// Seconds to wait, in words.
    pub attente: Option<String>,
}

#[derive(Template)]
#[template(path = "session/reprendre.html")]
struct PageReprendre {
    page: Page,
    nom: String,
    structure: Option<String>,
    chemin: String,
    champs: Vec<(String, String)>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Suite {
    suite: String,
}

async fn formulaire(v: Visite, acteur: Option<Extension<Acteur>>, Parametres(s): Parametres<Suite>) -> Reponse {
    if acteur.is_some() {
        return Ok(vers(suite_sure(&s.suite)));
    }
    rendre(&PageConnexion {
        page: v.page,
        erreurs: Erreurs::default(),
        email: String::new(),
        suite: suite_sure(&s.suite).to_owned(),
        corps: None,
        expiree: false,
        perdue: false,
        attente: None,
    })
}

#[derive(serde::Deserialize)]
struct Saisie {
    #[serde(default)]
    email: String,
    #[serde(default)]
    mot_de_passe: SecretString,
    #[serde(default)]
    suite: String,
    corps: Option<String>,
}

async fn entrer(
    v: Visite,
    visiteur: Visiteur,
    ancienne: Option<Extension<SessionCourante>>,
    mut parts: Parts,
    Formulaire(s): Formulaire<Saisie>,
) -> Reponse {
    let suite = suite_sure(&s.suite).to_owned();
    let demande = Connexion { email: s.email.clone(), mot_de_passe: s.mot_de_passe, visiteur, ancienne: ancienne.map(|Extension(a)| a) };
    let refusee = |erreurs: Erreurs, attente: Option<String>| PageConnexion {
        page: v.page.clone(),
        erreurs,
        email: s.email.clone(),
        suite: suite.clone(),
        corps: s.corps.clone(),
        expiree: false,
        perdue: false,
        attente,
    };
    let ouverte = match connecter(&v.etat, demande).await {
        Ok(o) => o,
        Err(Erreur::Invalide(e)) => return rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &refusee(e.into(), None)).map(sans_cache),
        Err(e @ Erreur::TropDeDemandes(secondes)) => {
            let mut r = rendre_avec(StatusCode::TOO_MANY_REQUESTS, &refusee(Erreurs::default(), Some(e.explication())))?;
            r.headers_mut().insert(header::RETRY_AFTER, secondes.into());
            return Ok(sans_cache(r));
        }
        Err(e) => return Err(e.into()),
    };
    let mut r = match s.corps {
        None => vers(&suite),
        Some(corps) => {
            let fonction = ouverte.acteur.fonction();
            let (nom, structure) = (ouverte.acteur.nom.clone(), fonction.map(|f| f.nom_structure.clone()));
            parts.extensions.insert(ouverte.acteur);
            rendre(&PageReprendre { page: page_de(&parts), nom, structure, chemin: suite, champs: reprise::champs(corps.as_bytes()) })?
        }
    };
    r.headers_mut().append(header::SET_COOKIE, cookie(&v.etat, &ouverte.secret, "")?);
    Ok(sans_cache(r))
}

/// A page that carries what was typed must not stay in the browser's cache.
fn sans_cache(mut r: Response) -> Response {
    r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    r
}

async fn sortir(v: Visite, visiteur: Visiteur, acteur: Option<Extension<Acteur>>, courante: Option<Extension<SessionCourante>>) -> Reponse {
    if let (Some(Extension(a)), Some(Extension(s))) = (acteur, courante) {
        let cx = Contexte::ecriture(&v.etat, &a, visiteur.numero).await?;
        super::deconnecter(&cx, &s).await?;
        cx.valider().await?;
    }
    let mut r = aller("/connexion", Message::succes("Votre session est fermée.")).into_response();
    r.headers_mut().append(header::SET_COOKIE, cookie(&v.etat, "", "; Max-Age=0")?);
    Ok(r)
}
