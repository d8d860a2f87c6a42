//! Bringing the schema up to date, one process at a time.

use std::collections::HashSet;

use rangkai_vault::VaultError;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait as _, Value,
};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};

/// Where sea-orm-migration keeps what was applied.
const TABLE: &str = "seaql_migrations";
/// Replicas that start together take turns; the lock ends with its transaction.
const LOCK: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
                    SELECT pg_advisory_xact_lock(7202676711)";

/// Why a block's database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be reached, or a migration failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    /// The master key of the vault is not a key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The schema is behind and this process must not change it.
    #[error("the schema lacks {0}; run with database.migrate on, or migrate first")]
    Behind(String),
    /// The schema went another way than this binary knows.
    #[error("the schema has {unknown}, which this binary does not know, and lacks {pending}")]
    Foreign {
        /// What was applied and is not known here.
        unknown: String,
        /// What is known here and was not applied.
        pending: String,
    },
}

/// Applies what is pending, or refuses to start.
///
/// A schema that is merely ahead is fine: during an upgrade the older binary goes on beside the
/// newer one.
pub(crate) async fn bring_up<M: MigratorTrait>(
    pool: &DatabaseConnection,
    migrate: bool,
) -> Result<(), OpenError> {
    if !migrate {
        let pending = pending::<M>(pool).await?;
        return if pending.is_empty() { Ok(()) } else { Err(OpenError::Behind(names(&pending))) };
    }
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = pool.begin_with_options(options).await?;
    if tx.get_database_backend() == DatabaseBackend::Postgres {
        tx.execute_unprepared(LOCK).await?;
    }
    M::install(&tx).await?;
    for migration in pending::<M>(&tx).await? {
        migration.up(&SchemaManager::new(&tx)).await?;
        applied(&tx, migration.name()).await?;
    }
    Ok(tx.commit().await?)
}

/// What is to be applied, in order.
async fn pending<M: MigratorTrait>(
    connection: &impl ConnectionTrait,
) -> Result<Vec<Box<dyn MigrationTrait>>, OpenError> {
    let before = applied_before(connection).await?;
    let migrations = M::migrations();
    let unknown: Vec<_> =
        before.iter().filter(|name| !migrations.iter().any(|m| m.name() == **name)).collect();
    let unknown = unknown.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let pending: Vec<_> = migrations.into_iter().filter(|m| !before.contains(m.name())).collect();
    if !unknown.is_empty() && !pending.is_empty() {
        return Err(OpenError::Foreign { unknown, pending: names(&pending) });
    }
    if !unknown.is_empty() {
        tracing::warn!(unknown, "the schema is newer than this binary");
    }
    Ok(pending)
}

async fn applied_before(connection: &impl ConnectionTrait) -> Result<HashSet<String>, DbErr> {
    let backend = connection.get_database_backend();
    let exists = if backend == DatabaseBackend::Postgres {
        "SELECT 1 FROM pg_tables WHERE tablename = $1 AND schemaname = ANY (current_schemas(false))"
    } else {
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1"
    };
    let exists = Statement::from_sql_and_values(backend, exists, [Value::from(TABLE)]);
    if connection.query_one_raw(exists).await?.is_none() {
        return Ok(HashSet::new());
    }
    let versions = Statement::from_string(backend, format!("SELECT version FROM {TABLE}"));
    let rows = connection.query_all_raw(versions).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

async fn applied(connection: &impl ConnectionTrait, name: &str) -> Result<(), DbErr> {
    let backend = connection.get_database_backend();
    let now = if backend == DatabaseBackend::Postgres {
        "CAST(extract(epoch FROM now()) AS bigint)"
    } else {
        "unixepoch()"
    };
    let insert = format!("INSERT INTO {TABLE} (version, applied_at) VALUES ($1, {now})");
    connection.execute_raw(Statement::from_sql_and_values(backend, insert, [name.into()])).await?;
    Ok(())
}

fn names(migrations: &[Box<dyn MigrationTrait>]) -> String {
    migrations.iter().map(|migration| migration.name()).collect::<Vec<_>>().join(", ")
}
