//! The two layers at the door: pages go by session, the API goes by token.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use interface::requete::{Acces, Route};
use socle::{Erreur, Etat, erreur::Refus, identifiant::StructureId};
use uuid::Uuid;

use crate::{jeton, secret, session};

/// What both layers are given: `from_fn_with_state(Garde::new(etat, &pages.routes), couche_session)`.
#[derive(Clone)]
pub struct Garde(Arc<Interieur>);

struct Interieur {
    etat: Etat,
    publiques: Vec<(Method, &'static str)>,
    /// One bucket a token. Kept by this node alone: several nodes let through as many times more, which
    /// is still a bound; correctness does not depend on it.
    limite: DefaultKeyedRateLimiter<Vec<u8>>,
    horloge: DefaultClock,
}

impl Garde {
    /// `routes` are all the pages of the program; those marked public open without signing in.
    pub fn new(etat: Etat, routes: &[Route]) -> Self {
        let publiques = routes.iter().filter(|r| r.acces == Acces::Public).map(|r| (r.methode.clone(), r.chemin)).collect();
        let par_minute = NonZeroU32::new(etat.config.api_requests_per_minute).unwrap_or(NonZeroU32::MIN);
        Self(Arc::new(Interieur {
            limite: RateLimiter::keyed(Quota::per_minute(par_minute)),
            horloge: DefaultClock::default(),
            etat,
            publiques,
        }))
    }

    fn publique(&self, methode: &Method, chemin: &str) -> bool {
        let methode = if methode == Method::HEAD { &Method::GET } else { methode };
        chemin == "/api" || self.0.publiques.iter().any(|(m, c)| m == methode && convient(c, chemin))
    }
}

/// Whether `chemin` is of the route `modele` (`/mot-de-passe/{secret}`, `/x/{*reste}`).
fn convient(modele: &str, chemin: &str) -> bool {
    let (mut m, mut c) = (modele.split('/'), chemin.split('/'));
    loop {
        match (m.next(), c.next()) {
            (None, None) => return true,
            (Some(p), Some(_)) if p.starts_with("{*") => return true,
            (Some(p), Some(s)) if p.starts_with('{') && !s.is_empty() => {}
            (Some(p), Some(s)) if p == s => {}
            _ => return false,
        }
    }
}

/// Served without looking at who asks.
fn hors_session(chemin: &str) -> bool {
    ["/static/", "/health/", "/api/"].iter().any(|p| chemin.starts_with(p)) || chemin == "/health"
}

/// For pages: puts the [`socle::Acteur`] and the [`session::SessionCourante`] of the cookie into the
/// request. Without a valid session, a page that is not public leads to sign-in, and a form sent comes
/// back in the sign-in page so that nothing typed is lost.
pub async fn couche_session(State(g): State<Garde>, mut req: Request, suite: Next) -> Response {
    let chemin = req.uri().path();
    if hors_session(chemin) {
        return suite.run(req).await;
    }
    let publique = g.publique(req.method(), chemin);
    let etat = &g.0.etat;
    let jar = CookieJar::from_headers(req.headers());
    if let Some(c) = jar.get(session::nom_cookie(etat)) {
        match session::reconnaitre(etat, c.value()).await {
            Ok(Some((acteur, courante))) => {
                req.extensions_mut().insert(acteur);
                req.extensions_mut().insert(courante);
                return suite.run(req).await;
            }
            Ok(None) => {}
            // A public page is shown even when the database does not answer.
            Err(e) if publique => tracing::warn!(erreur = %e, "session not read"),
            Err(e) => return Refus::from(e).into_response(),
        }
    }
    if publique {
        return suite.run(req).await;
    }
    let lecture = matches!(*req.method(), Method::GET | Method::HEAD);
    if lecture && req.headers().contains_key("hx-request") {
        // A part of a page: the page itself stays, with what is typed in it.
        return Refus::from(Erreur::NonConnecte).into_response();
    }
    if lecture {
        let demandee = req.uri().path_and_query().map_or("/", |p| p.as_str());
        return Redirect::to(&session::adresse_connexion(demandee)).into_response();
    }
    session::page_expiree(req).await.unwrap_or_else(IntoResponse::into_response)
}

/// For the API: puts the [`socle::Acteur`] of the bearer token into the request. Elsewhere it lets
/// everything through, so that it can stand before the whole program.
pub async fn couche_jeton(State(g): State<Garde>, req: Request, suite: Next) -> Response {
    let chemin = req.uri().path();
    let libre = !chemin.starts_with("/api/v1/")
        || ["/api/v1/openapi.json", "/api/v1/docs"].contains(&chemin)
        || chemin.starts_with("/api/v1/docs/")
        // A secret in the address stands for the token.
        || chemin.starts_with("/api/v1/avis/")
        || chemin.starts_with("/api/v1/evaluation/")
        || chemin.starts_with("/api/v1/partages/")
        // What the public programme shows to anybody.
        || chemin == "/api/v1/programme"
        || chemin.starts_with("/api/v1/programme/");
    if libre {
        return suite.run(req).await;
    }
    match admettre(&g, req).await {
        Ok(req) => suite.run(req).await,
        Err(e) => {
            let entete = match &e {
                Erreur::NonConnecte => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
                Erreur::TropDeDemandes(s) => Some((header::RETRY_AFTER, (*s).into())),
                _ => None,
            };
            let mut r = Refus::from(e).into_response();
            if let Some((nom, valeur)) = entete {
                r.headers_mut().insert(nom, valeur);
            }
            r
        }
    }
}

async fn admettre(g: &Garde, mut req: Request) -> Result<Request, Erreur> {
    let autorisation = req.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or("");
    let (genre, valeur) = autorisation.split_once(' ').unwrap_or(("", ""));
    let valeur = valeur.trim();
    if !genre.eq_ignore_ascii_case("bearer") || !jeton::est_bien_forme(valeur) {
        return Err(Erreur::NonConnecte);
    }
    let empreinte = secret::empreinte(valeur);
    let etat = &g.0.etat;
    let identite = jeton::reconnaitre(etat, &empreinte).await?.ok_or(Erreur::NonConnecte)?;
    // After the look-up: a bucket is only made for a token that exists.
    if let Err(attente) = g.0.limite.check_key(&empreinte) {
        let reste = attente.wait_time_from(g.0.horloge.now());
        return Err(Erreur::TropDeDemandes(reste.as_secs() + u64::from(reste > Duration::from_secs(reste.as_secs()))));
    }
    if g.0.limite.len() > 10_000 {
        g.0.limite.retain_recent();
    }
    let structure = match req.headers().get("passeur-structure") {
        None => None,
        Some(v) => {
            let id = v.to_str().ok().and_then(|v| Uuid::parse_str(v.trim()).ok()).map(StructureId);
            // Never another structure than the one asked for: the work would go to the wrong place.
            Some(id.filter(|s| identite.1.appartient(*s)).ok_or(Erreur::Introuvable("Cette structure"))?)
        }
    };
    let (portee, identite) = identite;
    req.extensions_mut().insert(identite.acteur(structure, portee));
    Ok(req)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_chemin_se_compare_par_segment() {
        assert!(convient("/mot-de-passe/{secret}", "/mot-de-passe/abc"));
        assert!(!convient("/mot-de-passe/{secret}", "/mot-de-passe/"));
        assert!(!convient("/mot-de-passe/{secret}", "/mot-de-passe/abc/def"));
        assert!(!convient("/connexion", "/connexions"));
        assert!(convient("/x/{*reste}", "/x/a/b"));
        assert!(convient("/", "/"));
        assert!(!convient("/", "/personnes"));
    }

    #[test]
    fn seul_ce_qui_est_prevu_passe_sans_session() {
        assert!(hors_session("/static/app.css") && hors_session("/health/live") && hors_session("/api/v1/personnes"));
        assert!(!hors_session("/apis") && !hors_session("/staticx") && !hors_session("/"));
    }
}
