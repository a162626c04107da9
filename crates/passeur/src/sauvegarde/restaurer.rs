//! Restoring a backup: all is checked and made ready beside, then put in place by renaming.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use socle::{
    base::{chemin_sqlite, migrer},
    config::Config,
};

use super::{
    Provisoires,
    archive::{self, BASE},
    creer::releve,
    dossier_de, dossier_fichiers, en_mots,
    manifeste::{Manifeste, entre_guillemets, noms_tables},
    place_libre, suffixe, synchroniser,
};
use crate::Migrateur;

/// What a restore did.
#[derive(Clone, Debug)]
pub struct Restauree {
    pub manifeste: Manifeste,
    /// Migrations applied to bring an older backup up to date.
    pub migrations_appliquees: usize,
    /// What stood there before, kept under another name.
    pub mis_de_cote: Vec<PathBuf>,
}

/// Checks an archive wholly, as a restore would, without restoring it. `a_cote` is a folder with room.
pub async fn verifier(fichier: &Path, a_cote: &Path) -> anyhow::Result<Manifeste> {
    let atelier = a_cote.join(format!("verification-{}.partiel", std::process::id()));
    let _menage = Provisoires(vec![atelier.clone()]);
    preparer(fichier, &atelier.join(BASE), &atelier.join("fichiers")).await
}

/// Digest, schema, members, integrity of the database, foreign keys, and each table against the manifest.
async fn preparer(fichier: &Path, base: &Path, fichiers: &Path) -> anyhow::Result<Manifeste> {
    let (f, b, d) = (fichier.to_owned(), base.to_owned(), fichiers.to_owned());
    let m = tokio::task::spawn_blocking(move || {
        let m = archive::controler(&f)?;
        ensure!(m.moteur == "sqlite", "cette sauvegarde n’est pas celle d’une base SQLite");
        if !m.inconnues().is_empty() {
            bail!(
                "cette sauvegarde a été faite par une version plus récente de Passeur ({}), dont la base a {} changement(s) que celle-ci ne connaît pas ; rien n’a été touché. Installez cette version ou une plus récente, puis recommencez.",
                m.version,
                m.inconnues().len()
            );
        }
        let besoin: u64 = m.membres.iter().map(|x| x.taille).sum();
        std::fs::create_dir_all(dossier_de(&b)).map_err(|e| en_mots("la restauration s’arrête", dossier_de(&b), &e))?;
        if let Some(libre) = place_libre(dossier_de(&b)).filter(|l| *l < besoin) {
            bail!("la place manque : il faut {} Mo, il en reste {} ; rien n’a été touché.", besoin / 1_000_000 + 1, libre / 1_000_000);
        }
        archive::extraire(&f, &m, &b, &d)?;
        Ok(m)
    })
    .await??;
    let db = ouvrir(base, "rw").await?;
    let sain = integrite(&db).await;
    db.close().await?;
    sain?;
    let ecarts = m.differences(&releve(base, m.date).await?);
    ensure!(ecarts.is_empty(), "la base de la sauvegarde ne correspond pas à son manifeste ; rien n’a été touché : {}", ecarts.join(", "));
    Ok(m)
}

async fn ouvrir(base: &Path, mode: &str) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut o = sea_orm::ConnectOptions::new(format!("sqlite://{}?mode={mode}", base.display()));
    o.max_connections(1).sqlx_logging(false);
    Database::connect(o).await
}

async fn premier(db: &DatabaseConnection, sql: &str) -> Result<Option<String>, sea_orm::DbErr> {
    let l = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    l.map(|l| l.try_get_by_index::<String>(0)).transpose()
}

async fn integrite(db: &DatabaseConnection) -> anyhow::Result<()> {
    let etat = premier(db, "PRAGMA integrity_check(1)").await.context("la base de la sauvegarde ne s’ouvre pas")?;
    ensure!(etat.as_deref() == Some("ok"), "la base de la sauvegarde est abîmée ; rien n’a été touché : {}", etat.unwrap_or_default());
    let orphelin = premier(db, "PRAGMA foreign_key_check").await?;
    ensure!(
        orphelin.is_none(),
        "la base de la sauvegarde a des liens rompus (table {}) ; rien n’a été touché",
        orphelin.unwrap_or_default()
    );
    Ok(())
}

/// Restores `fichier` in the place the configuration names. A database that has data is refused, or put
/// aside with `remplacer`.
pub async fn restaurer(config: &Config, fichier: &Path, remplacer: bool, maintenant: DateTime<Utc>) -> anyhow::Result<Restauree> {
    let url = config.url_base();
    let but = PathBuf::from(chemin_sqlite(&url).context("cette commande ne restaure que SQLite")?);
    let fichiers = dossier_fichiers(config);
    let (base_neuve, fichiers_neufs) = (suffixe(&but, ".restauration.partiel"), suffixe(&fichiers, ".restauration.partiel"));
    let _menage = Provisoires(vec![
        fichiers_neufs.clone(),
        base_neuve.clone(),
        suffixe(&base_neuve, "-wal"),
        suffixe(&base_neuve, "-shm"),
        suffixe(&base_neuve, ".migration"),
    ]);
    if !remplacer {
        ensure!(
            !a_des_donnees(&but).await && !plein(&fichiers),
            "{} contient déjà des données ; rien n’a été touché. Pour la remplacer, ajoutez --remplacer : l’ancienne est alors gardée à côté, sous un autre nom.",
            but.display()
        );
    }
    for p in [&base_neuve, &fichiers_neufs] {
        let _ = std::fs::remove_dir_all(p);
        let _ = std::fs::remove_file(p);
    }
    let manifeste = preparer(fichier, &base_neuve, &fichiers_neufs).await?;
    migrer::<Migrateur>(&format!("sqlite://{}", base_neuve.display()))
        .await
        .context("les migrations de la sauvegarde ont échoué ; rien n’a été touché")?;
    seul(&base_neuve).await.context("la base restaurée ne se ferme pas ; rien n’a été touché")?;
    let apres = releve(&base_neuve, maintenant).await?.migrations.len();
    if but.exists() {
        match seul(&but).await {
            Ok(()) => {}
            Err(e) if e.to_string().contains("locked") => {
                bail!("Passeur tourne encore sur {} ; rien n’a été touché. Arrêtez-le, puis recommencez.", but.display())
            }
            // Not a database any more: it is kept aside as it is.
            Err(_) => {}
        }
    }
    let mut mis_de_cote = vec![];
    let suite = format!(".avant-{}", maintenant.format("%Y%m%dT%H%M%SZ"));
    let en_place = mettre_en_place(&but, &base_neuve, &fichiers, &fichiers_neufs, &suite, &mut mis_de_cote);
    if let Err(e) = en_place {
        // Back to what was there.
        for ancien in &mis_de_cote {
            let nom = ancien.to_string_lossy().replace(&suite, "");
            let _ = std::fs::rename(ancien, nom);
        }
        return Err(en_mots("la restauration a échoué, l’ancienne base est remise", &but, &e));
    }
    Ok(Restauree { migrations_appliquees: apres - manifeste.migrations.len(), manifeste, mis_de_cote })
}

fn mettre_en_place(
    but: &Path,
    base_neuve: &Path,
    fichiers: &Path,
    fichiers_neufs: &Path,
    suite: &str,
    mis_de_cote: &mut Vec<PathBuf>,
) -> std::io::Result<()> {
    for ancien in [but.to_owned(), suffixe(but, "-wal"), suffixe(but, "-shm"), fichiers.to_owned()] {
        if ancien.exists() {
            let vers = suffixe(&ancien, suite);
            std::fs::rename(&ancien, &vers)?;
            mis_de_cote.push(vers);
        }
    }
    if fichiers_neufs.exists() {
        std::fs::rename(fichiers_neufs, fichiers)?;
        synchroniser(dossier_de(fichiers))?;
    }
    std::fs::rename(base_neuve, but)?;
    synchroniser(dossier_de(but))
}

/// Leaves a database as a single file; fails while another program has it open.
async fn seul(base: &Path) -> Result<(), sea_orm::DbErr> {
    let db = ouvrir(base, "rw").await?;
    let r = db.execute_unprepared("PRAGMA busy_timeout = 1000; PRAGMA journal_mode = DELETE").await;
    db.close().await?;
    r.map(|_| ())
}

fn plein(dossier: &Path) -> bool {
    std::fs::read_dir(dossier).is_ok_and(|mut d| d.next().is_some())
}

/// What a program that only started has already written.
const SANS_VALEUR: [&str; 3] = ["seaql_migrations", "noeud", "occurrence"];

/// Whether the file holds something that somebody may miss; a file that cannot be read does.
async fn a_des_donnees(base: &Path) -> bool {
    if !std::fs::metadata(base).is_ok_and(|m| m.len() > 0) {
        return false;
    }
    let lire = async {
        let db = ouvrir(base, "rw").await?;
        let mut trouve = false;
        for t in noms_tables(&db).await?.into_iter().filter(|t| !SANS_VALEUR.contains(&t.as_str())) {
            trouve |= premier(&db, &format!("SELECT 'oui' FROM {} LIMIT 1", entre_guillemets(&t))).await?.is_some();
        }
        db.close().await?;
        Ok::<_, sea_orm::DbErr>(trouve)
    };
    lire.await.unwrap_or(true)
}
