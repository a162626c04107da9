//! From a request to a page: the page context, forms, redirections with a message, and the list of
//! page routes that the table of rights is checked against.

use std::ops::Deref;

use askama::Template;
use axum::{
    Router,
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    handler::Handler,
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::de::DeserializeOwned;
use socle::{Erreur, Etat, Nomenclature, Permission, erreur::Refus, requete::Requete};
use uuid::Uuid;

pub use socle::requete::{Chemin, Parametres};

use crate::page::{Entree, Message, Page, Theme, Utilisateur};

/// What a page handler answers.
pub type Reponse = Result<Response, Refus>;

const COOKIE_MESSAGE: &str = "message";
const COOKIE_THEME: &str = "theme";

/// A signed-in person asking for a page.
pub struct Web {
    requete: Requete,
    pub page: Page,
}

impl Deref for Web {
    type Target = Requete;
    fn deref(&self) -> &Requete {
        &self.requete
    }
}

impl<S> FromRequestParts<S> for Web
where
    S: Send + Sync,
    Etat: FromRef<S>,
{
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refus> {
        let page = page_de(parts);
        let requete = Requete::from_request_parts(parts, state).await?;
        Ok(Self { requete, page })
    }
}

/// Anybody asking for a public page.
pub struct Visite {
    pub page: Page,
    pub etat: Etat,
}

impl<S> FromRequestParts<S> for Visite
where
    S: Send + Sync,
    Etat: FromRef<S>,
{
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refus> {
        Ok(Self { page: page_de(parts), etat: Etat::from_ref(state) })
    }
}

/// What the layers know of this instance, for the page context.
#[derive(Clone, Copy, Debug)]
pub struct InstanceDemo;

/// The page context of a request: who is signed in, where one may go, the message of the last act.
pub fn page_de(parts: &Parts) -> Page {
    let jar = CookieJar::from_headers(&parts.headers);
    let chemin = parts.uri.path().to_owned();
    let mut page = Page {
        theme: jar.get(COOKIE_THEME).and_then(|c| Theme::de(c.value())),
        message: jar.get(COOKIE_MESSAGE).and_then(|c| lire_message(c.value())),
        instance_demo: parts.extensions.get::<InstanceDemo>().is_some(),
        ..Page::default()
    };
    if let Some(a) = parts.extensions.get::<socle::Acteur>() {
        let fonction = a.fonction();
        page.utilisateur = Some(Utilisateur {
            nom: a.nom.clone(),
            structure: fonction.map(|f| f.nom_structure.clone()),
            role: fonction.map_or(if a.administrateur { "Administration" } else { "" }, |f| f.role.libelle()).to_owned(),
        });
        let entrees: [(Permission, &str, &str, &'static str); 11] = [
            (Permission::PersonnesLire, "/", "Aujourd’hui", "sun"),
            (Permission::PersonnesLire, "/personnes", "Personnes", "users"),
            (Permission::AccompagnementsLire, "/accompagnements", "Activités", "list-checks"),
            (Permission::AccompagnementsLire, "/ateliers", "Ateliers", "presentation"),
            (Permission::PartenairesLire, "/partenaires", "Partenaires", "network"),
            (Permission::BilanLire, "/bilan", "Bilan", "chart-column"),
            (Permission::CertificationLire, "/certification", "Certification", "award"),
            (Permission::JurySieger, "/certification/jury", "Mes jurys", "award"),
            (Permission::CandidatSien, "/ma-candidature", "Ma candidature", "award"),
            (Permission::StructureGerer, "/structure", "Structure", "settings"),
            (Permission::InstanceGerer, "/administration", "Instance", "building-2"),
        ];
        for (p, href, libelle, icone) in entrees {
            // A responsable goes to the certification from the page of the structure.
            if p == Permission::CertificationLire && a.peut(Permission::StructureGerer) {
                continue;
            }
            if if p == Permission::InstanceGerer { a.administrateur } else { a.structure.is_some() && a.peut(p) } {
                page.navigation.push(Entree::nouvelle(href, libelle, icone, &chemin));
            }
        }
    }
    page.chemin = chemin;
    page
}

/// `genre|annuler|texte`, percent-encoded by the cookie jar. A message never names a person.
fn lire_message(valeur: &str) -> Option<Message> {
    let mut parts = valeur.splitn(3, '|');
    let (genre, annuler, texte) = (parts.next()?, parts.next()?, parts.next()?);
    let mut m = Message { genre: crate::page::Genre::de(genre), texte: texte.to_owned(), annuler: None };
    if annuler.starts_with('/') && !annuler.starts_with("//") {
        m = m.avec_annuler(annuler);
    }
    Some(m)
}

/// See other, with the message the next page shows once.
pub fn aller(href: &str, message: Message) -> Response {
    let valeur = format!("{}|{}|{}", message.genre.code(), message.annuler.as_deref().unwrap_or(""), message.texte);
    let cookie = Cookie::build((COOKIE_MESSAGE, valeur)).path("/").http_only(true).same_site(SameSite::Lax).max_age(DUREE_MESSAGE).build();
    (CookieJar::new().add(cookie), Redirect::to(href)).into_response()
}

const DUREE_MESSAGE: time::Duration = time::Duration::minutes(2);

/// See other.
pub fn vers(href: &str) -> Response {
    Redirect::to(href).into_response()
}

/// A page, rendered.
pub fn rendre(t: &impl Template) -> Reponse {
    rendre_avec(StatusCode::OK, t)
}

/// A page with a status: 422 for a refused form, 409 for a conflict.
pub fn rendre_avec(statut: StatusCode, t: &impl Template) -> Reponse {
    let html = t.render().map_err(|e| Erreur::Interne(format!("gabarit : {e}")))?;
    Ok((statut, Html(html)).into_response())
}

/// A page that holds the id `neuf`, new at each showing.
pub fn rendre_neuve(t: &impl Template, neuf: Uuid) -> Reponse {
    let mut r = rendre(t)?;
    r.extensions_mut().insert(Neuf(neuf));
    Ok(r)
}

/// The layer that forgets the message once a page has shown it.
pub async fn effacer_message(req: Request, suite: axum::middleware::Next) -> Response {
    let montre = req.method() == Method::GET && CookieJar::from_headers(req.headers()).get(COOKIE_MESSAGE).is_some();
    let mut r = suite.run(req).await;
    let est_page = r.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    if montre && est_page {
        r.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static("message=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
    }
    r
}

/// A form's fields. Every field of `T` is text, so that a form is never refused before its words are kept.
pub struct Formulaire<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Formulaire<T> {
    type Rejection = Refus;

    async fn from_request(req: Request, state: &S) -> Result<Self, Refus> {
        match axum_extra::extract::Form::<T>::from_request(req, state).await {
            Ok(f) => Ok(Self(f.0)),
            Err(e) => {
                let e = e.into_response();
                Err(if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    Erreur::TropVolumineux.into()
                } else {
                    Erreur::Illisible("Le formulaire n’est pas arrivé entier. Revenez en arrière et renvoyez-le.".into()).into()
                })
            }
        }
    }
}

/// Who may ask for a page without signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acces {
    /// Anybody.
    Public,
    /// A signed-in account; the use case says which.
    Connecte,
}

/// One route of a page.
#[derive(Clone, Debug)]
pub struct Route {
    pub methode: Method,
    pub chemin: &'static str,
    pub acces: Acces,
    /// Kept in memory once made: see [`Pages::gardee`].
    pub gardee: bool,
}

/// An id made for one showing of a page, carried by its answer: a page kept in memory is shown with another each time.
#[derive(Clone, Copy, Debug)]
pub struct Neuf(pub Uuid);

/// Pages of a crate: a router that keeps the list of its routes.
#[derive(Clone, Default)]
pub struct Pages {
    pub routeur: Router<Etat>,
    pub routes: Vec<Route>,
}

impl Pages {
    pub fn new() -> Self {
        Self::default()
    }

    /// A page read by signed-in people.
    pub fn get<H: Handler<T, Etat>, T: 'static>(self, chemin: &'static str, h: H) -> Self {
        self.ajouter(Method::GET, chemin, Acces::Connecte, get(h))
    }

    /// A form sent by signed-in people.
    pub fn post<H: Handler<T, Etat>, T: 'static>(self, chemin: &'static str, h: H) -> Self {
        self.ajouter(Method::POST, chemin, Acces::Connecte, post(h))
    }

    /// A page for anybody.
    pub fn get_public<H: Handler<T, Etat>, T: 'static>(self, chemin: &'static str, h: H) -> Self {
        self.ajouter(Method::GET, chemin, Acces::Public, get(h))
    }

    /// A form for anybody.
    pub fn post_public<H: Handler<T, Etat>, T: 'static>(self, chemin: &'static str, h: H) -> Self {
        self.ajouter(Method::POST, chemin, Acces::Public, post(h))
    }

    fn ajouter(mut self, methode: Method, chemin: &'static str, acces: Acces, h: axum::routing::MethodRouter<Etat>) -> Self {
        self.routeur = self.routeur.route(chemin, h);
        self.routes.push(Route { methode, chemin, acces, gardee: false });
        self
    }

    /// The page added last is kept in memory until something is written, a minute at most. For a page made of nothing but
    /// its address, its cookies, the database and the minute it is; an id of its own is told by [`rendre_neuve`].
    ///
    /// # Panics
    /// When there is no page yet: a fault of the program.
    pub fn gardee(mut self) -> Self {
        self.routes.last_mut().expect("a page was added").gardee = true;
        self
    }

    /// Adds the pages of another crate or slice.
    pub fn fusionner(mut self, autre: Self) -> Self {
        self.routeur = self.routeur.merge(autre.routeur);
        self.routes.extend(autre.routes);
        self
    }
}

/// Choices of a nomenclature, those of `coches` ticked.
pub fn choix<N: Nomenclature>(coches: &[N]) -> Vec<crate::Choix> {
    N::tous().into_iter().map(|v| crate::Choix::nouveau(v.code(), v.libelle(), coches.contains(&v))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_message_va_et_vient() {
        let r = aller("/x", Message::succes("C’est enregistré : été").avec_annuler("/y/z"));
        let pose = r.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut entetes = axum::http::HeaderMap::new();
        entetes.insert(header::COOKIE, pose.parse().unwrap());
        let m = lire_message(CookieJar::from_headers(&entetes).get(COOKIE_MESSAGE).unwrap().value()).unwrap();
        assert_eq!(m.texte, "C’est enregistré : été");
        assert_eq!(m.annuler.as_deref(), Some("/y/z"));
        assert_eq!(r.status(), StatusCode::SEE_OTHER);
    }

    #[test]
    fn un_message_forge_ne_mene_pas_ailleurs() {
        let m = lire_message("succes|//ailleurs.invalid/|x").unwrap();
        assert_eq!(m.annuler, None);
        assert!(lire_message("sans barre").is_none());
    }
}
