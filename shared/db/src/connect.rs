//! Connecting, with every limit set.

use std::{sync::Arc, time::Duration};

use rangkai_primitives::Clock;
use rangkai_vault::Vault;
use sea_orm::{
    ConnectionTrait as _, DatabaseBackend, DatabaseConnection, DbErr, RuntimeErr,
    SqlxPostgresConnector, SqlxSqliteConnector, Statement,
};
use sea_orm_migration::MigratorTrait;
use sqlx::{
    ConnectOptions as _, Executor as _,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Semaphore, watch};

use crate::{DatabaseConfig, OpenError, clock::DatabaseClock, fault::Fault, migrate, work};

/// How long a request may wait for a connection before it is told that the block is overloaded.
const ACQUIRE: Duration = Duration::from_secs(5);
/// How long `SQLite` waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
/// A connection unused for so long is closed; there is no test at each hand-out.
const IDLE: Duration = Duration::from_mins(5);
/// A connection is never older, so that a moved database is noticed.
const LIFETIME: Duration = Duration::from_mins(30);
/// What PostgreSQL itself enforces; the last keeps a stuck process from holding locks for ever.
const POSTGRES_OPTIONS: [(&str, &str); 4] = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "60s"),
    // The rollback after each release would otherwise warn that there is nothing to roll back.
    ("client_min_messages", "error"),
];

/// A block's database.
#[derive(Clone, Debug)]
pub struct Db {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) pool: DatabaseConnection,
    pub(crate) max_connections: u32,
    pub(crate) clock: Clock,
    pub(crate) vault: Vault,
    pub(crate) database_clock: DatabaseClock,
    /// `SQLite` has one writer: waiting here is fair and needs no connection.
    pub(crate) writer: Option<Arc<Semaphore>>,
    pub(crate) facts: watch::Sender<()>,
}

impl Db {
    /// Connects, and brings the schema up to date where `config` says so.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached, the master key is no key, a migration fails or the
    /// schema does not fit this binary.
    pub async fn open<M: MigratorTrait>(
        config: &DatabaseConfig,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        let vault = Vault::new(&config.key)?;
        let pool = pool(config).await?;
        migrate::bring_up::<M>(&pool, config.migrate).await?;
        let sqlite = pool.get_database_backend() == DatabaseBackend::Sqlite;
        Ok(Self {
            shared: Arc::new(Shared {
                pool,
                max_connections: config.max_connections,
                clock,
                vault,
                database_clock: DatabaseClock::default(),
                writer: sqlite.then(|| Arc::new(Semaphore::new(1))),
                facts: watch::Sender::new(()),
            }),
        })
    }

    /// The process' clock, whose shift also moves [`crate::Tx::now`].
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The vault below this database's master key.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.shared.vault
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> bool {
        let pool = &self.shared.pool;
        let ask =
            pool.query_one_raw(Statement::from_string(pool.get_database_backend(), "SELECT 1"));
        matches!(tokio::time::timeout(ACQUIRE, ask).await, Ok(Ok(Some(_))))
    }

    /// A receiver that changes whenever this process committed a fact of this block.
    ///
    /// It is a hint: facts of other processes on the same database do not show here.
    #[must_use]
    pub fn facts(&self) -> watch::Receiver<()> {
        self.shared.facts.subscribe()
    }

    /// Closes every connection; what still runs fails.
    pub async fn close(&self) {
        if let Err(error) = self.shared.pool.close_by_ref().await {
            tracing::warn!(%error, "the pool did not close");
        }
    }
}

async fn pool(config: &DatabaseConfig) -> Result<DatabaseConnection, DbErr> {
    let url = config.url.reveal();
    if url.starts_with("sqlite:") {
        sqlite(url, config.max_connections).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        postgres(url, config.max_connections).await
    } else {
        Err(DbErr::Custom("database.url must begin with sqlite:// or postgres://".into()))
    }
}

async fn sqlite(url: &str, max_connections: u32) -> Result<DatabaseConnection, DbErr> {
    let options = url
        .parse::<SqliteConnectOptions>()
        .map_err(conn_err)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .disable_statement_logging();
    if let Some(folder) = options.get_filename().parent().filter(|folder| folder.is_relative()) {
        // The default is a file in a folder beside the program, which a first start does not find.
        std::fs::create_dir_all(folder).map_err(|error| conn_err(sqlx::Error::Io(error)))?;
    }
    let pool = SqlitePoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(IDLE)
        .max_lifetime(LIFETIME)
        .test_before_acquire(false);
    let mut attempt = 1;
    let pool = loop {
        match pool.clone().connect_with(options.clone()).await.map_err(conn_err) {
            // The change to WAL does not wait for another process that opens the same new file.
            Err(error) if attempt <= work::RETRIES && Fault::of(&error) == Fault::Conflict => {
                tokio::time::sleep(work::pause(attempt)).await;
                attempt += 1;
            }
            pool => break pool?,
        }
    };
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

async fn postgres(url: &str, max_connections: u32) -> Result<DatabaseConnection, DbErr> {
    let options = url
        .parse::<PgConnectOptions>()
        .map_err(conn_err)?
        .options(POSTGRES_OPTIONS)
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(IDLE)
        .max_lifetime(LIFETIME)
        .test_before_acquire(false)
        // A future dropped inside BEGIN gives its connection back inside an open transaction: the
        // next holder's work would never be seen. Units of work run in tasks of their own, so it
        // should not happen; this makes sure.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.execute("ROLLBACK").await?;
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .map_err(conn_err)?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

fn conn_err(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
