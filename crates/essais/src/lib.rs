//! The test kit: the whole application on a database of its own, on both engines, with a fixed clock,
//! two structures and an account for each role; requests by API and by signed-in pages.
//!
//! The tests themselves stand beside the slices (`crates/*/src/<slice>/tests.rs`) and are gathered into
//! one binary by `tests/integration.rs`: one program to link instead of ten.

mod base;
pub mod centre;
mod graine;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, header},
};
use http_body_util::BodyExt;
use sea_orm::{ConnectionTrait, Statement};
pub use serde_json::{Value, json};
use socle::{
    Etat,
    base::Base,
    coffre,
    config::Config,
    horloge::Horloge,
    ports::{Courrier, ErreurCourrier, Lettre, PieceJointe},
};
use tower::ServiceExt;

pub use base::{Essai, Moteur};
pub use graine::email;

/// The password of every account of the kit.
pub const MOT_DE_PASSE: &str = "Un bateau passe la rivière";

/// The instant at which the clock of the kit is stopped.
pub const INSTANT: &str = "2026-03-10T09:00:00Z";

/// Mail kept in memory.
#[derive(Default)]
pub struct Boite(pub Mutex<Vec<Lettre>>, Mutex<Vec<(String, PieceJointe)>>);

#[async_trait::async_trait]
impl Courrier for Boite {
    async fn envoyer_avec(&self, l: &Lettre, pieces: &[PieceJointe]) -> Result<(), ErreurCourrier> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(l.clone());
        let jointes = pieces.iter().map(|p| (l.destinataire.clone(), p.clone()));
        self.1.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(jointes);
        Ok(())
    }
    async fn verifier(&self) -> Result<String, ErreurCourrier> {
        Ok("en mémoire".into())
    }
}

/// The application under test.
pub struct Appli {
    pub routeur: Router,
    pub etat: Etat,
    pub boite: Arc<Boite>,
    pub horloge: Horloge,
    ids: HashMap<String, String>,
    jetons: tokio::sync::Mutex<HashMap<String, String>>,
    _base: base::Essai,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Reponse {
    pub statut: u16,
    pub corps: Value,
    pub entetes: HeaderMap,
    pub octets: Vec<u8>,
}

impl Reponse {
    /// The names of the fields refused.
    pub fn champs(&self) -> Vec<String> {
        self.corps["erreurs"].as_array().into_iter().flatten().filter_map(|e| e["champ"].as_str().map(str::to_owned)).collect()
    }

    /// The id of the record answered.
    ///
    /// # Panics
    /// When there is none.
    pub fn id(&self) -> String {
        self.corps["id"].as_str().unwrap_or_else(|| panic!("pas d'id : {} {}", self.statut, self.corps)).to_owned()
    }
}

/// A page.
#[derive(Debug)]
pub struct ReponsePage {
    pub statut: u16,
    pub html: String,
    /// `Location`.
    pub vers: Option<String>,
    pub entetes: HeaderMap,
    pub octets: Vec<u8>,
}

impl ReponsePage {
    /// The hidden fields of the page, as a browser would send them.
    pub fn champs_caches(&self) -> Vec<(String, String)> {
        let attribut = |champ: &str, nom: &str| {
            let v = champ.split_once(&format!(" {nom}=\""))?.1.split('"').next()?;
            Some(v.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&"))
        };
        let champs = self.html.split("<input type=\"hidden\"").skip(1).map(|c| c.split('>').next().unwrap_or(""));
        champs.filter_map(|c| Some((attribut(c, "name")?, attribut(c, "value")?))).collect()
    }
}

impl Appli {
    /// Starts the application on a new database.
    ///
    /// # Panics
    /// When the database of the tests cannot be made.
    pub async fn lancer(moteur: Moteur) -> Self {
        Self::lancer_avec(moteur, |_| ()).await
    }

    /// Starts the application with a configuration of its own.
    ///
    /// # Panics
    /// When the database of the tests cannot be made.
    pub async fn lancer_avec(moteur: Moteur, configurer: impl FnOnce(&mut Config)) -> Self {
        let essai = base::Essai::creer(moteur).await;
        let horloge = Horloge::fixe(INSTANT.parse().expect("a date in its standard form"));
        let boite = Arc::new(Boite::default());
        let etat = etat(&essai.url, &essai.dossier, horloge.clone(), boite.clone(), configurer).await;
        let ids = graine::lire(&etat).await;
        Self {
            routeur: passeur::routeur(etat.clone(), false),
            etat,
            boite,
            horloge,
            ids,
            jetons: tokio::sync::Mutex::default(),
            _base: essai,
        }
    }

    fn id(&self, cle: &str) -> String {
        self.ids.get(cle).unwrap_or_else(|| panic!("inconnu dans le jeu d'essai : {cle}")).clone()
    }

    pub fn structure_alpha(&self) -> String {
        self.id("Alpha")
    }
    pub fn structure_beta(&self) -> String {
        self.id("Beta")
    }
    pub fn lieu_alpha(&self) -> String {
        self.id("lieu Alpha")
    }
    pub fn lieu_beta(&self) -> String {
        self.id("lieu Beta")
    }
    /// The id of an account.
    pub fn utilisateur(&self, nom: &str) -> String {
        self.id(nom)
    }

    /// An API token of an account, scope `tout`.
    ///
    /// # Panics
    /// When the account is not in the kit.
    pub async fn jeton(&self, nom: &str) -> String {
        self.jeton_de_portee(nom, socle::droits::Portee::Tout).await
    }

    /// An API token of a scope.
    ///
    /// # Panics
    /// When the account is not in the kit.
    pub async fn jeton_de_portee(&self, nom: &str, portee: socle::droits::Portee) -> String {
        let cle = format!("{nom} {portee:?}");
        let mut jetons = self.jetons.lock().await;
        if let Some(j) = jetons.get(&cle) {
            return j.clone();
        }
        let cx = socle::Contexte::systeme(&self.etat).await.expect("a transaction begins");
        let (_, texte) =
            comptes::cli::creer_jeton(&cx, &graine::email(nom), comptes::jeton::CreerJeton { nom: "essai".into(), portee, jours: None })
                .await
                .expect("the account exists");
        cx.valider().await.expect("it commits");
        jetons.insert(cle, texte.clone());
        texte
    }

    async fn envoyer(&self, mut req: Request<Body>) -> (u16, HeaderMap, Vec<u8>) {
        req.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40000))));
        let r = self.routeur.clone().oneshot(req).await.expect("the router never fails");
        let statut = r.status().as_u16();
        let entetes = r.headers().clone();
        let octets = r.into_body().collect().await.expect("the body arrives").to_bytes().to_vec();
        (statut, entetes, octets)
    }

    /// A request to the API; `Value::Null` sends no body.
    pub async fn api(&self, jeton: &str, methode: &str, chemin: &str, corps: Value) -> Reponse {
        self.api_avec(jeton, methode, chemin, &corps, &[]).await
    }

    /// A request to the API with headers.
    ///
    /// # Panics
    /// When the request is malformed.
    pub async fn api_avec(&self, jeton: &str, methode: &str, chemin: &str, corps: &Value, entetes: &[(&str, &str)]) -> Reponse {
        let mut b = Request::builder().method(methode).uri(chemin);
        if !jeton.is_empty() {
            b = b.header(header::AUTHORIZATION, format!("Bearer {jeton}"));
        }
        for (n, v) in entetes {
            b = b.header(*n, *v);
        }
        let req = if corps.is_null() {
            b.body(Body::empty())
        } else {
            b.header(header::CONTENT_TYPE, "application/json").body(Body::from(corps.to_string()))
        };
        let (statut, entetes, octets) = self.envoyer(req.expect("a well-formed request")).await;
        Reponse { statut, corps: serde_json::from_slice(&octets).unwrap_or(Value::Null), entetes, octets }
    }

    /// A form with a file, sent to the API.
    ///
    /// # Panics
    /// When the request is malformed.
    pub async fn api_fichier(&self, jeton: &str, chemin: &str, champs: &[(&str, &str)], nom: &str, octets: &[u8]) -> Reponse {
        let (genre, corps) = multipart(champs, nom, octets);
        let req = Request::builder()
            .method("POST")
            .uri(chemin)
            .header(header::AUTHORIZATION, format!("Bearer {jeton}"))
            .header(header::CONTENT_TYPE, genre)
            .body(Body::from(corps));
        let (statut, entetes, octets) = self.envoyer(req.expect("a well-formed request")).await;
        Reponse { statut, corps: serde_json::from_slice(&octets).unwrap_or(Value::Null), entetes, octets }
    }

    /// A browser signed in.
    ///
    /// # Panics
    /// When signing in fails.
    pub async fn session(&self, nom: &str) -> Navigateur<'_> {
        let mut n = self.navigateur();
        let r = n.post("/connexion", &[("email", &graine::email(nom)), ("mot_de_passe", MOT_DE_PASSE)]).await;
        assert_eq!(r.statut, 303, "connexion de {nom} : {}", r.html);
        n.prendre_cookies(&r.entetes);
        n
    }

    /// A browser not signed in.
    pub fn navigateur(&self) -> Navigateur<'_> {
        Navigateur { appli: self, cookies: Mutex::default() }
    }

    /// Creates a person through the API; gives the id.
    pub async fn personne(&self, jeton: &str, prenom: &str, nom: &str) -> String {
        self.api(jeton, "POST", "/api/v1/personnes", json!({"prenom": prenom, "nom": nom})).await.id()
    }

    /// Creates a partner through the API; gives the id.
    pub async fn partenaire(&self, jeton: &str, nom: &str) -> String {
        self.api(jeton, "POST", "/api/v1/partenaires", json!({"nom": nom, "nature": "aide_sociale"})).await.id()
    }

    /// The first number of a SQL query, on either engine.
    ///
    /// # Panics
    /// When the query fails.
    pub async fn compter(&self, sql: &str) -> i64 {
        let db = self.etat.base.lecture();
        let l = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the query runs").expect("a row");
        l.try_get_by_index::<i64>(0).or_else(|_| l.try_get_by_index::<i32>(0).map(i64::from)).expect("a number")
    }

    /// The first id of a SQL query, on either engine.
    ///
    /// # Panics
    /// When the query fails or finds nothing.
    pub async fn identifiant(&self, sql: &str) -> String {
        let db = self.etat.base.lecture();
        let l = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the query runs").expect("a row");
        l.try_get_by_index::<uuid::Uuid>(0).expect("an id").to_string()
    }

    /// Moves the clock.
    ///
    /// # Panics
    /// When `instant` is not a date in its standard form.
    pub fn regler(&self, instant: &str) {
        self.horloge.regler(instant.parse().expect("a date in its standard form"));
    }

    /// Runs the jobs that are due, until there is none.
    ///
    /// # Panics
    /// When the queue is unreachable.
    pub async fn travailler(&self) {
        let executants = passeur::commandes::executants();
        while socle::tache::executer_une(&self.etat, &executants).await.expect("the queue answers") {}
    }

    /// Enters the periodic work that is due, as a node just started does; gives how many.
    ///
    /// # Panics
    /// When the database is unreachable.
    pub async fn planifier(&self) -> u32 {
        let planning = passeur::commandes::planning();
        socle::planification::planifier(&self.etat, &planning, &mut socle::planification::Vues::default())
            .await
            .expect("the database answers")
    }

    /// The files that went with mails, each with whom it was sent to.
    pub fn pieces_jointes(&self) -> Vec<(String, PieceJointe)> {
        self.boite.1.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// The mails sent.
    pub fn courriels(&self) -> Vec<Lettre> {
        self.boite.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

async fn etat(url: &str, dossier: &std::path::Path, horloge: Horloge, boite: Arc<Boite>, configurer: impl FnOnce(&mut Config)) -> Etat {
    let mut config = Config::lire(
        None,
        &[("database_url", url.to_owned()), ("data_dir", dossier.display().to_string()), ("public_url", "http://passeur.test".into())],
    )
    .expect("the configuration of the tests is valid");
    configurer(&mut config);
    let base = Base::ouvrir(url, 4).await.expect("the database just made opens");
    let (coffre, _) =
        coffre::ouverture::ouvrir(&base, &config.chemin_cles(), horloge.maintenant()).await.expect("the safe of the tests opens");
    Etat::new(base, horloge, config, boite, Arc::new(documents::Typst::new()), coffre)
}

/// A browser: keeps cookies, sends forms.
pub struct Navigateur<'a> {
    appli: &'a Appli,
    cookies: Mutex<HashMap<String, String>>,
}

impl Navigateur<'_> {
    fn prendre_cookies(&mut self, entetes: &HeaderMap) {
        self.garder(entetes);
    }

    fn garder(&self, entetes: &HeaderMap) {
        let mut c = self.cookies.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for v in entetes.get_all(header::SET_COOKIE) {
            let Ok(v) = v.to_str() else { continue };
            let (nom, valeur) = v.split(';').next().and_then(|p| p.split_once('=')).unwrap_or(("", ""));
            if v.contains("Max-Age=0") || valeur.is_empty() {
                c.remove(nom);
            } else {
                c.insert(nom.to_owned(), valeur.to_owned());
            }
        }
    }

    async fn demander(&self, b: axum::http::request::Builder, corps: Body) -> ReponsePage {
        let cookies = {
            let c = self.cookies.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            c.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
        };
        let b = if cookies.is_empty() { b } else { b.header(header::COOKIE, cookies) };
        let b = b.header(header::HOST, "passeur.test").header("sec-fetch-site", "same-origin").header(header::ACCEPT, "text/html");
        let (statut, entetes, octets) = self.appli.envoyer(b.body(corps).expect("a well-formed request")).await;
        self.garder(&entetes);
        ReponsePage {
            statut,
            vers: entetes.get(header::LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned),
            html: String::from_utf8_lossy(&octets).into_owned(),
            entetes,
            octets,
        }
    }

    /// Sends the sign-in form.
    pub async fn entrer(&self, compte: &str, mot_de_passe: &str) -> ReponsePage {
        self.post("/connexion", &[("email", &graine::email(compte)), ("mot_de_passe", mot_de_passe)]).await
    }

    /// Opens a page.
    pub async fn get(&self, chemin: &str) -> ReponsePage {
        self.demander(Request::builder().method("GET").uri(chemin), Body::empty()).await
    }

    /// Sends a form.
    pub async fn post(&self, chemin: &str, champs: &[(&str, &str)]) -> ReponsePage {
        self.post_avec(chemin, champs, &[]).await
    }

    /// Sends a form with headers.
    pub async fn post_avec(&self, chemin: &str, champs: &[(&str, &str)], entetes: &[(&str, &str)]) -> ReponsePage {
        let corps = champs.iter().map(|(n, v)| format!("{}={}", encoder(n), encoder(v))).collect::<Vec<_>>().join("&");
        let mut b = Request::builder().method("POST").uri(chemin).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (n, v) in entetes {
            b = b.header(*n, *v);
        }
        self.demander(b, Body::from(corps)).await
    }

    /// Forgets the session, as when it expired.
    pub fn perdre_session(&self) {
        self.cookies.lock().unwrap_or_else(std::sync::PoisonError::into_inner).retain(|n, _| !n.contains("session"));
    }
}

/// The fields then the field `fichier`, as a browser sends them.
fn multipart(champs: &[(&str, &str)], nom: &str, octets: &[u8]) -> (String, Vec<u8>) {
    const BORD: &str = "----bord-d-essai";
    let mut corps = vec![];
    for (n, v) in champs {
        corps.extend(format!("--{BORD}\r\nContent-Disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n").into_bytes());
    }
    let tete = format!(
        "--{BORD}\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"{nom}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    );
    corps.extend(tete.into_bytes());
    corps.extend_from_slice(octets);
    corps.extend(format!("\r\n--{BORD}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BORD}"), corps)
}

fn encoder(t: &str) -> String {
    t.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.') { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
