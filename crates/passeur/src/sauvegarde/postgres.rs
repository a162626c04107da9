//! PostgreSQL: which of that server's tools to use, and the check of what they restored.

use anyhow::Context;
use chrono::{DateTime, Utc};
use sea_orm::{AccessMode, ConnectionTrait, DatabaseTransaction, IsolationLevel, Statement, TransactionTrait};
use socle::base::Base;
use url::Url;

use super::manifeste::Manifeste;

/// The commands for the database of `adresse`, without its password.
pub fn conseils(adresse: &str) -> anyhow::Result<String> {
    let u = Url::parse(adresse).context("« database_url » n’est pas lisible")?;
    let parametre = |nom: &str| u.query_pairs().find(|(n, _)| n == nom).map(|(_, v)| v.into_owned());
    let hote = u.host_str().filter(|h| !h.is_empty()).map(str::to_owned).or_else(|| parametre("host"));
    let port = u.port().unwrap_or(5432);
    let mut acces = format!("--port={port}");
    if let Some(h) = hote {
        acces = format!("--host={} {acces}", argument(&h));
    }
    let compte = if u.username().is_empty() { parametre("user").unwrap_or_else(|| "passeur".into()) } else { u.username().to_owned() };
    let acces = format!("{acces} --username={}", argument(&compte));
    let nom = u.path().trim_start_matches('/');
    let nom = argument(if nom.is_empty() { &compte } else { nom });
    Ok(format!(
        "Cette instance est sur PostgreSQL : ses propres outils la sauvegardent, sans arrêter Passeur.

Sauvegarder la base dans un fichier :
  pg_dump --format=custom {acces} --dbname={nom} --file=passeur.dump

Écrire en même temps de quoi vérifier plus tard (la commande attend, lancez pg_dump avec l’instantané qu’elle donne) :
  passeur backup --manifeste passeur.json --instantane

Sauvegarder le serveur entier, pour revenir à un instant choisi (avec l’archivage des journaux WAL) :
  pg_basebackup {acces} --pgdata=sauvegarde --format=tar --gzip --checkpoint=fast

Restaurer dans une base vide, Passeur arrêté :
  createdb {acces} {nom}
  pg_restore {acces} --dbname={nom} --no-owner --exit-on-error --single-transaction passeur.dump
  passeur restore --verifier passeur.json

Le mot de passe se met dans ~/.pgpass ou dans PGPASSWORD, jamais dans la commande. Le dossier « fichiers » de data_dir, s’il existe, se copie à part."
    ))
}

/// A word of a shell command.
fn argument(mot: &str) -> String {
    if mot.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/%:[]".contains(&b)) {
        mot.to_owned()
    } else {
        format!("'{}'", mot.replace('\'', "'\\''"))
    }
}

/// One instant of the database, kept until it is dropped.
pub struct Instantane(DatabaseTransaction);

impl Instantane {
    /// Opens it; values are then written the same whatever the server's settings.
    pub async fn ouvrir(base: &Base) -> anyhow::Result<Self> {
        let tx = base.lecture().begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?;
        tx.execute_unprepared(
            "SET LOCAL TIME ZONE 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL intervalstyle = 'iso_8601'",
        )
        .await?;
        Ok(Self(tx))
    }

    /// Its number, for `pg_dump --snapshot`.
    pub async fn numero(&self) -> anyhow::Result<String> {
        let l = self.0.query_one_raw(Statement::from_string(self.0.get_database_backend(), "SELECT pg_export_snapshot()")).await?;
        Ok(l.context("pg_export_snapshot ne répond rien")?.try_get_by_index::<String>(0)?)
    }

    pub async fn manifeste(&self, date: DateTime<Utc>) -> anyhow::Result<Manifeste> {
        Ok(Manifeste::relever(&self.0, date).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_commandes_nomment_la_base_et_jamais_le_mot_de_passe() {
        let c = conseils("postgres://lecompte:tressecret@base.exemple:5433/la_base?sslmode=require").unwrap();
        for mot in
            ["pg_dump --format=custom --host=base.exemple --port=5433 --username=lecompte --dbname=la_base", "pg_basebackup", "pg_restore"]
        {
            assert!(c.contains(mot), "{c}");
        }
        assert!(!c.contains("tressecret"), "{c}");
        assert!(conseils("postgres:///base?host=/run/postgresql").unwrap().contains("--host=/run/postgresql"));
        assert_eq!(argument("a b'c"), "'a b'\\''c'");
    }
}
