//! A database of its own for each test.
//!
//! SQLite: a file copied from a migrated model. PostgreSQL: a database made from a migrated template on
//! the server that `scripts/test` started (`PASSEUR_ESSAI_POSTGRES`); without it the test fails, and says so.

use std::path::{Path, PathBuf};

use passeur::Migrateur;
use sea_orm::{ConnectionTrait, Database};
use socle::base::migrer;

/// The engine a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moteur {
    Sqlite,
    Postgres,
}

/// A database that lives as long as its test.
pub struct Essai {
    pub url: String,
    pub dossier: PathBuf,
}

fn racine() -> PathBuf {
    std::env::temp_dir().join("passeur-essais")
}

/// A name that changes with the migrations, so that an old model is never used.
fn version() -> String {
    use sea_orm_migration::MigratorTrait;
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut h = DefaultHasher::new();
    for m in Migrateur::migrations() {
        m.name().hash(&mut h);
    }
    // A migration being written keeps its name: the program that runs is part of the version.
    if let Ok(t) = std::env::current_exe().and_then(|e| e.metadata()).and_then(|m| m.modified()) {
        t.hash(&mut h);
    }
    format!("{:016x}", h.finish())
}

impl Essai {
    /// Makes the database.
    ///
    /// # Panics
    /// When it cannot be made; without a PostgreSQL server for a test that wants one.
    pub async fn creer(moteur: Moteur) -> Self {
        #[allow(clippy::disallowed_methods, reason = "a name for a folder of this test alone")]
        let nom = uuid::Uuid::now_v7().simple().to_string();
        let dossier = racine().join(&nom);
        std::fs::create_dir_all(&dossier).expect("the temporary folder accepts files");
        let url = match moteur {
            Moteur::Sqlite => {
                let modele = modele_sqlite().await;
                let fichier = dossier.join("essai.db");
                std::fs::copy(&modele, &fichier).expect("the model is copied");
                format!("sqlite://{}", fichier.display())
            }
            Moteur::Postgres => {
                let serveur = std::env::var("PASSEUR_ESSAI_POSTGRES")
                    .expect("PASSEUR_ESSAI_POSTGRES is not set: run scripts/test, which starts a server for the tests");
                let modele = modele_postgres(&serveur).await;
                let base = format!("essai_{nom}");
                let admin = Database::connect(format!("{serveur}/postgres")).await.expect("the test server answers");
                admin.execute_unprepared(&format!("CREATE DATABASE {base} TEMPLATE {modele}")).await.expect("the database is made");
                admin.close().await.expect("it closes");
                format!("{serveur}/{base}")
            }
        };
        Self { url, dossier }
    }
}

impl Essai {
    /// An empty database, not migrated.
    ///
    /// # Panics
    /// As [`Essai::creer`].
    pub async fn vide(moteur: Moteur) -> Self {
        let e = Self::creer(moteur).await;
        match moteur {
            Moteur::Sqlite => std::fs::remove_file(e.dossier.join("essai.db")).expect("the copy is removed"),
            Moteur::Postgres => {
                let base = Database::connect(&e.url).await.expect("the database just made opens");
                base.execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.expect("it empties");
                base.close().await.expect("it closes");
            }
        }
        e
    }
}

impl Drop for Essai {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dossier);
    }
}

/// Only one test makes the model; the others wait for it.
fn verrou(nom: &str) -> std::fs::File {
    std::fs::create_dir_all(racine()).expect("the temporary folder accepts files");
    let f = std::fs::File::create(racine().join(nom)).expect("the lock file is made");
    f.lock().expect("the lock is taken");
    f
}

/// Migrates and seeds a model: hashing the passwords once is what makes the tests quick.
async fn preparer(url: &str) {
    migrer::<Migrateur>(url).await.expect("the migrations apply");
    #[allow(clippy::disallowed_methods, reason = "a name for a file of this model alone")]
    let cles = racine().join(format!("cles-{}.toml", uuid::Uuid::now_v7().simple()));
    let etat = crate::etat(
        url,
        &racine(),
        socle::horloge::Horloge::fixe(crate::INSTANT.parse().expect("a date in its standard form")),
        std::sync::Arc::default(),
        |c| c.cles = Some(cles.clone()),
    )
    .await;
    crate::graine::semer(&etat).await.expect("the seed of the tests is valid");
    // The model holds no sealed text: each test makes its own key, as a first start does.
    let tx = etat.base.ecriture().await.expect("a transaction begins");
    tx.execute_unprepared("DELETE FROM cle_coffre").await.expect("the key of the model is forgotten");
    tx.commit().await.expect("it commits");
    std::fs::remove_file(&cles).expect("the key file of the model is removed");
    etat.base.clone().fermer().await.expect("the model closes");
}

async fn modele_sqlite() -> PathBuf {
    let fichier = racine().join(format!("modele-{}.db", version()));
    let _verrou = verrou("sqlite.verrou");
    if !fichier.exists() {
        let brouillon = fichier.with_extension("brouillon");
        let _ = std::fs::remove_file(&brouillon);
        preparer(&format!("sqlite://{}", brouillon.display())).await;
        assert!(!Path::new(&format!("{}-wal", brouillon.display())).exists(), "the model is closed");
        std::fs::rename(&brouillon, &fichier).expect("the model is named");
    }
    fichier
}

async fn modele_postgres(serveur: &str) -> String {
    let nom = format!("modele_{}", version());
    let _verrou = verrou("postgres.verrou");
    let admin = Database::connect(format!("{serveur}/postgres")).await.expect("the test server answers");
    let existe = admin
        .query_one_raw(sea_orm::Statement::from_string(
            sea_orm::DbBackend::Postgres,
            format!("SELECT 1 AS un FROM pg_database WHERE datname = '{nom}'"),
        ))
        .await
        .expect("the query runs")
        .is_some();
    if !existe {
        let brouillon = format!("{nom}_brouillon");
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {brouillon}")).await.expect("it drops");
        admin.execute_unprepared(&format!("CREATE DATABASE {brouillon}")).await.expect("it creates");
        preparer(&format!("{serveur}/{brouillon}")).await;
        admin.execute_unprepared(&format!("ALTER DATABASE {brouillon} RENAME TO {nom}")).await.expect("it renames");
    }
    admin.close().await.expect("it closes");
    nom
}
