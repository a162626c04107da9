//! The database: three pools on SQLite (one writer, several readers, one witness), one pool on PostgreSQL.

use std::{path::Path, time::Duration};

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

/// Connections to the database.
#[derive(Clone, Debug)]
pub struct Base {
    lecture: DatabaseConnection,
    ecriture: DatabaseConnection,
    /// Where [`Base::marque`] is read: on SQLite, always the same connection.
    temoin: DatabaseConnection,
}

impl Base {
    /// Opens the database of `url`, creating the SQLite file and its folder if needed.
    /// `connexions` is the size of the pool (PostgreSQL) or the number of readers (SQLite).
    pub async fn ouvrir(url: &str, connexions: u32) -> Result<Self, DbErr> {
        if let Some(chemin) = chemin_sqlite(url) {
            if let Some(dossier) = Path::new(chemin).parent().filter(|d| !d.as_os_str().is_empty()) {
                std::fs::create_dir_all(dossier).map_err(|e| DbErr::Custom(format!("dossier {} : {e}", dossier.display())))?;
            }
            let adresse = format!("sqlite://{chemin}?mode=rwc");
            let ecriture = Database::connect(options_sqlite(&adresse, 1, false)).await?;
            let lecture = Database::connect(options_sqlite(&adresse, connexions, true)).await?;
            let temoin = Database::connect(options_sqlite(&adresse, 1, true)).await?;
            Ok(Self { lecture, ecriture, temoin })
        } else {
            let pool = Database::connect(options_postgres(url, connexions)).await?;
            Ok(Self { lecture: pool.clone(), ecriture: pool.clone(), temoin: pool })
        }
    }

    /// For reads outside a transaction.
    pub fn lecture(&self) -> &DatabaseConnection {
        &self.lecture
    }

    /// For one statement that is a transaction by itself: a trip instead of three.
    pub fn directe(&self) -> &DatabaseConnection {
        &self.ecriture
    }

    /// A write transaction: IMMEDIATE on SQLite, else a read followed by a write fails under load.
    pub async fn ecriture(&self) -> Result<DatabaseTransaction, DbErr> {
        self.ecriture
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..Default::default()
            })
            .await
    }

    /// A read transaction: all its queries see the database as it was at the first of them. For long
    /// reads alone: it keeps a connection, and SQLite cannot empty its write-ahead log meanwhile.
    pub async fn instantane(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = match self.moteur() {
            DbBackend::Sqlite => {
                TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred), ..Default::default() }
            }
            _ => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            },
        };
        self.lecture.begin_with_options(options).await
    }

    /// A mark of what can be read: the same mark twice is the same rows, whoever wrote, here or on another node. It lives as
    /// long as this program on SQLite.
    pub async fn marque(&self) -> Result<String, DbErr> {
        let moteur = self.moteur();
        let sql = if moteur == DbBackend::Sqlite { "PRAGMA data_version" } else { "SELECT CAST(pg_current_snapshot() AS TEXT)" };
        let ligne = self.temoin.query_one_raw(Statement::from_string(moteur, sql)).await?;
        let ligne = ligne.ok_or_else(|| DbErr::RecordNotFound(sql.into()))?;
        if moteur == DbBackend::Sqlite { Ok(ligne.try_get_by_index::<i64>(0)?.to_string()) } else { ligne.try_get_by_index(0) }
    }

    /// The engine.
    pub fn moteur(&self) -> DbBackend {
        self.ecriture.get_database_backend()
    }

    /// On SQLite, writes the log back into the file and empties it: what was erased is still read in the log
    /// until then. False when a reader kept it from being done wholly; nothing to do elsewhere.
    pub async fn vider_journal(&self) -> Result<bool, DbErr> {
        if self.moteur() != DbBackend::Sqlite {
            return Ok(true);
        }
        let l = self.ecriture.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)")).await?;
        l.map_or(Ok(false), |l| l.try_get_by_index::<i64>(0).map(|occupee| occupee == 0))
    }

    /// Whether the database answers.
    pub async fn repond(&self) -> Result<(), DbErr> {
        self.lecture.ping().await
    }

    /// Connections open and connections idle, by pool.
    pub fn occupation(&self) -> Vec<(&'static str, u32, usize)> {
        if self.moteur() == DbBackend::Postgres {
            let p = self.lecture.get_postgres_connection_pool();
            vec![("tout", p.size(), p.num_idle())]
        } else {
            let (l, e) = (self.lecture.get_sqlite_connection_pool(), self.ecriture.get_sqlite_connection_pool());
            vec![("lecture", l.size(), l.num_idle()), ("ecriture", e.size(), e.num_idle())]
        }
    }

    /// Closes all connections.
    pub async fn fermer(self) -> Result<(), DbErr> {
        self.temoin.close().await?;
        self.lecture.close().await?;
        self.ecriture.close().await
    }
}

/// Applies pending migrations of `M`; several nodes may start at once: one works, the others wait.
pub async fn migrer<M: MigratorTrait>(url: &str) -> Result<(), DbErr> {
    if let Some(chemin) = chemin_sqlite(url) {
        if let Some(dossier) = Path::new(chemin).parent().filter(|d| !d.as_os_str().is_empty()) {
            std::fs::create_dir_all(dossier).map_err(|e| DbErr::Custom(format!("dossier {} : {e}", dossier.display())))?;
        }
        let verrou =
            std::fs::File::create(format!("{chemin}.migration")).map_err(|e| DbErr::Custom(format!("{chemin}.migration : {e}")))?;
        // Waiting for another node must not stop this one's runtime.
        let _verrou = tokio::task::spawn_blocking(move || verrou.lock().map(|()| verrou))
            .await
            .map_err(|e| DbErr::Custom(e.to_string()))?
            .map_err(|e| DbErr::Custom(e.to_string()))?;
        let base = Database::connect(options_sqlite(&format!("sqlite://{chemin}?mode=rwc"), 1, false)).await?;
        let resultat = M::up(&base, None).await;
        base.close().await?;
        resultat
    } else {
        // One connection for all: the advisory lock belongs to it.
        let base = Database::connect(options_postgres(url, 1)).await?;
        base.execute_unprepared("SELECT pg_advisory_lock(7015210903)").await?;
        let resultat = M::up(&base, None).await;
        let fin = base.execute_unprepared("SELECT pg_advisory_unlock(7015210903)").await;
        base.close().await?;
        resultat.and(fin.map(|_| ()))
    }
}

/// The file of a SQLite address; none for PostgreSQL.
pub fn chemin_sqlite(url: &str) -> Option<&str> {
    let reste = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    Some(reste.split('?').next().unwrap_or(reste))
}

fn options_sqlite(url: &str, connexions: u32, lecture_seule: bool) -> ConnectOptions {
    let mut o = ConnectOptions::new(url);
    o.max_connections(connexions)
        .min_connections(1)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(20))
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .map_sqlx_sqlite_opts(move |o| {
            let o = o
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged record survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                // What is erased or sealed leaves no bytes in the file.
                .pragma("secure_delete", "ON")
                .pragma("journal_size_limit", "67108864")
                .pragma("cache_size", "-4000");
            if lecture_seule { o.read_only(true) } else { o }
        });
    o
}

fn options_postgres(url: &str, connexions: u32) -> ConnectOptions {
    let mut o = ConnectOptions::new(url);
    o.max_connections(connexions)
        .min_connections(1)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(20));
    o
}
