//! The ceiling: the rows of one transfer, written straight to the database with prepared statements,
//! in a transaction of their own.

mod deed;

use rangkai_testkit::{Kind, TestDatabase};
use sqlx::{
    ConnectOptions as _, Executor as _, PgConnection, SqliteConnection,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    house::{Choice, Spread},
    load::Deed,
};

/// What the service keeps as the sealed answer to a transfer, in bytes.
const ANSWER: usize = 360;

/// A connection that writes one transfer after another.
#[derive(Debug)]
pub(crate) enum Raw {
    Postgres(PgConnection, Choice),
    Sqlite(SqliteConnection, Choice),
}

impl Raw {
    /// Opens so many connections. `SQLite` has one writer: more would only be in its way.
    pub(crate) async fn open(
        database: &TestDatabase,
        connections: u32,
        spread: Spread,
    ) -> anyhow::Result<Vec<Self>> {
        let count = if database.kind == Kind::Sqlite { 1 } else { usize::try_from(connections)? };
        let mut all = Vec::with_capacity(count);
        for index in 0..count {
            let choice = Choice::new(index, spread);
            all.push(match database.kind {
                Kind::Postgres => Self::Postgres(postgres(database).await?, choice),
                Kind::Sqlite => Self::Sqlite(sqlite(database).await?, choice),
            });
        }
        Ok(all)
    }

    /// What the database says about keeping its promises.
    pub(crate) async fn promises(database: &TestDatabase) -> anyhow::Result<String> {
        let raw = Self::open(database, 1, Spread::Even).await?.remove(0);
        let mut said = Vec::new();
        match raw {
            Self::Postgres(mut connection, _) => {
                for setting in ["server_version", "fsync", "synchronous_commit", "shared_buffers"] {
                    let sql = sqlx::AssertSqlSafe(format!("SHOW {setting}"));
                    let value: String = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
                    said.push(format!("{setting} {value}"));
                }
            }
            Self::Sqlite(mut connection, _) => {
                let sql = "SELECT sqlite_version()";
                let version: String = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
                said.push(format!("version {version}, journal_mode WAL, synchronous FULL"));
            }
        }
        Ok(said.join(", "))
    }
}

/// A connection to a database on PostgreSQL.
pub(crate) async fn postgres(database: &TestDatabase) -> anyhow::Result<PgConnection> {
    let options: PgConnectOptions = database.config.url.reveal().parse()?;
    Ok(options.disable_statement_logging().connect().await?)
}

/// A connection to a file of `SQLite`, with the promises that the service keeps.
pub(crate) async fn sqlite(database: &TestDatabase) -> anyhow::Result<SqliteConnection> {
    let options: SqliteConnectOptions = database.config.url.reveal().parse()?;
    let options = options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    Ok(options.connect().await?)
}

impl Deed for Raw {
    async fn once(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Postgres(connection, choice) => {
                connection.execute("BEGIN").await?;
                deed::postgres(connection, choice.next()).await?;
                connection.execute("COMMIT").await?;
            }
            Self::Sqlite(connection, choice) => {
                connection.execute("BEGIN IMMEDIATE").await?;
                deed::sqlite(connection, choice.next()).await?;
                connection.execute("COMMIT").await?;
            }
        }
        Ok(())
    }
}
