//! Backup and restore: one file that holds the database, the local files and a manifest of both.
//!
//! On SQLite the whole is done here, while the program serves. On PostgreSQL the tools of that server do
//! it better: [`postgres`] says which, and the manifest checks what was restored.
//!
//! The key of the encrypted notes is never in a backup: a stolen backup alone does not open them.

pub mod archive;
pub mod creer;
pub mod manifeste;
pub mod planifiee;
pub mod postgres;
pub mod restaurer;
pub mod rotation;
pub mod table;

use std::path::{Path, PathBuf};

use socle::config::Config;

/// The folder of local files, inside `data_dir`.
pub const FICHIERS: &str = "fichiers";

/// The files that a backup leaves out, by their keys: those that expire (exports, with names in them), are being
/// written or removed. Their names are random: the database alone knows which they are.
pub const FICHIERS_EXCLUS: &str = "SELECT cle FROM fichier WHERE expire_le IS NOT NULL OR etat <> 'pret'";

/// What is told at the end of every backup and every restore.
pub const CLE_A_PART: &str = "La clé qui chiffre les notes (fichier cles.toml) n’est pas dans la sauvegarde, exprès : gardez-en une copie à part. Sans elle, les notes chiffrées restent illisibles.";

/// The folder of local files of this instance.
pub fn dossier_fichiers(config: &Config) -> PathBuf {
    match config.files.as_deref() {
        Some(dossier) if !dossier.starts_with("s3://") => PathBuf::from(dossier),
        _ => config.data_dir.join(FICHIERS),
    }
}

/// Words for what the disk or the system refused.
pub fn en_mots(quoi: &str, ou: &Path, e: &std::io::Error) -> anyhow::Error {
    use std::io::ErrorKind as K;
    match e.kind() {
        K::StorageFull | K::FileTooLarge | K::QuotaExceeded => {
            anyhow::anyhow!(
                "{quoi} : la place manque sur le disque de {}. Libérez de la place ou choisissez un autre dossier.",
                ou.display()
            )
        }
        K::PermissionDenied => anyhow::anyhow!("{quoi} : ce compte n’a pas le droit d’écrire ou de lire {}.", ou.display()),
        K::NotFound => anyhow::anyhow!("{quoi} : {} n’existe pas.", ou.display()),
        _ => anyhow::anyhow!("{quoi} : {} ({e}).", ou.display()),
    }
}

/// The same, when it was the database that met it.
pub fn base_en_mots(quoi: &str, ou: &Path, e: &sea_orm::DbErr) -> anyhow::Error {
    let texte = e.to_string();
    if ["disk is full", "disk I/O error", "(code: 13)", "(code: 778)"].iter().any(|m| texte.contains(m)) {
        return anyhow::anyhow!(
            "{quoi} : la place manque sur le disque de {}. Libérez de la place ou choisissez un autre dossier.",
            ou.display()
        );
    }
    anyhow::anyhow!("{quoi} : {texte}")
}

/// Files made on the way, removed whatever happens.
pub(crate) struct Provisoires(pub Vec<PathBuf>);

impl Drop for Provisoires {
    fn drop(&mut self) {
        for p in &self.0 {
            if p.is_dir() {
                let _ = std::fs::remove_dir_all(p);
            } else {
                let _ = std::fs::remove_file(p);
            }
        }
    }
}

/// `chemin` with something added to its last name.
pub(crate) fn suffixe(chemin: &Path, fin: &str) -> PathBuf {
    let mut nom = chemin.file_name().unwrap_or_default().to_os_string();
    nom.push(fin);
    chemin.with_file_name(nom)
}

/// The folder that holds `chemin`.
pub(crate) fn dossier_de(chemin: &Path) -> &Path {
    chemin.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the names of a folder survive a power cut.
pub(crate) fn synchroniser(dossier: &Path) -> std::io::Result<()> {
    std::fs::File::open(dossier)?.sync_all()
}

/// Bytes free for this account on the disk of `chemin`.
pub fn place_libre(chemin: &Path) -> Option<u64> {
    let v = rustix::fs::statvfs(chemin).ok()?;
    Some(v.f_bavail.saturating_mul(v.f_frsize))
}

/// A size in words: « 12,3 Mo ».
pub fn taille(octets: u64) -> String {
    let o = octets as f64;
    let (v, unite, decimales) = match octets {
        0..1_000_000 => (o / 1e3, "Ko", 0),
        1_000_000..1_000_000_000 => (o / 1e6, "Mo", 1),
        _ => (o / 1e9, "Go", 1),
    };
    format!("{}\u{a0}{unite}", interface::format::nombre(v, decimales))
}
