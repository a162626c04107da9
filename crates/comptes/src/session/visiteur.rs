use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use socle::{Acteur, Etat, erreur::Refus, requete::NumeroRequete};
use uuid::Uuid;

/// Someone who has not signed in: where they come from, with what.
#[derive(Clone, Debug)]
pub struct Visiteur {
    pub adresse: IpAddr,
    /// The `User-Agent`.
    pub navigateur: String,
    pub numero: Uuid,
    /// Nobody: the program acts for them.
    pub(crate) personne: Acteur,
}

impl<S> FromRequestParts<S> for Visiteur
where
    S: Send + Sync,
    Etat: FromRef<S>,
{
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refus> {
        let directe = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        Ok(Self {
            adresse: adresse(directe, &parts.headers, Etat::from_ref(state).config.trust_proxy),
            navigateur: parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned(),
            numero: parts.extensions.get::<NumeroRequete>().map_or_else(Uuid::nil, |n| n.0),
            personne: Acteur::systeme(),
        })
    }
}

/// The address that attempts are counted for. Behind a trusted proxy, the last one it added: those
/// before are what the client claims.
fn adresse(directe: Option<IpAddr>, entetes: &HeaderMap, proxy: bool) -> IpAddr {
    let transmise = || {
        let derniere = entetes.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        let ip = derniere.rsplit(',').next()?.trim();
        ip.parse().ok().or_else(|| ip.parse::<SocketAddr>().ok().map(|a| a.ip()))
    };
    proxy.then(transmise).flatten().or(directe).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ladresse_du_mandataire_est_la_derniere() {
        let ip = |s: &str| s.parse::<IpAddr>().unwrap();
        let mut h = HeaderMap::new();
        h.append("x-forwarded-for", "192.0.2.1, 192.0.2.2".parse().unwrap());
        h.append("x-forwarded-for", "192.0.2.3, 192.0.2.4".parse().unwrap());
        let d = Some(ip("198.51.100.1"));
        assert_eq!(adresse(d, &h, true), ip("192.0.2.4"));
        assert_eq!(adresse(d, &h, false), ip("198.51.100.1"));
        h.append("x-forwarded-for", "n’importe quoi".parse().unwrap_or_else(|_| "x".parse().unwrap()));
        assert_eq!(adresse(d, &h, true), ip("198.51.100.1"));
        assert_eq!(adresse(None, &HeaderMap::new(), true), ip("0.0.0.0"));
    }
}
