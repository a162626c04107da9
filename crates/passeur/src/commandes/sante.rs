//! `passeur health`: asks the program that serves whether it is ready, for what watches it (containers).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::Context;
use socle::config::Config;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a program that listens on `ecoute` answers, from the same machine.
fn ici(ecoute: SocketAddr) -> SocketAddr {
    match ecoute.ip() {
        IpAddr::V4(a) if a.is_unspecified() => SocketAddr::from((Ipv4Addr::LOCALHOST, ecoute.port())),
        IpAddr::V6(a) if a.is_unspecified() => SocketAddr::from((Ipv6Addr::LOCALHOST, ecoute.port())),
        _ => ecoute,
    }
}

/// Fails unless the program ready to serve answers.
pub async fn sante(config: Config) -> anyhow::Result<()> {
    let adresse = ici(config.listen);
    let reponse = tokio::time::timeout(PATIENCE, demander(adresse))
        .await
        .map_err(|_| anyhow::Error::msg(format!("{adresse} ne répond pas en {} secondes", PATIENCE.as_secs())))?
        .with_context(|| format!("{adresse} ne répond pas : Passeur est-il en marche ?"))?;
    let (entetes, corps) = reponse.split_once("\r\n\r\n").unwrap_or((&reponse, ""));
    let statut = entetes.split_whitespace().nth(1).unwrap_or("?");
    anyhow::ensure!(statut == "200", "{adresse} répond {statut} : {}", corps.trim());
    println!("{}", corps.trim());
    Ok(())
}

async fn demander(adresse: SocketAddr) -> std::io::Result<String> {
    let mut flux = TcpStream::connect(adresse).await?;
    flux.write_all(format!("GET /health/ready HTTP/1.0\r\nHost: {adresse}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut octets = vec![];
    flux.take(64 * 1024).read_to_end(&mut octets).await?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_demande_a_la_machine_elle_meme() {
        let lire = |t: &str| ici(t.parse().unwrap()).to_string();
        assert_eq!(lire("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(lire("[::]:8080"), "[::1]:8080");
        assert_eq!(lire("10.0.0.4:80"), "10.0.0.4:80");
    }
}
