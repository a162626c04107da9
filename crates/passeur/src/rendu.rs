//! The outermost layer: numbers each request, logs it, and turns an error into a page or a problem
//! document, once for all.

use std::time::Instant;

use askama::Template;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use interface::{erreur::PageErreur, requete::page_de};
use socle::{Erreur, Etat, api::Probleme, erreur::Refus, requete::NumeroRequete};
use tracing::Instrument;

/// In how many seconds to come back when the database does not answer: the minute its page speaks of.
const REESSAYER: u64 = 60;

/// A refusal made outside a handler, with a status of its own.
pub fn refuser(e: Erreur, statut: StatusCode) -> Response {
    let mut r = Refus::from(e).into_response();
    *r.status_mut() = statut;
    r
}

/// The layer.
pub async fn rendre(State(etat): State<Etat>, mut req: Request, suite: Next) -> Response {
    let numero = etat.horloge.nouvel_uuid();
    req.extensions_mut().insert(NumeroRequete(numero));
    let debut = Instant::now();
    let methode = req.method().clone();
    // The route, never the path: a path may carry an id, a query a search text.
    let route = req.extensions().get::<MatchedPath>().map_or_else(|| "?".to_owned(), |m| m.as_str().to_owned());
    let api = req.uri().path().starts_with("/api/");
    let (parts, corps) = req.into_parts();
    let page = (!api).then(|| page_de(&parts));
    // Seen by a collector of traces when there is one; made of nothing otherwise.
    let trace = tracing::info_span!(
        target: crate::traces::CIBLE,
        "requete",
        otel.name = %format_args!("{methode} {route}"),
        otel.kind = "server",
        http.request.method = %methode,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
        otel.status_code = tracing::field::Empty,
    );
    let r = suite.run(Request::from_parts(parts, corps)).instrument(trace.clone()).await;
    let statut = r.status();
    trace.record("http.response.status_code", statut.as_u16());
    if statut.is_server_error() {
        trace.record("otel.status_code", "ERROR");
    }
    let duree_us = u64::try_from(debut.elapsed().as_micros()).unwrap_or(u64::MAX);
    if statut.is_server_error() {
        let erreur = r.extensions().get::<Refus>().map(|e| e.0.to_string());
        tracing::error!(requete = %numero, %methode, route, statut = statut.as_u16(), duree_us, erreur, "request");
    } else {
        tracing::info!(requete = %numero, %methode, route, statut = statut.as_u16(), duree_us, "request");
    }
    let Some(Refus(e)) = r.extensions().get::<Refus>().cloned() else { return r };
    let (mut parts, _) = r.into_parts();
    let mut rendu = if api {
        let mut p = Probleme::new(&e, numero);
        p.status = statut.as_u16();
        p.into_response()
    } else {
        let incident = statut.is_server_error().then(|| numero.to_string());
        let mut p = PageErreur::de(page.unwrap_or_default(), statut.as_u16(), incident);
        e.titre().clone_into(&mut p.titre);
        p.explication = e.explication();
        match p.render() {
            Ok(html) => (statut, Html(html)).into_response(),
            Err(_) => (statut, e.explication()).into_response(),
        }
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    for (nom, valeur) in &parts.headers {
        rendu.headers_mut().append(nom, valeur.clone());
    }
    let attente = match &*e {
        Erreur::TropDeDemandes(s) => Some(*s),
        Erreur::Indisponible(_) => Some(REESSAYER),
        _ => None,
    };
    if let Some(s) = attente {
        rendu.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(s));
    }
    rendu
}
