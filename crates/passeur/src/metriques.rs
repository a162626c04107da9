//! `GET /metrics` in Prometheus text form, on a listener of its own, off by default.
//!
//! Labels are route templates, methods, statuses, kinds and states: few, fixed, and nothing about anybody.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};
use socle::Etat;

use crate::exploitation;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Requete {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Trajet {
    route: String,
    method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EtatTache {
    kind: String,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Issue {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Connexions {
    pool: &'static str,
    state: &'static str,
}

/// What a node counts since it started, and what it reads when asked.
#[derive(Debug)]
pub struct Metriques {
    registre: Registry,
    requetes: Family<Requete, Counter>,
    durees: Family<Trajet, Histogram, fn() -> Histogram>,
    taches: Family<EtatTache, Gauge>,
    executees: Family<Issue, Counter>,
    age_file: Gauge<i64>,
    connexions: Family<Connexions, Gauge>,
    memoire: Gauge<i64>,
    sauvegarde: Gauge<i64>,
    base_repond: Gauge<i64>,
    /// One scrape at a time: gauges are emptied, then filled.
    lecture: Mutex<()>,
}

fn histogramme() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0])
}

impl Metriques {
    /// A registry with everything at zero.
    pub fn new() -> Arc<Self> {
        let mut r = Registry::with_prefix("passeur");
        let requetes = Family::default();
        let durees = Family::new_with_constructor(histogramme as fn() -> Histogram);
        let (taches, executees, connexions) = (Family::default(), Family::default(), Family::default());
        let (age_file, memoire, sauvegarde, base_repond) = (Gauge::default(), Gauge::default(), Gauge::default(), Gauge::default());
        r.register("build", "Program that answers", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
        r.register("http_requests", "Requests answered", Family::clone(&requetes));
        r.register_with_unit("http_request_duration", "Time to answer", Unit::Seconds, Family::clone(&durees));
        r.register("jobs", "Background jobs not done, by state", Family::clone(&taches));
        r.register("jobs_run", "Background jobs run by this node", Family::clone(&executees));
        r.register_with_unit("jobs_queue_age", "Age of the oldest job that is due", Unit::Seconds, Gauge::clone(&age_file));
        r.register("db_connections", "Connections of this node to the database", Family::clone(&connexions));
        r.register_with_unit("process_resident_memory", "Resident memory", Unit::Bytes, Gauge::clone(&memoire));
        r.register_with_unit(
            "last_backup_timestamp",
            "When the last backup that Passeur knows of succeeded, 0 when there is none",
            Unit::Seconds,
            Gauge::clone(&sauvegarde),
        );
        r.register("database_up", "1 when the database answers", Gauge::clone(&base_repond));
        Arc::new(Self {
            registre: r,
            requetes,
            durees,
            taches,
            executees,
            age_file,
            connexions,
            memoire,
            sauvegarde,
            base_repond,
            lecture: Mutex::default(),
        })
    }

    /// Counts a job that ended; `genre` comes from the code.
    pub fn tache(&self, genre: &'static str, reussie: bool) {
        self.executees.get_or_create(&Issue { kind: genre, outcome: if reussie { "done" } else { "failed" } }).inc();
    }

    fn requete(&self, route: String, methode: &Method, statut: StatusCode, duree: Duration) {
        let method = methode_connue(methode);
        self.durees.get_or_create(&Trajet { route: route.clone(), method }).observe(duree.as_secs_f64());
        self.requetes.get_or_create(&Requete { route, method, status: statut.as_u16() }).inc();
    }

    /// The text of a scrape.
    pub async fn texte(&self, etat: &Etat) -> String {
        let files = exploitation::files(&etat.base, etat.horloge.maintenant()).await;
        let sauvegarde = crate::sauvegarde::planifiee::derniere_reussie(etat.base.lecture()).await;
        let _seul = self.lecture.lock().unwrap_or_else(PoisonError::into_inner);
        self.base_repond.set(i64::from(files.is_ok()));
        self.taches.clear();
        if let Ok(f) = files {
            for ((kind, state), n) in f.taches {
                self.taches.get_or_create(&EtatTache { kind, state: state.code() }).set(n);
            }
            self.age_file.set(f.age_secondes);
        }
        if let Ok(s) = sauvegarde {
            self.sauvegarde.set(s.map_or(0, |s| s.fin.timestamp()));
        }
        for (pool, ouvertes, libres) in etat.base.occupation() {
            let libres = i64::try_from(libres).unwrap_or(i64::MAX);
            self.connexions.get_or_create(&Connexions { pool, state: "idle" }).set(libres);
            self.connexions.get_or_create(&Connexions { pool, state: "used" }).set((i64::from(ouvertes) - libres).max(0));
        }
        self.memoire.set(memoire_residente());
        let mut texte = String::new();
        // Writing into a text does not fail.
        let _ = encode(&mut texte, &self.registre);
        texte
    }
}

/// A method of its own by a client must not make a label.
fn methode_connue(m: &Method) -> &'static str {
    const CONNUES: [(&Method, &str); 7] = [
        (&Method::GET, "GET"),
        (&Method::POST, "POST"),
        (&Method::PUT, "PUT"),
        (&Method::PATCH, "PATCH"),
        (&Method::DELETE, "DELETE"),
        (&Method::HEAD, "HEAD"),
        (&Method::OPTIONS, "OPTIONS"),
    ];
    CONNUES.iter().find(|(c, _)| *c == m).map_or("other", |(_, nom)| nom)
}

/// Bytes of memory this process holds; 0 where the system does not say.
fn memoire_residente() -> i64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok().and_then(|t| t.split_whitespace().nth(1)?.parse::<i64>().ok());
    pages.unwrap_or(0) * i64::try_from(rustix::param::page_size()).unwrap_or(4096)
}

/// Counts what `routeur` answers.
pub fn compter(routeur: Router, m: Arc<Metriques>) -> Router {
    routeur.layer(middleware::from_fn_with_state(m, couche))
}

async fn couche(State(m): State<Arc<Metriques>>, req: Request, suite: Next) -> Response {
    let debut = Instant::now();
    let methode = req.method().clone();
    // The template of the route; what matches none is one label.
    let route = req.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |p| p.as_str().to_owned());
    let r = suite.run(req).await;
    m.requete(route, &methode, r.status(), debut.elapsed());
    r
}

/// The application of the separate listener.
pub fn routeur(etat: Etat, m: Arc<Metriques>) -> Router {
    Router::new().route("/metrics", get(lire)).with_state((etat, m))
}

async fn lire(State((etat, m)): State<(Etat, Arc<Metriques>)>) -> Response {
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], m.texte(&etat).await).into_response()
}
