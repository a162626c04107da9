//! A calendar read at an address somebody gave: over https, from a public machine, of a bounded size, in a bounded time.

use std::{net::IpAddr, time::Duration};

use reqwest::{Client, Url, redirect::Policy};

/// Most octets of a calendar.
pub const TAILLE_MAX: usize = 2 * 1024 * 1024;
/// Most times one is sent elsewhere.
const RENVOIS_MAX: usize = 3;
const DELAI: Duration = Duration::from_secs(20);

const ILLISIBLE: &str = "Cette adresse ne se lit pas. Elle commence par https:// et mène à un fichier .ics.";

/// What may be read: everywhere but in tests, the strictest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Souplesse {
    /// Without TLS, and on this machine.
    pub local: bool,
}

/// The address, as it is read; `webcal:` is https.
///
/// # Errors
/// In words.
pub fn adresse(texte: &str, s: Souplesse) -> Result<Url, String> {
    let texte = texte.trim();
    let texte = texte.strip_prefix("webcal://").map_or_else(|| texte.to_owned(), |r| format!("https://{r}"));
    let u = Url::parse(&texte).map_err(|_| ILLISIBLE.to_owned())?;
    if !(u.scheme() == "https" || (s.local && u.scheme() == "http")) {
        return Err(ILLISIBLE.into());
    }
    if !u.username().is_empty() || u.password().is_some() {
        return Err("N’écrivez pas de mot de passe dans l’adresse.".into());
    }
    // A name is looked at when it is resolved; what is written in figures, at once.
    let nu = u.host_str().ok_or(ILLISIBLE)?.trim_matches(['[', ']']);
    if nu.parse::<IpAddr>().is_ok_and(|ip| !s.local && !publique(ip)) {
        return Err(PRIVEE.into());
    }
    Ok(u)
}

const PRIVEE: &str = "Cette adresse n’est pas publique : Passeur ne lit que sur Internet.";

/// Whether an address may be read: one of the Internet, as it is given out. Here not even a translated one (NAT64,
/// 6to4): what it leads to is decided elsewhere.
fn publique(ip: IpAddr) -> bool {
    let traduite = matches!(ip, IpAddr::V6(v6) if matches!(v6.segments(), [0x64, 0xff9b, ..] | [0x2002, ..]));
    !traduite && crate::reseau::publique(ip)
}

/// Reads a calendar.
///
/// # Errors
/// In words, that name neither the address nor what it answered.
pub async fn telecharger(texte: &str, s: Souplesse) -> Result<String, String> {
    tokio::time::timeout(DELAI, suivre(texte, s)).await.unwrap_or_else(|_| Err("Le serveur n’a pas répondu à temps.".into()))
}

async fn suivre(texte: &str, s: Souplesse) -> Result<String, String> {
    let mut u = adresse(texte, s)?;
    for _ in 0..=RENVOIS_MAX {
        let mut r = demander(&u, s).await?;
        if r.status().is_redirection() {
            let vers = r.headers().get(reqwest::header::LOCATION).and_then(|v| v.to_str().ok()).ok_or(ILLISIBLE)?;
            u = adresse(u.join(vers).map_err(|_| ILLISIBLE.to_owned())?.as_str(), s)?;
            continue;
        }
        if !r.status().is_success() {
            return Err(format!("Le serveur a répondu {} : vérifiez l’adresse.", r.status().as_u16()));
        }
        let mut octets: Vec<u8> = vec![];
        while let Some(b) = r.chunk().await.map_err(|_| "La lecture s’est interrompue.".to_owned())? {
            octets.extend_from_slice(&b);
            if octets.len() > TAILLE_MAX {
                return Err("Cet agenda est trop gros : deux mégaoctets au plus.".into());
            }
        }
        return Ok(String::from_utf8_lossy(&octets).into_owned());
    }
    Err("Cette adresse renvoie trop souvent ailleurs.".into())
}

/// Asks the machine whose addresses were looked at: a name cannot mean another one meanwhile.
async fn demander(u: &Url, s: Souplesse) -> Result<reqwest::Response, String> {
    let hote = u.host_str().ok_or(ILLISIBLE)?;
    let port = u.port_or_known_default().ok_or(ILLISIBLE)?;
    let nu = hote.trim_matches(['[', ']']);
    let adresses: Vec<std::net::SocketAddr> =
        tokio::net::lookup_host((nu, port)).await.map_err(|_| "Ce nom de serveur n’existe pas.".to_owned())?.collect();
    if adresses.is_empty() || adresses.iter().any(|a| !s.local && !publique(a.ip())) {
        return Err(PRIVEE.into());
    }
    let client = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(DELAI)
        .user_agent("Passeur")
        .resolve_to_addrs(hote, &adresses)
        .build()
        .map_err(|_| "La lecture n’a pas pu commencer.".to_owned())?;
    client.get(u.clone()).send().await.map_err(|_| "Le serveur ne répond pas.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, response::Redirect, routing::get};

    #[test]
    fn seules_les_adresses_d_internet_sont_lues() {
        for prive in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "2001:db8::1",
            "64:ff9b::7f00:1",
        ] {
            assert!(!publique(prive.parse().unwrap()), "{prive}");
        }
        for public in ["93.184.216.34", "8.8.8.8", "2606:4700::1111"] {
            assert!(publique(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn une_adresse_est_https_et_sans_mot_de_passe() {
        let stricte = Souplesse::default();
        assert_eq!(adresse("webcal://agenda.invalid/a.ics", stricte).unwrap().as_str(), "https://agenda.invalid/a.ics");
        for faux in [
            "http://agenda.invalid/a.ics",
            "ftp://x.invalid",
            "file:///etc/passwd",
            "agenda",
            "",
            "https://moi:secret@agenda.invalid/",
            "https://127.0.0.1/a.ics",
            "https://[::1]/a.ics",
            "https://2130706433/",
            "https://0x7f.1/",
        ] {
            assert!(adresse(faux, stricte).is_err(), "{faux}");
        }
    }

    #[tokio::test]
    async fn on_lit_on_suit_et_on_s_arrete() {
        let ecoute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", ecoute.local_addr().unwrap());
        let routes = Router::new()
            .route("/a.ics", get(|| async { "BEGIN:VCALENDAR" }))
            .route("/gros", get(|| async { "x".repeat(TAILLE_MAX + 1) }))
            .route("/vers", get(|| async { Redirect::to("/a.ics") }))
            .route("/boucle", get(|| async { Redirect::to("/boucle") }))
            .route("/interne", get(|| async { Redirect::to("ftp://ailleurs.invalid/") }));
        let serveur = tokio::spawn(async move { axum::serve(ecoute, routes).await });
        let lire = |chemin: &str| {
            let u = format!("{base}{chemin}");
            async move { telecharger(&u, Souplesse { local: true }).await }
        };
        assert_eq!(lire("/a.ics").await.unwrap(), "BEGIN:VCALENDAR");
        assert_eq!(lire("/vers").await.unwrap(), "BEGIN:VCALENDAR");
        for (chemin, mot) in [("/gros", "trop gros"), ("/boucle", "trop souvent"), ("/interne", "https://"), ("/rien", "404")] {
            let e = lire(chemin).await.unwrap_err();
            assert!(e.contains(mot), "{chemin} : {e}");
        }
        // As it is in service: nothing of this machine.
        assert!(telecharger(&format!("{base}/a.ics"), Souplesse::default()).await.is_err());
        serveur.abort();
    }
}
