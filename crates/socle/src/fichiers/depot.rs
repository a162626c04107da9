//! The storage of files: a folder of this machine, or a bucket of an S3-compatible service.

use std::{error::Error, path::PathBuf, sync::Arc};

use object_store::{
    ObjectStore, ObjectStoreExt, PutPayload, aws::AmazonS3Builder, local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use secrecy::ExposeSecret;

use crate::{
    config::Config,
    erreur::{Erreur, Resultat},
};

/// Where the bytes of files are. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Depot {
    magasin: Arc<dyn ObjectStore>,
    /// Its folder, when it is one.
    dossier: Option<PathBuf>,
}

impl Depot {
    /// What the configuration describes; nothing is contacted, the folder is made at the first file.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub fn selon(config: &Config) -> Result<Self, String> {
        match &config.files {
            Some(adresse) if adresse.contains("://") => {
                let reste = adresse.strip_prefix("s3://").ok_or("il faut un dossier, ou s3://seau/dossier")?;
                let (seau, prefixe) = reste.split_once('/').unwrap_or((reste, ""));
                if seau.is_empty() {
                    return Err("il manque le nom du seau après s3://".into());
                }
                let (Some(cle), Some(secret)) = (&config.s3_access_key, &config.s3_secret_key) else {
                    return Err("avec s3://, donnez aussi « s3_access_key » et « s3_secret_key »".into());
                };
                let mut b = AmazonS3Builder::new()
                    .with_bucket_name(seau)
                    .with_region(config.s3_region.as_deref().unwrap_or("us-east-1"))
                    .with_access_key_id(cle.expose_secret())
                    .with_secret_access_key(secret.expose_secret());
                if let Some(e) = &config.s3_endpoint {
                    b = b.with_endpoint(e).with_allow_http(e.starts_with("http://"));
                }
                let s3 = b.build().map_err(|e| e.to_string())?;
                Ok(Self::avec(if prefixe.trim_matches('/').is_empty() {
                    Arc::new(s3)
                } else {
                    Arc::new(PrefixStore::new(s3, prefixe.trim_matches('/')))
                }))
            }
            chemin => {
                let dossier = chemin.as_ref().map_or_else(|| config.data_dir.join("fichiers"), PathBuf::from);
                let dossier = std::path::absolute(&dossier).map_err(|e| format!("{} : {e}", dossier.display()))?;
                // An acknowledged file survives a power cut, as an acknowledged record does.
                let magasin = PrefixStore::new(
                    LocalFileSystem::new().with_fsync(true),
                    Path::from_absolute_path(&dossier).map_err(|e| e.to_string())?,
                );
                Ok(Self { magasin: Arc::new(magasin), dossier: Some(dossier) })
            }
        }
    }

    /// Another storage: for tests.
    pub fn avec(magasin: Arc<dyn ObjectStore>) -> Self {
        Self { magasin, dossier: None }
    }

    /// The storage itself: for what has keys of its own (backups).
    pub fn magasin(&self) -> &Arc<dyn ObjectStore> {
        &self.magasin
    }

    /// Writes, reads and removes a small object.
    ///
    /// # Errors
    /// What the storage answered.
    pub async fn verifier(&self) -> Result<String, String> {
        let cle = Path::from("verification");
        let essai = async {
            self.magasin.put(&cle, PutPayload::from_static(b"passeur")).await?;
            let lu = self.magasin.get(&cle).await?.bytes().await?;
            self.magasin.delete(&cle).await?;
            Ok::<_, object_store::Error>(lu)
        };
        match essai.await {
            Ok(lu) if lu.as_ref() == b"passeur" => Ok(self.nom()),
            Ok(_) => Err(format!("{} ne rend pas ce qu’on y écrit", self.nom())),
            Err(e) => Err(e.to_string()),
        }
    }

    fn nom(&self) -> String {
        match &self.dossier {
            Some(d) => d.display().to_string(),
            None => self.magasin.to_string(),
        }
    }

    /// Removes an object, and what a writing that died left of it; nothing there is fine.
    pub(super) async fn retirer(&self, cle: &str) -> Resultat<()> {
        match self.magasin.delete(&Path::from(cle)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(e) => return Err(echec(e)),
        }
        // A folder keeps a file being written beside its place, as `key#1`.
        if let Some((dossier, nom)) = self.dossier.as_ref().and_then(|d| Some((d.join(cle).parent()?.to_owned(), cle.rsplit('/').next()?)))
        {
            let debut = format!("{nom}#");
            for reste in std::fs::read_dir(dossier).into_iter().flatten().flatten() {
                if reste.file_name().to_string_lossy().starts_with(&debut) {
                    std::fs::remove_file(reste.path()).map_err(|e| super::depot::echec_io(&e))?;
                }
            }
        }
        Ok(())
    }
}

/// What kept a file from being written or read, as a refusal.
pub fn echec(e: object_store::Error) -> Erreur {
    if matches!(e, object_store::Error::NotFound { .. }) {
        return Erreur::Introuvable("Ce fichier");
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(&e);
    while let Some(c) = cause {
        if let Some(io) = c.downcast_ref::<std::io::Error>() {
            return echec_io(io);
        }
        cause = c.source();
    }
    let texte = e.to_string();
    // What S3-compatible services answer when they are full.
    if ["QuotaExceeded", "StorageFull", "InsufficientStorage", "507"].iter().any(|m| texte.contains(m)) {
        return Erreur::StockagePlein(texte);
    }
    Erreur::Indisponible(format!("fichiers : {texte}"))
}

/// The same for a file of this machine.
pub fn echec_io(e: &std::io::Error) -> Erreur {
    use std::io::ErrorKind as K;
    match e.kind() {
        K::StorageFull | K::QuotaExceeded | K::FileTooLarge => Erreur::StockagePlein(e.to_string()),
        _ => Erreur::Indisponible(format!("fichiers : {e}")),
    }
}
