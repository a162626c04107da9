//! Pages kept in memory: what many ask for is made once for each state of the database.
//!
//! A page is shown again only if the database gives the mark it gave before the page was made
//! ([`socle::Base::marque`]), the same minute, to the same cookies: nothing to invalidate, on any number of nodes.
//! Which pages: those whose route says so ([`interface::requete::Pages::gardee`]).

use std::{collections::HashSet, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use interface::requete::{Neuf, Route};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use socle::{Erreur, Etat, erreur::Refus};
use uuid::Uuid;

/// Most that is kept, in bytes; what is least asked for goes first.
const MAX: u64 = 32 * 1024 * 1024;
/// The heaviest page kept, in bytes.
const PAGE_MAX: usize = 256 * 1024;

/// The pages kept by this node.
#[derive(Clone)]
pub struct Gardees {
    etat: Etat,
    routes: Arc<HashSet<&'static str>>,
    pages: Cache<Cle, Arc<Gardee>>,
}

/// What a page is made from, with the database and the minute.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Cle {
    adresse: String,
    /// A digest: the secret of a session is not kept.
    cookies: [u8; 32],
}

struct Gardee {
    marque: String,
    minute: i64,
    entetes: HeaderMap,
    /// The HTML, cut where the id of each showing goes.
    morceaux: Vec<Bytes>,
}

impl Gardees {
    pub fn new(etat: Etat, routes: &[Route]) -> Self {
        let pages = Cache::builder()
            .max_capacity(MAX)
            .weigher(|c: &Cle, p: &Arc<Gardee>| {
                let octets = c.adresse.len() + p.morceaux.iter().map(Bytes::len).sum::<usize>() + 1_000;
                u32::try_from(octets).unwrap_or(u32::MAX)
            })
            .time_to_live(Duration::from_secs(60))
            .build();
        let routes = routes.iter().filter(|r| r.gardee).map(|r| r.chemin).collect();
        Self { etat, routes: Arc::new(routes), pages }
    }

    /// What to keep the answer to this request under; None when it is made each time.
    fn cle(&self, req: &Request) -> Option<Cle> {
        let route = req.extensions().get::<MatchedPath>()?;
        // A part of a page, or a client that asks in its own way.
        let autrement = ["hx-request", "authorization", "range", "if-none-match"];
        if req.method() != Method::GET || !self.routes.contains(route.as_str()) || autrement.iter().any(|e| req.headers().contains_key(*e))
        {
            return None;
        }
        let mut cookies = Sha256::new();
        for c in req.headers().get_all(header::COOKIE) {
            cookies.update(c.as_bytes());
            cookies.update([0]);
        }
        Some(Cle { adresse: req.uri().path_and_query()?.to_string(), cookies: cookies.finalize().into() })
    }
}

impl Gardee {
    fn reponse(&self, neuf: Uuid) -> Response {
        let corps = match self.morceaux.as_slice() {
            [seul] => Body::from(seul.clone()),
            autres => Body::from(autres.join(neuf.to_string().as_bytes())),
        };
        (self.entetes.clone(), corps).into_response()
    }
}

/// The HTML cut around each place of `neuf`.
fn couper(html: &Bytes, neuf: Option<Neuf>) -> Vec<Bytes> {
    let Some(Neuf(id)) = neuf else { return vec![html.clone()] };
    let id = id.to_string();
    let (mut morceaux, mut debut) = (Vec::new(), 0);
    while let Some(la) = html[debut..].windows(id.len()).position(|w| w == id.as_bytes()) {
        morceaux.push(html.slice(debut..debut + la));
        debut += la + id.len();
    }
    morceaux.push(html.slice(debut..));
    morceaux
}

/// The layer.
pub async fn garder(State(g): State<Gardees>, req: Request, suite: Next) -> Response {
    let Some(cle) = g.cle(&req) else { return suite.run(req).await };
    // Asked before the page is made: what is written meanwhile gives another mark.
    let Ok(marque) = g.etat.base.marque().await else { return suite.run(req).await };
    let minute = g.etat.horloge.maintenant().timestamp().div_euclid(60);
    if let Some(p) = g.pages.get(&cle).filter(|p| p.marque == marque && p.minute == minute) {
        return p.reponse(g.etat.horloge.nouvel_uuid());
    }
    let r = suite.run(req).await;
    // A cookie is for one answer alone: a message that was shown, a session.
    if r.status() != StatusCode::OK || r.headers().contains_key(header::SET_COOKIE) {
        return r;
    }
    let neuf = r.extensions().get::<Neuf>().copied();
    let (parts, corps) = r.into_parts();
    let html = match to_bytes(corps, usize::MAX).await {
        Ok(h) => h,
        Err(e) => return Refus::from(Erreur::Interne(e.to_string())).into_response(),
    };
    if html.len() <= PAGE_MAX {
        let gardee = Gardee { marque, minute, entetes: parts.headers.clone(), morceaux: couper(&html, neuf) };
        g.pages.insert(cle, Arc::new(gardee));
    }
    Response::from_parts(parts, Body::from(html))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l_identifiant_change_partout_et_rien_d_autre() {
        let [a, b] = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let page = |id: Uuid| Bytes::from(format!("<a>{id}</a>{id}<i>é</i>{id}"));
        for (html, neuf) in [(page(a), Some(Neuf(a))), (page(a), None), (Bytes::new(), Some(Neuf(a)))] {
            let morceaux = couper(&html, neuf);
            assert_eq!(morceaux.join(a.to_string().as_bytes()), html);
        }
        assert_eq!(couper(&page(a), Some(Neuf(a))).join(b.to_string().as_bytes()), page(b));
    }
}
