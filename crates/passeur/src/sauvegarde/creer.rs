//! Making a backup of a SQLite instance while it serves.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use sea_orm::{ConnectionTrait, Database, DbBackend};
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
    let mut membres = vec![(BASE.to_owned(), copie.clone())];
    let fichiers = dossier_fichiers(config);
    let but = sortie.to_owned();
    let (manifeste, taille, sha256) = tokio::task::spawn_blocking(move || {
        lister(&fichiers, &fichiers, &mut membres)?;
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
    let mut o = sea_orm::ConnectOptions::new(format!("sqlite://{}?mode=ro", fichier.display()));
    o.max_connections(1).sqlx_logging(false);
    let db = Database::connect(o).await?;
    let m = Manifeste::relever(&db, date).await;
    db.close().await?;
    Ok(m?)
}

/// The local files under `dossier`, but those that expire.
fn lister(racine: &Path, dossier: &Path, membres: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    let entrees = match std::fs::read_dir(dossier) {
        Ok(e) => e,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    for e in entrees {
        let e = e?;
        let (chemin, genre) = (e.path(), e.file_type()?);
        let relatif = chemin.strip_prefix(racine).unwrap_or(&chemin).to_string_lossy().into_owned();
        if genre.is_dir() && !FICHIERS_EXCLUS.contains(&relatif.as_str()) {
            lister(racine, &chemin, membres)?;
        } else if genre.is_file() {
            membres.push((format!("{FICHIERS}/{relatif}"), chemin));
        }
    }
    Ok(())
}
