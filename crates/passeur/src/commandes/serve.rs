//! `passeur serve`.

use std::net::SocketAddr;

use crate::menage;
use anyhow::Context;
use clap::Args;
use mediation::conservation;
use socle::{
    Contexte,
    coffre::rotation,
    config::Config,
    planification::{Cadence, Planning, veiller},
    tache::{Executants, genre, travailler},
};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

#[derive(Args, Debug)]
pub struct Serve {
    /// Charge la structure de démonstration dans une base vide et l’annonce sur chaque page
    #[arg(long)]
    demo: bool,
    /// Adresse et port d’écoute
    #[arg(long, value_name = "ADRESSE:PORT")]
    listen: Option<SocketAddr>,
}

impl Serve {
    /// The settings this command's flags override.
    pub fn drapeaux(&self) -> Vec<(&'static str, Option<String>)> {
        vec![("listen", self.listen.map(|l| l.to_string()))]
    }
}

fn journaux(config: &Config) -> anyhow::Result<()> {
    let filtre = EnvFilter::try_new(&config.log).with_context(|| "configuration : « log » n’est pas lisible")?;
    let r = tracing_subscriber::registry().with(filtre);
    if config.log_format == "json" {
        r.with(tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr)).init();
    } else {
        r.with(
            tracing_subscriber::fmt::layer().with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).with_writer(std::io::stderr),
        )
        .init();
    }
    Ok(())
}

/// What runs the jobs of this program.
pub fn executants() -> Executants {
    Executants::default()
        .avec(genre::COURRIEL, crate::courrier::tache)
        .avec(rotation::GENRE, |etat, _| rotation::tache(etat, crate::champs_scelles()))
        .avec(conservation::NOM, conservation::tache)
        .avec(menage::NOM, menage::tache)
        .avec(reprise::genre::LIRE, reprise::tache_lire)
        .avec(reprise::genre::ECRIRE, reprise::tache_ecrire)
        .avec(reprise::genre::PURGER, reprise::purger)
        .avec(genre::FICHIERS, socle::fichiers::tache)
        .avec(genre::EXPORT, crate::exports::preparer)
        .avec(bilan::differe::TACHE_BALAYAGE, crate::exports::balayer)
}

/// The periodic work of this program; each name is a kind of job of [`executants`].
pub fn planning() -> Planning {
    Planning::default().avec(conservation::NOM, Cadence::a(2, 30)).avec(menage::NOM, Cadence::a(3, 45))
}

/// Serves until SIGTERM or Ctrl-C; requests and the job under way end first.
pub async fn servir(s: Serve, config: Config) -> anyhow::Result<()> {
    journaux(&config)?;
    let ecoute = tokio::net::TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("impossible d’écouter sur {} : un autre programme l’occupe-t-il ?", config.listen))?;
    let adresse = ecoute.local_addr()?;
    let etat = super::demarrer(config).await?;
    let demo = s.demo && crate::demo::charger_si_vide(&etat).await?;
    if demo {
        crate::demo::annoncer(&super::adresse(adresse));
    } else if s.demo {
        println!("Cette base contient déjà une vraie structure : la démonstration n’y est pas chargée.");
    }
    // The index of communes is made once; better now than under the first person's fingers.
    tokio::task::spawn_blocking(|| territoire::commune::chercher("paris", 1).len());
    // What was written before there was a key, or before the last one, is sealed while serving.
    let cx = Contexte::systeme(&etat).await?;
    rotation::confier(&cx).await?;
    cx.valider().await?;
    let (arreter, arret) = tokio::sync::watch::channel(false);
    let veille = tokio::spawn(veiller(etat.clone(), planning(), arret.clone()));
    let travail = tokio::spawn(travailler(etat.clone(), executants(), arret));
    tracing::info!(%adresse, "ready");
    println!("Passeur est prêt : {}", super::adresse(adresse));
    crate::application::servir(etat.clone(), demo, ecoute, fin()).await?;
    tracing::info!("stopping");
    let _ = arreter.send(true);
    let _ = tokio::time::timeout(std::time::Duration::from_secs(30), async { tokio::join!(veille, travail) }).await;
    etat.base.clone().fermer().await?;
    Ok(())
}

async fn fin() {
    let ctrl_c = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        if let Ok(mut terme) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            tokio::select! { _ = ctrl_c => {}, _ = terme.recv() => {} }
            return;
        }
    }
    let _ = ctrl_c.await;
}

#[cfg(test)]
mod tests {
    #[test]
    fn chaque_travail_periodique_a_son_executant() {
        let executants = super::executants();
        for nom in super::planning().noms() {
            assert!(executants.connait(nom), "{nom}");
        }
    }
}
