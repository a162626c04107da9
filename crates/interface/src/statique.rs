//! Static files, built into the program. Their address carries a hash of their content, so that a
//! browser may keep them for ever and a new version is fetched at once.

use std::{io::Write, sync::LazyLock};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use sha2::{Digest, Sha256};

struct Fichier {
    nom: &'static str,
    genre: &'static str,
    url: String,
    contenu: Bytes,
    /// `None` when compression gains nothing (font).
    gzip: Option<Bytes>,
}

const POLICE: &str = "atkinson-hyperlegible-next.woff2";
const IMMUABLE: &str = "public, max-age=31536000, immutable";
/// For an address of another version of the program: two may serve at once during an upgrade.
const COURT: &str = "public, max-age=60";

static FICHIERS: LazyLock<Vec<Fichier>> = LazyLock::new(|| {
    let police = fichier(POLICE, "font/woff2", include_bytes!("../static/atkinson-hyperlegible-next.woff2"));
    // The style sheet names the font: it must name it by its hashed address.
    let css = include_str!("../static/app.css").replace(&format!("/static/{POLICE}"), &police.url);
    vec![
        fichier("app.css", "text/css; charset=utf-8", css.as_bytes()),
        fichier("app.js", "text/javascript; charset=utf-8", include_bytes!("../static/app.js")),
        fichier("htmx.min.js", "text/javascript; charset=utf-8", include_bytes!("../static/htmx.min.js")),
        fichier("icone.svg", "image/svg+xml", include_bytes!("../static/icone.svg")),
        police,
    ]
});

fn fichier(nom: &'static str, genre: &'static str, contenu: &[u8]) -> Fichier {
    let empreinte: String = Sha256::digest(contenu).iter().take(6).map(|octet| format!("{octet:02x}")).collect();
    let (radical, extension) = nom.rsplit_once('.').unwrap_or((nom, ""));
    let gzip = gzip(contenu).filter(|petit| petit.len() * 10 < contenu.len() * 9);
    Fichier {
        nom,
        genre,
        url: format!("/static/{radical}.{empreinte}.{extension}"),
        contenu: Bytes::copy_from_slice(contenu),
        gzip: gzip.map(Bytes::from),
    }
}

fn gzip(contenu: &[u8]) -> Option<Vec<u8>> {
    let mut sortie = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    sortie.write_all(contenu).ok()?;
    sortie.finish().ok()
}

/// The address of a static file, with its hash: `url("app.css")` gives `/static/app.1f2e….css`.
///
/// # Panics
/// When no file has this name, which the tests of the templates see at once.
pub fn url(nom: &str) -> &'static str {
    match FICHIERS.iter().find(|f| f.nom == nom) {
        Some(f) => &f.url,
        None => panic!("no static file is named {nom}"),
    }
}

/// Serves `/static/{name}`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/static/{nom}", get(servir))
}

async fn servir(Path(nom): Path<String>, entetes: HeaderMap) -> Response {
    let demande = format!("/static/{nom}");
    let exact = FICHIERS.iter().find(|f| f.url == demande);
    let Some(fichier) = exact.or_else(|| FICHIERS.iter().find(|f| f.nom == nom || autre_version(f.nom, &nom))) else {
        return reponse(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", COURT, Bytes::from_static("Fichier introuvable.".as_bytes()));
    };
    let cache = if exact.is_some() { IMMUABLE } else { COURT };
    let accepte = entetes.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok()).any(accepte_gzip);
    let mut r = match &fichier.gzip {
        Some(petit) if accepte => {
            let mut r = reponse(StatusCode::OK, fichier.genre, cache, petit.clone());
            r.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            r
        }
        _ => reponse(StatusCode::OK, fichier.genre, cache, fichier.contenu.clone()),
    };
    if fichier.gzip.is_some() {
        r.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    r
}

fn reponse(statut: StatusCode, genre: &'static str, cache: &'static str, corps: Bytes) -> Response {
    let mut r = Response::new(Body::from(corps));
    *r.status_mut() = statut;
    r.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(genre));
    r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    r.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    r
}

/// `app.0123456789ab.css` is another version of `app.css`.
fn autre_version(nom: &str, demande: &str) -> bool {
    let Some((radical, extension)) = nom.rsplit_once('.') else { return false };
    demande
        .strip_prefix(radical)
        .and_then(|reste| reste.strip_prefix('.'))
        .and_then(|reste| reste.strip_suffix(extension))
        .and_then(|reste| reste.strip_suffix('.'))
        .is_some_and(|empreinte| empreinte.len() == 12 && empreinte.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn accepte_gzip(valeur: &str) -> bool {
    valeur.split(',').any(|partie| {
        let (codage, q) = partie.split_once(';').unwrap_or((partie, ""));
        matches!(codage.trim(), "gzip" | "*") && !matches!(q.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

/// Names and compressed sizes in bytes, for the tests of the budgets and the benchmark.
pub fn poids() -> Vec<(&'static str, usize)> {
    FICHIERS.iter().map(|f| (f.nom, f.gzip.as_ref().unwrap_or(&f.contenu).len())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l_adresse_porte_l_empreinte() {
        let adresse = url("app.css");
        assert_eq!((adresse.len(), adresse.split_at(12).0, adresse.split_at(24).1), (28, "/static/app.", ".css"), "{adresse}");
        let css = FICHIERS.iter().find(|f| f.nom == "app.css").unwrap();
        assert!(String::from_utf8_lossy(&css.contenu).contains(url(POLICE)));
        assert!(autre_version("app.css", "app.0123456789ab.css"));
        assert!(!autre_version("app.css", "app.css"));
    }

    #[test]
    fn gzip_seulement_si_accepte() {
        assert!(accepte_gzip("deflate, gzip;q=0.8"));
        assert!(!accepte_gzip("br, gzip;q=0"));
        assert!(!accepte_gzip("identity"));
    }

    #[tokio::test]
    async fn une_adresse_exacte_est_immuable_et_comprimee() {
        use axum::http::Request;
        use tower::ServiceExt;
        let demander = async |adresse: &str| {
            let requete = Request::get(adresse).header("accept-encoding", "gzip, br").body(Body::empty()).unwrap();
            let r = routes::<()>().oneshot(requete).await.unwrap();
            let entete = |nom| r.headers().get(nom).map(|v: &HeaderValue| v.to_str().unwrap().to_owned());
            (r.status().as_u16(), entete("cache-control").unwrap_or_default(), entete("content-encoding"))
        };
        assert_eq!(demander(url("app.css")).await, (200, IMMUABLE.into(), Some("gzip".into())));
        assert_eq!(demander(url(POLICE)).await, (200, IMMUABLE.into(), None));
        assert_eq!(demander("/static/app.0123456789ab.css").await, (200, COURT.into(), Some("gzip".into())));
        assert_eq!(demander("/static/autre.css").await.0, 404);
    }

    #[test]
    fn le_premier_chargement_tient_dans_le_budget() {
        let poids = poids();
        let total: usize = poids.iter().map(|(_, octets)| octets).sum();
        // 60 KB in all for a first load, of which 12 KB at most of HTML (UI.md).
        assert!(total <= 48 * 1024, "{total} : {poids:?}");
        let de = |nom| poids.iter().find(|(n, _)| *n == nom).unwrap().1;
        assert!(de("app.css") <= 10 * 1024, "{poids:?}");
        assert!(de("app.js") <= 3 * 1024, "{poids:?}");
    }
}
