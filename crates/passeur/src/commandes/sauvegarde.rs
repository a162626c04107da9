//! `passeur backup` and `passeur restore`.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;

use sea_orm::DbBackend;
use socle::{base::Base, config::Config, horloge::Horloge};

use crate::sauvegarde::{
    CLE_A_PART,
    creer::creer,
    dossier_de,
    manifeste::Manifeste,
    planifiee::{Origine, noter},
    postgres::{Instantane, conseils},
    restaurer, taille,
};

#[derive(Args, Debug)]
pub struct Backup {
    /// Fichier à écrire, ou à vérifier avec --verifier
    fichier: Option<PathBuf>,
    /// Vérifie FICHIER au lieu de l’écrire : une sauvegarde, ou un manifeste à comparer à la base configurée
    #[arg(long, requires = "fichier")]
    verifier: bool,
    /// Écrit seulement un manifeste : tables, nombres de lignes, empreintes, migrations
    #[arg(long, value_name = "FICHIER", conflicts_with_all = ["fichier", "verifier"])]
    manifeste: Option<PathBuf>,
    /// PostgreSQL : donne l’instantané du manifeste à pg_dump, et le garde ouvert jusqu’à la touche Entrée
    #[arg(long, requires = "manifeste")]
    instantane: bool,
}

#[derive(Args, Debug)]
pub struct Restore {
    /// Sauvegarde à restaurer, ou à vérifier avec --verifier
    fichier: PathBuf,
    /// Remplace une base qui a des données ; l’ancienne est gardée à côté
    #[arg(long, conflicts_with = "verifier")]
    remplacer: bool,
    /// Vérifie FICHIER sans rien restaurer : une sauvegarde, ou un manifeste à comparer à la base configurée
    #[arg(long)]
    verifier: bool,
}

/// Runs `passeur backup`.
pub async fn backup(b: Backup, config: Config) -> anyhow::Result<()> {
    if let Some(fichier) = b.fichier.as_deref().filter(|_| b.verifier) {
        return verifier(fichier, &config).await;
    }
    let url = config.url_base();
    if let Some(m) = &b.manifeste {
        return manifeste(m, b.instantane, &config).await;
    }
    if !url.starts_with("sqlite") {
        println!("{}", conseils(&url)?);
        bail!("cette commande n’a rien sauvegardé : utilisez celles qui précèdent");
    }
    let fichier = b.fichier.context("dites dans quel fichier sauvegarder : passeur backup FICHIER")?;
    let base = ouvrir(&config).await?;
    let debut = Horloge::Systeme.maintenant();
    let fait = creer(&base, &config, &Horloge::Systeme, &fichier).await;
    let nom = fichier.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let texte = fait.as_ref().map_err(|e| format!("{e:#}"));
    let note = texte.as_ref().map(|f| (nom.as_str(), Some(*f))).map_err(String::as_str);
    if let Err(e) = noter(&base, &Horloge::Systeme, Origine::Commande, debut, note).await {
        eprintln!("passeur : la sauvegarde n’est pas inscrite dans la base ({e})");
    }
    base.fermer().await?;
    let f = fait?;
    println!("Sauvegarde écrite : {} ({})", fichier.display(), taille(f.taille));
    println!("{} lignes dans {} tables ; sha256 {}", f.manifeste.lignes(), f.manifeste.tables.len(), f.sha256);
    println!("{CLE_A_PART}");
    Ok(())
}

/// Runs `passeur restore`.
pub async fn restore(r: Restore, config: Config) -> anyhow::Result<()> {
    if r.verifier {
        return verifier(&r.fichier, &config).await;
    }
    let url = config.url_base();
    if !url.starts_with("sqlite") {
        println!("{}", conseils(&url)?);
        bail!("cette commande n’a rien restauré : utilisez celles qui précèdent");
    }
    let f = restaurer::restaurer(&config, &r.fichier, r.remplacer, Horloge::Systeme.maintenant()).await?;
    let date = interface::format::instant_court(f.manifeste.date);
    println!("La sauvegarde du {date} est restaurée : {} lignes dans {} tables.", f.manifeste.lignes(), f.manifeste.tables.len());
    if f.migrations_appliquees > 0 {
        println!(
            "Elle venait d’une version plus ancienne ({}) : {} changement(s) de la base appliqué(s).",
            f.manifeste.version, f.migrations_appliquees
        );
    }
    for p in f.mis_de_cote {
        println!("L’ancien contenu est gardé : {}", p.display());
    }
    println!("{CLE_A_PART}");
    Ok(())
}

async fn ouvrir(config: &Config) -> anyhow::Result<Base> {
    let url = config.url_base();
    if let Some(chemin) = socle::base::chemin_sqlite(&url) {
        ensure!(Path::new(chemin).exists(), "la base {chemin} n’existe pas : vérifiez « database_url » et « data_dir »");
    }
    Base::ouvrir(&url, 2).await.context("la base de données n’a pas pu être ouverte ; essayez « passeur check »")
}

/// The manifest of the configured database, seen at one instant.
async fn relever(base: &Base, attendre: bool, ecrire: impl FnOnce(&Manifeste) -> anyhow::Result<()>) -> anyhow::Result<Manifeste> {
    let date = Horloge::Systeme.maintenant();
    if base.moteur() == DbBackend::Postgres {
        let i = Instantane::ouvrir(base).await?;
        let numero = i.numero().await?;
        let m = i.manifeste(date).await?;
        ecrire(&m)?;
        if attendre {
            println!("Lancez maintenant, dans un autre terminal, pg_dump avec en plus : --snapshot={numero}");
            println!("Quand il a fini, appuyez sur Entrée.");
            tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await??;
        }
        return Ok(m);
    }
    use sea_orm::TransactionTrait;
    let tx = base.lecture().begin().await?;
    let m = Manifeste::relever(&tx, date).await?;
    ecrire(&m)?;
    Ok(m)
}

async fn manifeste(vers: &Path, attendre: bool, config: &Config) -> anyhow::Result<()> {
    let base = ouvrir(config).await?;
    let debut = Horloge::Systeme.maintenant();
    let m = relever(&base, attendre, |m| {
        let partiel = crate::sauvegarde::suffixe(vers, ".partiel");
        std::fs::write(&partiel, serde_json::to_vec_pretty(m)?)
            .and_then(|()| std::fs::File::open(&partiel)?.sync_all())
            .and_then(|()| std::fs::rename(&partiel, vers))
            .and_then(|()| crate::sauvegarde::synchroniser(dossier_de(vers)))
            .map_err(|e| crate::sauvegarde::en_mots("le manifeste n’a pas été écrit", dossier_de(vers), &e))?;
        println!("Manifeste écrit : {} ({} lignes dans {} tables)", vers.display(), m.lignes(), m.tables.len());
        Ok(())
    })
    .await;
    if m.is_ok() && attendre {
        let nom = vers.file_name().unwrap_or_default().to_string_lossy();
        let _ = noter(&base, &Horloge::Systeme, Origine::Manifeste, debut, Ok((&nom, None))).await;
    }
    base.fermer().await?;
    m.map(|_| ())
}

/// A backup is read wholly; a manifest is compared with the configured database.
async fn verifier(fichier: &Path, config: &Config) -> anyhow::Result<()> {
    use std::io::Read;
    let mut debut = [0u8; 1];
    std::fs::File::open(fichier)
        .and_then(|mut f| f.read(&mut debut))
        .map_err(|e| crate::sauvegarde::en_mots("la vérification n’a pas eu lieu", fichier, &e))?;
    if debut[0] == b'{' {
        let attendu: Manifeste = serde_json::from_slice(&std::fs::read(fichier)?)
            .with_context(|| format!("{} n’est pas un manifeste de Passeur", fichier.display()))?;
        let base = ouvrir(config).await?;
        let trouve = relever(&base, false, |_| Ok(())).await;
        base.fermer().await?;
        let trouve = trouve?;
        ensure!(attendu.moteur == trouve.moteur, "ce manifeste vient de {}, la base est sur {}", attendu.moteur, trouve.moteur);
        let ecarts = attendu.differences(&trouve);
        ensure!(ecarts.is_empty(), "la base ne correspond pas au manifeste :\n  {}", ecarts.join("\n  "));
        println!(
            "La base correspond au manifeste : {} lignes dans {} tables, {} migrations.",
            trouve.lignes(),
            trouve.tables.len(),
            trouve.migrations.len()
        );
    } else {
        let a_cote = dossier_de(fichier);
        let m = restaurer::verifier(fichier, a_cote).await?;
        let date = interface::format::instant_court(m.date);
        println!("La sauvegarde du {date} est entière et saine : {} lignes dans {} tables.", m.lignes(), m.tables.len());
    }
    println!("{CLE_A_PART}");
    Ok(())
}
