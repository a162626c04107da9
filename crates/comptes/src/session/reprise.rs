//! Nothing typed is lost when a session ends in the middle of a form: the fields are carried through
//! the sign-in page, and a page with one button sends them again.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use interface::requete::{Reponse, page_de, rendre_avec};
use socle::erreur::Refus;

use super::{suite_sure, web::PageConnexion};

/// The largest body carried, in bytes.
pub(super) const CORPS_MAX: usize = 256 * 1024;

/// The fields of a form, but its passwords: those are never written into a page.
pub(super) fn champs(corps: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(corps)
        .filter(|(nom, _)| !nom.starts_with("mot_de_passe"))
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect()
}

/// 401: « Votre session a expiré », with the sign-in form and, in it, what was typed.
pub async fn page_expiree(req: Request) -> Result<Response, Refus> {
    let (parts, corps) = req.into_parts();
    let formulaire = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(';').next().is_some_and(|t| t.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")));
    let corps = if formulaire { lire(corps).await } else { None };
    let mut r = rendre_expiree(&parts, corps)?;
    let h = r.headers_mut();
    h.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if parts.headers.contains_key("hx-request") {
        // htmx shows no 401: the page takes the place of the whole body, as a refused form would.
        *r.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        let h = r.headers_mut();
        h.insert("hx-retarget", HeaderValue::from_static("body"));
        h.insert("hx-reswap", HeaderValue::from_static("innerHTML"));
    }
    Ok(r)
}

async fn lire(corps: Body) -> Option<String> {
    let octets = to_bytes(corps, CORPS_MAX).await.ok()?;
    Some(form_urlencoded::Serializer::new(String::new()).extend_pairs(champs(&octets)).finish())
}

/// The path of the `Referer`; `/` without one. Only the path: it never leads out of the instance.
fn page_precedente(entetes: &HeaderMap) -> String {
    let referer = entetes.get(header::REFERER).and_then(|v| v.to_str().ok()).unwrap_or("");
    let chemin = referer.splitn(4, '/').nth(3).unwrap_or("");
    suite_sure(&format!("/{chemin}")).to_owned()
}

fn rendre_expiree(parts: &Parts, corps: Option<String>) -> Reponse {
    let perdue = corps.is_none();
    // What cannot be sent again leads back to the page it was typed in.
    let suite = if perdue { page_precedente(&parts.headers) } else { parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned() };
    let page = PageConnexion {
        page: page_de(parts),
        erreurs: interface::Erreurs::default(),
        email: String::new(),
        suite,
        corps,
        expiree: true,
        perdue,
        attente: None,
    };
    rendre_avec(StatusCode::UNAUTHORIZED, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_page_precedente_reste_dans_linstance() {
        let de = |r: &str| page_precedente(&HeaderMap::from_iter([(header::REFERER, HeaderValue::from_str(r).unwrap())]));
        assert_eq!(de("https://passeur.invalid/personnes/nouvelle?x=1"), "/personnes/nouvelle?x=1");
        assert_eq!(de("https://ailleurs.invalid"), "/");
        assert_eq!(de("https://ailleurs.invalid//autre.invalid/x"), "/");
        assert_eq!(page_precedente(&HeaderMap::new()), "/");
    }

    #[test]
    fn les_champs_gardent_leur_ordre_et_les_mots_de_passe_restent_dehors() {
        let c = champs(b"nom=L%C3%A9a+B.&note=a%0D%0Ab&themes=x&themes=y&mot_de_passe=secret&mot_de_passe_nouveau=autre&vide=");
        let attendu = [("nom", "Léa B."), ("note", "a\r\nb"), ("themes", "x"), ("themes", "y"), ("vide", "")];
        assert_eq!(c, attendu.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
}
