//! Scheduled backups: a job that makes one, sends it to its destination, removes what the rotation gives
//! up, and notes success or failure for the page of the instance.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt, buffered::BufWriter, path::Path as Cle};
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*};
use socle::{Etat, Resultat, base::Base, config::Config};
use tokio::io::AsyncWriteExt;
use url::Url;

use super::{
    creer::{Faite, creer},
    en_mots,
    rotation::{self, Regle},
    table::sauvegarde::{ActiveModel, Column, Entity, Model},
};

/// The kind of the job.
pub const GENRE: &str = "sauvegarde";

/// A backup older than this is worth a warning.
pub const AGE_MAX: TimeDelta = TimeDelta::days(2);

/// Attempts kept in the table.
const MEMOIRE: TimeDelta = TimeDelta::days(400);

/// Who asked for a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origine {
    Commande,
    Planifiee,
    /// A manifest written beside a `pg_dump`.
    Manifeste,
}

impl Origine {
    fn code(self) -> &'static str {
        match self {
            Self::Commande => "commande",
            Self::Planifiee => "planifiee",
            Self::Manifeste => "manifeste",
        }
    }
}

enum Destination {
    Dossier(PathBuf),
    Objets(Arc<dyn ObjectStore>, Cle),
}

impl Destination {
    fn lire(texte: &str) -> anyhow::Result<Self> {
        if !texte.contains("://") {
            return Ok(Self::Dossier(texte.into()));
        }
        let url = Url::parse(texte).context("« backup_destination » n’est pas lisible. Exemple : s3://seau/dossier")?;
        if url.scheme() == "file" {
            return Ok(Self::Dossier(url.path().into()));
        }
        // Credentials and endpoint come as the standard AWS_… variables.
        let (magasin, cle) = object_store::parse_url_opts(&url, std::env::vars().filter(|(n, _)| n.starts_with("AWS_")))
            .context("« backup_destination » n’est pas une adresse que Passeur connaît : un dossier, ou s3://seau/dossier")?;
        Ok(Self::Objets(magasin.into(), cle))
    }
}

/// What the configuration keeps.
pub fn regle(c: &Config) -> Regle {
    Regle { jours: c.backup_keep_daily as usize, semaines: c.backup_keep_weekly as usize, mois: c.backup_keep_monthly as usize }
}

/// The job.
pub async fn tache(etat: Etat, _: serde_json::Value) -> Result<(), String> {
    let Some(destination) = etat.config.backup_destination.clone() else { return Ok(()) };
    let debut = etat.horloge.maintenant();
    let fait = faire(&etat, &destination, debut).await;
    let texte = fait.as_ref().map_err(|e| format!("{e:#}"));
    let note = noter(
        &etat.base,
        &etat.horloge,
        Origine::Planifiee,
        debut,
        texte.as_ref().map(|(n, f)| (n.as_str(), Some(f))).map_err(String::as_str),
    )
    .await;
    if let Err(e) = note {
        tracing::warn!(erreur = %e, "backup not noted");
    }
    fait.map(|_| ()).map_err(|e| format!("{e:#}"))
}

async fn faire(etat: &Etat, destination: &str, instant: DateTime<Utc>) -> anyhow::Result<(String, Faite)> {
    let nom = rotation::nom(instant);
    let regle = regle(&etat.config);
    let faite = match Destination::lire(destination)? {
        Destination::Dossier(d) => {
            std::fs::create_dir_all(&d).map_err(|e| en_mots("la sauvegarde n’a pas été faite", &d, &e))?;
            let faite = creer(&etat.base, &etat.config, &etat.horloge, &d.join(&nom)).await?;
            let noms: Vec<String> = std::fs::read_dir(&d)?.filter_map(|e| e.ok()?.file_name().into_string().ok()).collect();
            for n in rotation::a_retirer(&noms, regle) {
                std::fs::remove_file(d.join(n))?;
            }
            faite
        }
        Destination::Objets(magasin, prefixe) => vers_objets(etat, &magasin, &prefixe, &nom).await?,
    };
    Ok((nom, faite))
}

/// Makes a backup here, sends it as `prefixe`/`nom`, checks its size there, removes what is given up.
pub async fn vers_objets(etat: &Etat, magasin: &Arc<dyn ObjectStore>, prefixe: &Cle, nom: &str) -> anyhow::Result<Faite> {
    let local = etat.config.data_dir.join(nom);
    let _menage = super::Provisoires(vec![local.clone()]);
    let faite = creer(&etat.base, &etat.config, &etat.horloge, &local).await?;
    let cle = prefixe.clone().join(nom);
    envoyer(magasin, &cle, &local).await.context("la sauvegarde n’a pas pu être envoyée au stockage d’objets")?;
    let recue = magasin.head(&cle).await?.size;
    ensure!(recue == faite.taille, "la sauvegarde envoyée n’est pas entière : {recue} octets sur {}", faite.taille);
    let liste: Vec<_> = magasin.list(Some(prefixe)).try_collect().await?;
    let noms: Vec<String> = liste.iter().filter_map(|o| o.location.filename().map(str::to_owned)).collect();
    for n in rotation::a_retirer(&noms, regle(&etat.config)) {
        magasin.delete(&prefixe.clone().join(n.as_str())).await?;
    }
    Ok(faite)
}

async fn envoyer(magasin: &Arc<dyn ObjectStore>, cle: &Cle, local: &Path) -> anyhow::Result<()> {
    let mut lu = tokio::fs::File::open(local).await?;
    let mut ecrit = BufWriter::new(magasin.clone(), cle.clone());
    match tokio::io::copy(&mut lu, &mut ecrit).await {
        Ok(_) => Ok(ecrit.shutdown().await?),
        Err(e) => {
            let _ = ecrit.abort().await;
            Err(e.into())
        }
    }
}

/// Notes an attempt: the name of the file and what it holds, or why it failed.
pub async fn noter(
    base: &Base,
    horloge: &socle::horloge::Horloge,
    origine: Origine,
    debut: DateTime<Utc>,
    fait: Result<(&str, Option<&Faite>), &str>,
) -> Resultat<()> {
    let tx = base.ecriture().await?;
    let fin = horloge.maintenant();
    let couper = |t: &str, n: usize| t.chars().take(n).collect::<String>();
    Entity::insert(ActiveModel {
        id: Set(horloge.nouvel_uuid()),
        debut: Set(debut),
        fin: Set(fin),
        origine: Set(origine.code().into()),
        fichier: Set(fait.ok().map(|(n, _)| couper(n, 300))),
        taille: Set(fait.ok().and_then(|(_, f)| f).map(|f| f.taille as i64)),
        sha256: Set(fait.ok().and_then(|(_, f)| f).map(|f| f.sha256.clone())),
        erreur: Set(fait.err().map(|e| couper(e, 500))),
    })
    .exec_without_returning(&tx)
    .await?;
    Entity::delete_many().filter(Column::Fin.lt(fin - MEMOIRE)).exec(&tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The latest attempts, newest first.
pub async fn dernieres<C: ConnectionTrait>(db: &C, combien: u64) -> Resultat<Vec<Model>> {
    Ok(Entity::find().order_by_desc(Column::Fin).limit(combien).all(db).await?)
}

/// The latest backup that succeeded.
pub async fn derniere_reussie<C: ConnectionTrait>(db: &C) -> Resultat<Option<Model>> {
    Ok(Entity::find().filter(Column::Erreur.is_null()).order_by_desc(Column::Fin).one(db).await?)
}
