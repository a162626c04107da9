//! Pages kept in memory: what many ask for is made once for each state of the database.
//!
//! A page is shown again only if the database gives the mark it gave before the page was made
//! ([`socle::Base::marque`]), the same minute, to the same cookies: nothing to invalidate, on any number of nodes.
//! Those who ask for the same page while it is made wait for it: one makes it for all.
//! Which pages: those whose route says so ([`interface::requete::Pages::gardee`]).

use std::{
    collections::HashSet,
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use interface::requete::{Neuf, Route};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use socle::{Erreur, Etat, erreur::Refus};
use tokio::sync::Mutex;
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
    /// Who makes a page holds its lock.
    verrous: Cache<Cle, Arc<Mutex<()>>>,
    marque: Arc<Mutex<Option<Marque>>>,
}

/// A mark of the database, and when it was asked for: what is made after that is at least as new.
#[derive(Clone)]
struct Marque {
    quand: Instant,
    /// None when the database does not answer.
    valeur: Option<String>,
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
    /// When the database was last seen to give this mark.
    vue: std::sync::Mutex<Instant>,
    minute: i64,
    entetes: HeaderMap,
    /// The HTML, cut where the id of each showing goes.
    morceaux: Vec<Bytes>,
    /// The same compressed once for all, when each showing is the same.
    gzip: Option<Bytes>,
}

impl Gardees {
    pub fn new(etat: Etat, routes: &[Route]) -> Self {
        let pages = Cache::builder()
            .max_capacity(MAX)
            .weigher(|c: &Cle, p: &Arc<Gardee>| {
                let octets = c.adresse.len() + p.morceaux.iter().chain(&p.gzip).map(Bytes::len).sum::<usize>() + 1_000;
                u32::try_from(octets).unwrap_or(u32::MAX)
            })
            .time_to_live(Duration::from_secs(60))
            .build();
        let routes = routes.iter().filter(|r| r.gardee).map(|r| r.chemin).collect();
        let verrous = Cache::builder().max_capacity(10_000).time_to_idle(Duration::from_secs(60)).build();
        Self { etat, routes: Arc::new(routes), pages, verrous, marque: Arc::default() }
    }

    /// The mark of the database, asked for after this is called: once for all who wait meanwhile.
    async fn marque(&self) -> Marque {
        let appel = Instant::now();
        let mut derniere = self.marque.lock().await;
        if let Some(m) = derniere.as_ref().filter(|m| m.quand > appel) {
            return m.clone();
        }
        let quand = Instant::now();
        let m = Marque { quand, valeur: self.etat.base.marque().await.ok() };
        *derniere = Some(m.clone());
        m
    }

    fn minute(&self) -> i64 {
        self.etat.horloge.maintenant().timestamp().div_euclid(60)
    }

    /// The kept page, when it is what would be made now.
    fn page(&self, cle: &Cle, marque: &Marque) -> Option<Arc<Gardee>> {
        let p = self.pages.get(cle).filter(|p| p.minute == self.minute() && marque.valeur.as_ref() == Some(&p.marque))?;
        if let Ok(mut vue) = p.vue.lock() {
            *vue = (*vue).max(marque.quand);
        }
        Some(p)
    }

    /// The kept page, when what it says was seen to be so after `instant`.
    fn page_depuis(&self, cle: &Cle, instant: Instant) -> Option<Arc<Gardee>> {
        self.pages.get(cle).filter(|p| p.minute == self.minute() && p.vue.lock().is_ok_and(|vue| *vue > instant))
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
    fn nouvelle(marque: String, quand: Instant, minute: i64, entetes: HeaderMap, html: &Bytes, neuf: Option<Neuf>) -> Self {
        let gzip = neuf.is_none().then(|| {
            let mut e = GzEncoder::new(Vec::new(), Compression::default());
            e.write_all(html).and_then(|()| e.finish()).ok().map(Bytes::from)
        });
        Self { marque, vue: quand.into(), minute, entetes, morceaux: couper(html, neuf), gzip: gzip.flatten() }
    }

    /// `gzip`: the client reads it.
    fn reponse(&self, neuf: Uuid, gzip: bool) -> Response {
        let mut entetes = self.entetes.clone();
        let corps = match (&self.gzip, self.morceaux.as_slice()) {
            (Some(comprimee), _) if gzip => {
                entetes.remove(header::CONTENT_LENGTH);
                entetes.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                entetes.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
                comprimee.clone()
            }
            (_, [seul]) => seul.clone(),
            (_, autres) => autres.join(neuf.to_string().as_bytes()).into(),
        };
        (entetes, Body::from(corps)).into_response()
    }
}

/// Whether an `Accept-Encoding` takes gzip; one that weighs it otherwise is left to the layer of compression.
fn lit_gzip(accepte: &str) -> bool {
    accepte.split(',').any(|c| c.trim().eq_ignore_ascii_case("gzip"))
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
    let arrivee = Instant::now();
    let gzip = req.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).is_some_and(lit_gzip);
    let montrer = |p: Arc<Gardee>| p.reponse(g.etat.horloge.nouvel_uuid(), gzip);
    let marque = g.marque().await;
    // The database does not answer: each says so without waiting for the others.
    if marque.valeur.is_none() {
        return suite.run(req).await;
    }
    if let Some(p) = g.page(&cle, &marque) {
        return montrer(p);
    }
    let verrou = g.verrous.get_with_by_ref(&cle, Arc::default);
    let seul = verrou.lock().await;
    // Made, or seen to be still so, since this was asked for: by who held the lock.
    if let Some(p) = g.page_depuis(&cle, arrivee) {
        return montrer(p);
    }
    // Asked before the page is made: what is written meanwhile gives another mark.
    let marque = g.marque().await;
    if let Some(p) = g.page(&cle, &marque) {
        return montrer(p);
    }
    let Some(valeur) = marque.valeur else {
        drop(seul);
        return suite.run(req).await;
    };
    let minute = g.minute();
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
        g.pages.insert(cle, Arc::new(Gardee::nouvelle(valeur, marque.quand, minute, parts.headers.clone(), &html, neuf)));
    }
    Response::from_parts(parts, Body::from(html))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_compression_n_est_que_pour_qui_la_lit() {
        for (accepte, lit) in [("gzip", true), ("br, GZIP, deflate", true), ("gzip;q=0", false), ("identity", false), ("", false)] {
            assert_eq!(lit_gzip(accepte), lit, "{accepte}");
        }
    }

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
