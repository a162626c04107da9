//! Commands: one binary for every role of operation.

mod badges;
mod bilan;
pub(crate) use bilan::preparer as preparer_bilans;
mod certification;
mod cles;
mod comptes;
mod conservation;
mod mail;
mod reprise;
mod sauvegarde;
mod serve;
pub use serve::{executants, planning};
mod sante;
mod structure;
mod verifier;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use socle::{
    Etat,
    base::{Base, migrer},
    coffre,
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
    /// Sauvegarde la base et les fichiers dans un seul fichier, sans arrêter Passeur
    Backup(sauvegarde::Backup),
    /// Restaure une sauvegarde, Passeur arrêté, après l’avoir entièrement vérifiée
    Restore(sauvegarde::Restore),
    /// Chiffres : refait ce que les bilans ont préparé, le compare aux enregistrements, montre un bilan
    #[command(subcommand)]
    Bilan(bilan::Bilan),
    /// Crée et liste les structures
    #[command(subcommand)]
    Structure(structure::Structure),
    /// Crée, liste, désactive les comptes
    #[command(subcommand)]
    User(comptes::User),
    /// Crée, liste, révoque les jetons de l’API
    #[command(subcommand)]
    Token(comptes::Token),
    /// Reprend des personnes ou des accompagnements depuis un fichier
    Import(reprise::Import),
    /// Règles de la certification
    #[command(subcommand)]
    Certification(certification::Certification),
    /// Référentiels des titres : vérifie, liste, montre, compare
    #[command(subcommand)]
    Referentiel(certification::Referentiel),
    /// Durée de conservation : annonce et efface les dossiers des personnes qui ne viennent plus
    #[command(subcommand)]
    Conservation(conservation::Conservation),
    /// Données de démonstration
    #[command(subcommand)]
    Demo(Demo),
    /// Mesures : remplit une base de données inventées, de la taille demandée
    #[command(subcommand)]
    Bench(crate::banc::Bench),
    /// La clé des notes : montre, change, vérifie
    #[command(subcommand)]
    Key(cles::Key),
    /// Les clés qui signent les badges : montre, change, retire
    #[command(subcommand, name = "badge-key")]
    BadgeKey(badges::BadgeKey),
    /// Courriels : ce qui revient
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Vérifie la configuration, la base, les dossiers, le courriel, et dit comment réparer
    Check,
    /// Demande au programme qui sert sur cette machine s’il est prêt
    Health,
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

/// Opens the database, migrated.
async fn ouvrir_base(config: &Config) -> anyhow::Result<Base> {
    let url = config.url_base();
    migrer::<Migrateur>(&url)
        .await
        .with_context(|| "la base de données n’a pas pu être ouverte ou mise à jour ; essayez « passeur check »")?;
    Ok(Base::ouvrir(&url, config.database_connections).await?)
}

/// Opens the database, migrated, and the safe of its notes, and gathers the state of the program.
pub async fn demarrer(config: Config) -> anyhow::Result<Etat> {
    let base = ouvrir_base(&config).await?;
    let chemin = config.chemin_cles();
    let (coffre, nouvelle) = coffre::ouverture::ouvrir(&base, &chemin, Horloge::Systeme.maintenant()).await?;
    if nouvelle {
        // On the error output, so that what a command prints can still be read by a script.
        eprintln!("{}", coffre::ouverture::a_lire(&chemin));
    }
    rassembler(base, config, coffre)
}

fn rassembler(base: Base, config: Config, coffre: coffre::Coffre) -> anyhow::Result<Etat> {
    let courrier = crate::courrier::selon(&config)?;
    let sms = crate::sms::selon(&config)?;
    let etat = Etat::new(base, Horloge::Systeme, config, courrier, Arc::new(documents::Typst::new()), coffre);
    if let Some(sms) = sms {
        // Just made: nobody set another.
        let _ = etat.sms.set(sms);
    }
    Ok(etat)
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
        Commande::Backup(b) => sauvegarde::backup(b, general.config(&[])?).await,
        Commande::Restore(r) => sauvegarde::restore(r, general.config(&[])?).await,
        Commande::Bilan(b) => bilan::executer(b, demarrer(general.config(&[])?).await?).await,
        Commande::Structure(s) => structure::executer(s, demarrer(general.config(&[])?).await?).await,
        Commande::User(u) => comptes::user(u, demarrer(general.config(&[])?).await?).await,
        Commande::Token(t) => comptes::token(t, demarrer(general.config(&[])?).await?).await,
        Commande::Import(i) => reprise::executer(i, demarrer(general.config(&[])?).await?).await,
        Commande::Certification(c) => certification::certification(c),
        Commande::Referentiel(certification::Referentiel::Import { fichiers }) => {
            certification::importer(&fichiers, demarrer(general.config(&[])?).await?).await
        }
        Commande::Referentiel(r) => certification::referentiel(r),
        Commande::Conservation(c) => conservation::executer(c, demarrer(general.config(&[])?).await?).await,
        Commande::Demo(Demo::Load) => {
            let etat = demarrer(general.config(&[])?).await?;
            crate::demo::charger(&etat).await
        }
        Commande::Bench(b) => crate::banc::executer(b, demarrer(general.config(&[])?).await?).await,
        Commande::Key(k) => cles::executer(k, general.config(&[])?).await,
        Commande::BadgeKey(k) => badges::executer(k, &demarrer(general.config(&[])?).await?).await,
        Commande::Mail(m) => {
            // EX_TEMPFAIL (sysexits): the server of mails keeps the message and brings it again.
            let fait = async { mail::executer(m, demarrer(general.config(&[])?).await?).await };
            if let Err(e) = fait.await {
                eprintln!("{e:#}");
                std::process::exit(75);
            }
            Ok(())
        }
        Commande::Check => verifier::verifier(general.config(&[])?).await,
        Commande::Health => sante::sante(general.config(&[])?).await,
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
pub(crate) fn en_mots(e: socle::Erreur) -> anyhow::Error {
    match &e {
        socle::Erreur::Invalide(champs) => {
            anyhow::Error::msg(champs.iter().map(|c| format!("{} : {}", c.champ, c.message)).collect::<Vec<_>>().join("\n"))
        }
        socle::Erreur::Interne(_) | socle::Erreur::Indisponible(_) => anyhow::Error::new(e),
        _ => anyhow::Error::msg(e.explication()),
    }
}
