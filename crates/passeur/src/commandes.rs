//! Commands: one binary for every role of operation.

mod certification;
mod comptes;
mod serve;
pub use serve::executants;
mod structure;
mod verifier;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use socle::{
    Etat,
    base::{Base, migrer},
    config::Config,
    horloge::Horloge,
};

use crate::Migrateur;

/// Passeur, le système d’information de la médiation numérique.
///
/// La configuration se lit dans passeur.toml, puis dans les variables PASSEUR_…, puis dans les options.
#[derive(Parser, Debug)]
#[command(version, name = "passeur")]
pub struct Passeur {
    #[command(flatten)]
    general: General,
    #[command(subcommand)]
    commande: Commande,
}

#[derive(Args, Debug)]
struct General {
    /// Fichier de configuration (passeur.toml dans le dossier courant, sinon)
    #[arg(long, global = true, env = "PASSEUR_CONFIG")]
    config: Option<PathBuf>,
    /// Adresse de la base : sqlite://fichier.db ou postgres://…
    #[arg(long, global = true)]
    database_url: Option<String>,
    /// Dossier des données
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum Commande {
    /// Sert l’application, après avoir appliqué les migrations en attente
    Serve(serve::Serve),
    /// Applique les migrations en attente
    Migrate,
    /// Crée et liste les structures
    #[command(subcommand)]
    Structure(structure::Structure),
    /// Crée, liste, désactive les comptes
    #[command(subcommand)]
    User(comptes::User),
    /// Crée, liste, révoque les jetons de l’API
    #[command(subcommand)]
    Token(comptes::Token),
    /// Règles de la certification
    #[command(subcommand)]
    Certification(certification::Certification),
    /// Référentiels des titres : vérifie, liste, montre, compare
    #[command(subcommand)]
    Referentiel(certification::Referentiel),
    /// Données de démonstration
    #[command(subcommand)]
    Demo(Demo),
    /// Mesures : remplit une base de données inventées, de la taille demandée
    #[command(subcommand)]
    Bench(crate::banc::Bench),
    /// Vérifie la configuration, la base, les dossiers, le courriel, et dit comment réparer
    Check,
    /// Écrit la description OpenAPI de l’API
    Openapi,
}

#[derive(Subcommand, Debug)]
enum Demo {
    /// Remplit une base vide avec la structure de démonstration
    Load,
}

impl General {
    fn config(&self, drapeaux: &[(&str, Option<String>)]) -> anyhow::Result<Config> {
        let tous: Vec<(&str, String)> =
            [("database_url", self.database_url.clone()), ("data_dir", self.data_dir.as_ref().map(|d| d.display().to_string()))]
                .into_iter()
                .chain(drapeaux.iter().cloned())
                .filter_map(|(c, v)| v.map(|v| (c, v)))
                .collect();
        Config::lire(self.config.clone(), &tous).map_err(anyhow::Error::msg)
    }
}

/// Opens the database, migrated, and gathers the state of the program.
pub async fn demarrer(config: Config) -> anyhow::Result<Etat> {
    let url = config.url_base();
    migrer::<Migrateur>(&url)
        .await
        .with_context(|| "la base de données n’a pas pu être ouverte ou mise à jour ; essayez « passeur check »")?;
    let base = Base::ouvrir(&url, config.database_connections).await?;
    let courrier = crate::courrier::selon(&config)?;
    Ok(Etat::new(base, Horloge::Systeme, config, courrier, Arc::new(documents::Typst::new())))
}

/// Runs a command.
pub async fn executer(p: Passeur) -> anyhow::Result<()> {
    let general = p.general;
    match p.commande {
        Commande::Serve(s) => {
            let config = general.config(&s.drapeaux())?;
            serve::servir(s, config).await
        }
        Commande::Migrate => {
            let config = general.config(&[])?;
            migrer::<Migrateur>(&config.url_base()).await?;
            println!("La base est à jour.");
            Ok(())
        }
        Commande::Structure(s) => structure::executer(s, demarrer(general.config(&[])?).await?).await,
        Commande::User(u) => comptes::user(u, demarrer(general.config(&[])?).await?).await,
        Commande::Token(t) => comptes::token(t, demarrer(general.config(&[])?).await?).await,
        Commande::Certification(c) => certification::certification(c),
        Commande::Referentiel(r) => certification::referentiel(r),
        Commande::Demo(Demo::Load) => {
            let etat = demarrer(general.config(&[])?).await?;
            crate::demo::charger(&etat).await
        }
        Commande::Bench(b) => crate::banc::executer(b, demarrer(general.config(&[])?).await?).await,
        Commande::Check => verifier::verifier(general.config(&[])?).await,
        Commande::Openapi => {
            println!("{}", crate::apidoc::description().to_pretty_json()?);
            Ok(())
        }
    }
}

/// Where people find the program.
fn adresse(ecoute: SocketAddr) -> String {
    format!("http://{ecoute}")
}

/// A refusal of a use case, in words for a terminal.
fn en_mots(e: socle::Erreur) -> anyhow::Error {
    match &e {
        socle::Erreur::Invalide(champs) => {
            anyhow::Error::msg(champs.iter().map(|c| format!("{} : {}", c.champ, c.message)).collect::<Vec<_>>().join("\n"))
        }
        socle::Erreur::Interne(_) | socle::Erreur::Indisponible(_) => anyhow::Error::new(e),
        _ => anyhow::Error::msg(e.explication()),
    }
}
