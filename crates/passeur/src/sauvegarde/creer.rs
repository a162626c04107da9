//! Making a backup of a SQLite instance while it serves.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};
use socle::{base::Base, config::Config, horloge::Horloge};

use super::{
    FICHIERS, FICHIERS_EXCLUS, Provisoires,
    archive::{self, BASE, nouveau},
    base_en_mots, dossier_de, dossier_fichiers, en_mots,
    manifeste::Manifeste,
    suffixe, synchroniser,
};

const QUOI: &str = "la sauvegarde n’a pas été faite";

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Faite {
    pub manifeste: Manifeste,
    /// In bytes.
    pub taille: u64,
    /// The digest of the whole file, as `sha256sum` says it.
    pub sha256: String,
}

/// Writes the backup `sortie`: under another name first, so that a file of that name is always whole.
///
/// The copy of the database is one read transaction (`VACUUM INTO`): writers go on.
pub async fn creer(base: &Base, config: &Config, horloge: &Horloge, sortie: &Path) -> anyhow::Result<Faite> {
    ensure!(base.moteur() == DbBackend::Sqlite, "{QUOI} : cette commande ne sauvegarde que SQLite");
    ensure!(!sortie.exists(), "{QUOI} : {} existe déjà. Choisissez un autre nom.", sortie.display());
    let (copie, partiel) = (suffixe(sortie, ".base.partiel"), suffixe(sortie, ".partiel"));
    let _menage = Provisoires(vec![copie.clone(), partiel.clone(), suffixe(&copie, "-journal")]);
    let date = horloge.maintenant();
    let _ = std::fs::remove_file(&copie);
    // Made empty first: nobody else may read it.
    nouveau(&copie).map_err(|e| en_mots(QUOI, dossier_de(sortie), &e))?;
    let vers = copie.display().to_string().replace('\'', "''");
    base.lecture().execute_unprepared(&format!("VACUUM INTO '{vers}'")).await.map_err(|e| base_en_mots(QUOI, dossier_de(sortie), &e))?;
    let manifeste = releve(&copie, date).await.context(QUOI)?;
    // As the copy has them: a file that began to expire since is still one to keep.
    let exclus = exclus(&copie).await.context(QUOI)?;
    let mut membres = vec![(BASE.to_owned(), copie.clone())];
    let fichiers = dossier_fichiers(config);
    let but = sortie.to_owned();
    let (manifeste, taille, sha256) = tokio::task::spawn_blocking(move || {
        lister(&fichiers, &fichiers, &exclus, &mut membres)?;
        let fait = archive::ecrire(&partiel, &membres, manifeste)?;
        std::fs::rename(&partiel, &but)?;
        synchroniser(dossier_de(&but))?;
        Ok(fait)
    })
    .await?
    .map_err(|e: std::io::Error| en_mots(QUOI, dossier_de(sortie), &e))?;
    Ok(Faite { manifeste, taille, sha256 })
}

/// The manifest of a database file that nobody else uses.
pub async fn releve(fichier: &Path, date: chrono::DateTime<chrono::Utc>) -> anyhow::Result<Manifeste> {
    let db = lecture(fichier).await?;
    let m = Manifeste::relever(&db, date).await;
    db.close().await?;
    Ok(m?)
}

async fn lecture(fichier: &Path) -> Result<DatabaseConnection, DbErr> {
    let mut o = sea_orm::ConnectOptions::new(format!("sqlite://{}?mode=ro", fichier.display()));
    o.max_connections(1).sqlx_logging(false);
    Database::connect(o).await
}

/// The keys of the files left out.
async fn exclus(copie: &Path) -> Result<HashSet<String>, DbErr> {
    let db = lecture(copie).await?;
    let cles = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, FICHIERS_EXCLUS)).await?;
    db.close().await?;
    cles.iter().map(|l| l.try_get_by_index::<String>(0)).collect()
}

/// The local files under `dossier`, but those left out and what is being written, beside its place as `key#1`.
fn lister(racine: &Path, dossier: &Path, exclus: &HashSet<String>, membres: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    let entrees = match std::fs::read_dir(dossier) {
        Ok(e) => e,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    for e in entrees {
        let e = e?;
        let (chemin, genre) = (e.path(), e.file_type()?);
        let relatif = chemin.strip_prefix(racine).unwrap_or(&chemin).to_string_lossy().into_owned();
        if genre.is_dir() {
            lister(racine, &chemin, exclus, membres)?;
        } else if genre.is_file() && !exclus.contains(&relatif) && !relatif.contains('#') {
            membres.push((format!("{FICHIERS}/{relatif}"), chemin));
        }
    }
    Ok(())
}
