//! A database of its own for each test, and a counter to work on.

use rangkai_db::{
    Call, DatabaseConfig, Db, DbErr, MigrationTrait, MigratorTrait, RequestIdReused, SqlMigration,
    Tx, base_migrations, sql,
};
use rangkai_primitives::{Caller, Clock};
use sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let counter = "CREATE TABLE counter (name text PRIMARY KEY, value bigint NOT NULL);
                       INSERT INTO counter VALUES ('a', 0), ('b', 0);
                       CREATE TABLE mixture (id uuid PRIMARY KEY, word text, number bigint,
                                             flag boolean, bytes bytea, moment timestamptz);";
        let mut all = base_migrations();
        all.push(Box::new(SqlMigration::new("m0001_counter", counter)));
        all
    }
}

/// Where a test's database lies; a `SQLite` file goes with it.
pub(crate) struct Place {
    pub(crate) config: DatabaseConfig,
    _folder: Option<TempDir>,
}

impl Place {
    pub(crate) async fn open(&self) -> Db {
        Db::open::<Schema>(&self.config, Clock::system()).await.unwrap()
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.config.url.reveal().starts_with("postgres")
    }
}

/// An empty database on each system there is.
pub(crate) async fn places() -> Vec<Place> {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
    let mut places = vec![Place { config: config(url), _folder: Some(folder) }];
    #[expect(clippy::disallowed_methods, reason = "tests are not configured by a file")]
    if let Ok(server) = std::env::var("TEST_DATABASE_URL") {
        let name = format!("test_{}", Uuid::now_v7().simple());
        let admin = Database::connect(&server).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (server, _) = server.rsplit_once('/').unwrap();
        places.push(Place { config: config(format!("{server}/{name}")), _folder: None });
    }
    places
}

fn config(url: String) -> DatabaseConfig {
    let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    DatabaseConfig { url: url.into(), max_connections: 8, key: key.into(), migrate: true }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    #[error(transparent)]
    Reused(#[from] RequestIdReused),
    #[error("refused")]
    Refused,
}

pub(crate) fn caller(agency: &str) -> Caller {
    Caller::block("test", agency.parse().unwrap())
}

pub(crate) fn call(request_id: Uuid, content: u8) -> Call {
    Call {
        caller: caller("korlantas"),
        method: "test.v1.CounterService/Add",
        request_id,
        digest: [content; 32],
        traceparent: None,
    }
}

/// Counts up, and answers what the counter then says.
pub(crate) async fn add(tx: &Tx, name: &str) -> Result<i64, Error> {
    let add = "UPDATE counter SET value = value + 1 WHERE name = $1 RETURNING value";
    let rows = sql::query(tx, add, [name.into()]).await?;
    tx.changed("counter", Uuid::nil());
    Ok(rows[0].try_get("", "value")?)
}

/// Counts up for `call`.
pub(crate) async fn once(db: &Db, call: Call) -> Result<i64, Error> {
    db.once(call, |tx| async move { add(&tx, "a").await }).await
}

pub(crate) async fn number(db: &Db, query: &'static str) -> i64 {
    let read = move |tx| async move {
        let rows = sql::query(&tx, query, []).await?;
        rows[0].try_get_by_index::<i64>(0)
    };
    db.read(caller("korlantas"), read).await.unwrap()
}

pub(crate) async fn value(db: &Db) -> i64 {
    number(db, "SELECT value FROM counter WHERE name = 'a'").await
}
