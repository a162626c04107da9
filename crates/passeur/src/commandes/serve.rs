//! `passeur serve`.

use std::{net::SocketAddr, time::Duration};

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
use tokio::net::{TcpListener, TcpSocket};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    exploitation::noeuds,
    metriques::{self, Metriques},
    sauvegarde::planifiee,
    traces::{self, Traces},
};

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

fn journaux(config: &Config) -> anyhow::Result<Option<Traces>> {
    let filtre = EnvFilter::try_new(&config.log).with_context(|| "configuration : « log » n’est pas lisible")?;
    // Spans made for a collector of traces are not for the logs.
    let filtre = filtre.add_directive(format!("{}=off", traces::CIBLE).parse()?);
    let lignes = if config.log_format == "json" {
        tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).with_filter(filtre).boxed()
    } else {
        let couleurs = std::io::IsTerminal::is_terminal(&std::io::stderr());
        tracing_subscriber::fmt::layer().with_ansi(couleurs).with_writer(std::io::stderr).with_filter(filtre).boxed()
    };
    let traces = traces::collecteur(config).map(|adresse| Traces::vers(&adresse)).transpose()?;
    tracing_subscriber::registry().with(traces.as_ref().map(Traces::couche)).with(lignes).init();
    Ok(traces)
}

/// How often the segments of the bilan are looked at. Figures are exact meanwhile, a little slower.
const CHIFFRES: Duration = Duration::from_secs(30);

/// What runs the jobs of this program.
pub fn executants() -> Executants {
    certification::executants(ateliers::executants(Executants::default()))
        .avec(genre::COURRIEL, crate::courrier::tache)
        .avec(mediation::satisfaction::GENRE_COURRIEL, mediation::satisfaction::envoyer_courriel)
        .avec(rotation::GENRE, |etat, _| rotation::tache(etat, crate::champs_scelles()))
        .avec(conservation::NOM, conservation::tache)
        .avec(menage::NOM, menage::tache)
        .avec(reprise::genre::LIRE, reprise::tache_lire)
        .avec(reprise::genre::ECRIRE, reprise::tache_ecrire)
        .avec(reprise::genre::PURGER, reprise::purger)
        .avec(genre::FICHIERS, socle::fichiers::tache)
        .avec(genre::EXPORT, crate::exports::preparer)
        .avec(bilan::differe::TACHE_BALAYAGE, crate::exports::balayer)
        .avec(planifiee::GENRE, planifiee::tache)
}

/// The periodic work of this program; each name is a kind of job of [`executants`].
pub fn planning() -> Planning {
    Planning::default()
        .avec(conservation::NOM, Cadence::a(2, 30))
        .avec(menage::NOM, Cadence::a(3, 45))
        .avec(ateliers::reservation::GENRE_PURGE, Cadence::a(4, 10))
        .avec(ateliers::evaluation::GENRE_PURGE, Cadence::a(4, 20))
        .avec(ateliers::rendez_vous::GENRE_PURGE, Cadence::a(4, 20))
        .avec(ateliers::agenda::GENRE_PROLONGER, Cadence::a(4, 30))
        .avec(ateliers::agenda::GENRE_LIRE_TOUS, Cadence::ToutesLes(30))
}

/// Connections that may wait to be taken (the system may keep fewer): with too few, those of two hundred people who book
/// at once are lost and tried again a second later.
const ATTENTE: u32 = 4096;

fn ecouter(a: SocketAddr) -> std::io::Result<TcpListener> {
    let prise = if a.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // After a stop, the port can be had again at once.
    prise.set_reuseaddr(true)?;
    prise.bind(a)?;
    prise.listen(ATTENTE)
}

/// Serves until SIGTERM or Ctrl-C; requests and the job under way end first.
pub async fn servir(s: Serve, config: Config) -> anyhow::Result<()> {
    let traces = journaux(&config)?;
    let ecoute = ecouter(config.listen)
        .with_context(|| format!("impossible d’écouter sur {} : un autre programme l’occupe-t-il ?", config.listen))?;
    let adresse = ecoute.local_addr()?;
    let ecoute_metriques = match config.metrics_listen {
        Some(a) => Some(
            TcpListener::bind(a)
                .await
                .with_context(|| format!("impossible d’écouter sur {a} (« metrics_listen ») : un autre programme l’occupe-t-il ?"))?,
        ),
        None => None,
    };
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
    let metriques = ecoute_metriques.map(|ecoute| {
        let m = Metriques::new();
        let app = metriques::routeur(etat.clone(), m.clone());
        tokio::spawn(async move { axum::serve(ecoute, app).await });
        m
    });
    let mut planning = planning();
    if let Some(heure) = etat.config.backup_destination.as_ref().and_then(|_| etat.config.heure_sauvegarde()) {
        planning = planning.avec(planifiee::GENRE, Cadence::ChaqueJour(heure));
    }
    let mut executants = executants();
    if let Some(m) = metriques.clone() {
        executants = executants.observes_par(move |genre, reussie| m.tache(genre, reussie));
    }
    let veille = tokio::spawn(veiller(etat.clone(), planning, arret.clone()));
    let battement = tokio::spawn(noeuds::battre(etat.clone(), noeuds::nom(adresse.port()), arret.clone()));
    let chiffres = tokio::spawn(bilan::segments::veiller(etat.clone(), CHIFFRES, arret.clone()));
    let travail = tokio::spawn(travailler(etat.clone(), executants, arret));
    tracing::info!(%adresse, "ready");
    println!("Passeur est prêt : {}", super::adresse(adresse));
    crate::application::servir(etat.clone(), demo, ecoute, fin(), metriques).await?;
    tracing::info!("stopping");
    let _ = arreter.send(true);
    let _ = tokio::time::timeout(Duration::from_secs(30), async { tokio::join!(veille, battement, travail, chiffres) }).await;
    etat.base.clone().fermer().await?;
    if let Some(t) = traces {
        t.finir().await;
    }
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

    /// Nobody takes them: one that does not fit would be lost, then tried again after a second.
    #[tokio::test]
    async fn trois_cents_connexions_attendent_sans_etre_perdues() {
        let ecoute = super::ecouter(([127, 0, 0, 1], 0).into()).unwrap();
        let adresse = ecoute.local_addr().unwrap();
        let une = |_| std::net::TcpStream::connect_timeout(&adresse, std::time::Duration::from_millis(900));
        let prises: Result<Vec<_>, _> = (0..300).map(une).collect();
        assert_eq!(prises.unwrap().len(), 300);
    }
}
