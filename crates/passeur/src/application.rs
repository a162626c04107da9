//! The web application: routes of all crates and the layers around them, outermost last.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};
use comptes::{Garde, couche_jeton, couche_session};
use interface::requete::{Pages, effacer_message};
use socle::{Erreur, Etat, erreur::Refus};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    csrf::CsrfLayer,
};

use crate::{
    apidoc, banc, exploitation,
    gardees::{Gardees, garder},
    metriques::{self, Metriques},
    publiques, registre, rendu, sante,
};

/// Largest body of a page's form or of an API request; uploads have their own.
const CORPS_MAX: usize = 1024 * 1024;

/// All pages, with the list of their routes.
pub fn pages() -> Pages {
    publiques::pages()
        .fusionner(registre::pages())
        .fusionner(comptes::pages())
        .fusionner(territoire::pages())
        .fusionner(mediation::pages())
        .fusionner(ateliers::pages())
        .fusionner(reprise::pages())
        .fusionner(bilan::pages())
        .fusionner(certification::pages())
        .fusionner(exploitation::pages())
}

/// The whole application. `demo` marks every page as a demonstration.
pub fn routeur(etat: Etat, demo: bool) -> Router {
    let pages = pages();
    let garde = Garde::new(etat.clone(), &pages.routes);
    let gardees = Gardees::new(etat.clone(), &pages.routes);

    let web = pages
        .routeur
        .layer(middleware::from_fn(effacer_message))
        .layer(middleware::from_fn(move |mut req: Request, suite: Next| async move {
            if demo {
                req.extensions_mut().insert(interface::requete::InstanceDemo);
            }
            suite.run(req).await
        }))
        .layer(middleware::from_fn_with_state(garde.clone(), couche_session))
        .layer(CsrfLayer::new().with_rejection_response(|_| {
            rendu::refuser(
                Erreur::Illisible(
                    "Cette demande vient d’un autre site : elle est refusée par sécurité. Revenez sur Passeur et recommencez.".into(),
                ),
                StatusCode::FORBIDDEN,
            )
        }))
        .layer(middleware::from_fn_with_state(gardees, garder));

    let (api, description) = apidoc::api();
    let api = api.fallback(api_inconnue).method_not_allowed_fallback(methode_refusee);
    // Layered outside of the nesting: the layer reads the whole path.
    let api = Router::new().nest("/api/v1", api).layer(middleware::from_fn_with_state(garde, couche_jeton));

    Router::new()
        .merge(api)
        .merge(apidoc::routes(description))
        .merge(web)
        .merge(sante::routes())
        .merge(banc::nu::routes())
        .fallback(page_inconnue)
        .method_not_allowed_fallback(methode_refusee)
        .with_state(etat.clone())
        .layer(DefaultBodyLimit::max(CORPS_MAX))
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(crate::corps::lire_le_reste))
                .layer(middleware::from_fn_with_state(etat.clone(), rendu::rendre))
                .layer(middleware::from_fn_with_state(etat, securiser))
                .layer(compression())
                .layer(middleware::from_fn(limiter_la_duree))
                .layer(CatchPanicLayer::custom(|_| rendu::refuser(Erreur::Interne("panique".into()), StatusCode::INTERNAL_SERVER_ERROR))),
        )
        .merge(interface::statique::routes())
}

fn compression() -> CompressionLayer<impl Predicate> {
    // A fast level: the first one gives a fifth more to carry, the slow ones divide the rate of pages by three.
    CompressionLayer::new().gzip(true).quality(CompressionLevel::Precise(2)).compress_when(
        SizeAbove::new(860)
            .and(NotForContentType::const_new("application/pdf"))
            .and(NotForContentType::const_new("application/vnd.openxmlformats")),
    )
}

/// How long a request may take; an upload depends on the line of who sends it.
const DUREE: Duration = Duration::from_secs(60);
const DUREE_DEPOT: Duration = Duration::from_secs(30 * 60);
/// Where files are brought, by POST.
const DEPOTS: [&str; 2] = ["/reprise", "/api/v1/imports"];

async fn limiter_la_duree(req: Request, suite: Next) -> Response {
    let depot = req.method() == Method::POST && DEPOTS.contains(&req.uri().path());
    match tokio::time::timeout(if depot { DUREE_DEPOT } else { DUREE }, suite.run(req)).await {
        Ok(r) => r,
        Err(_) => rendu::refuser(Erreur::Indisponible("délai dépassé".into()), StatusCode::SERVICE_UNAVAILABLE),
    }
}

async fn page_inconnue() -> Refus {
    Erreur::Introuvable("Cette page").into()
}

async fn api_inconnue() -> Refus {
    Erreur::Introuvable("Cette adresse").into()
}

async fn methode_refusee() -> Response {
    rendu::refuser(Erreur::Illisible("Cette adresse n’accepte pas cette méthode.".into()), StatusCode::METHOD_NOT_ALLOWED)
}

/// Security headers on every answer but static files. No inline script nor style anywhere.
async fn securiser(axum::extract::State(etat): axum::extract::State<Etat>, req: Request, suite: Next) -> Response {
    let mut r = suite.run(req).await;
    let h = r.headers_mut();
    let pose = |h: &mut axum::http::HeaderMap, nom: header::HeaderName, v: &'static str| {
        h.entry(nom).or_insert(HeaderValue::from_static(v));
    };
    pose(
        h,
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    pose(h, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    pose(h, header::REFERRER_POLICY, "same-origin");
    pose(h, header::HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    pose(h, header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    pose(h, header::CACHE_CONTROL, "no-store");
    if etat.config.https() {
        pose(h, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    r
}

/// Serves until `arret` ends; requests in flight are finished.
pub async fn servir(
    etat: Etat,
    demo: bool,
    ecoute: tokio::net::TcpListener,
    arret: impl Future<Output = ()> + Send + 'static,
    metriques: Option<Arc<Metriques>>,
) -> std::io::Result<()> {
    let app = match metriques {
        Some(m) => metriques::compter(routeur(etat, demo), m),
        None => routeur(etat, demo),
    };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(ecoute, app).with_graceful_shutdown(arret).await
}
