//! A fresh database for each test, of either kind.

use aws_lc_rs::rand;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use rangkai_config::Secret;
use rangkai_db::DatabaseConfig;
use tempfile::TempDir;
use uuid::Uuid;

use crate::postgres::{self, Server};

/// The databases that everything runs on.
///
/// A test takes both with rstest:
///
/// ```ignore
/// #[rstest]
/// #[case::sqlite(Kind::Sqlite)]
/// #[case::postgres(Kind::Postgres)]
/// #[tokio::test]
/// async fn a_retry_gets_the_first_answer_again(#[case] kind: Kind) -> anyhow::Result<()> {
///     let database = rangkai_testkit::database(kind).await?;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A database on the one PostgreSQL server of the process.
    Postgres,
}

/// A database that no other test sees; it goes when this goes.
#[derive(Debug)]
pub struct TestDatabase {
    /// How to reach it, with a key of its own.
    pub config: DatabaseConfig,
    /// Which kind it is.
    pub kind: Kind,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder { _folder: TempDir },
    Server { server: &'static Server, name: String },
}

/// Makes an empty database.
///
/// PostgreSQL is the server that `TEST_DATABASE_URL` names; else a container, if Docker answers and
/// has the image; else the installed programs, started in a temporary folder. One server serves all
/// tests of the process and ends with it.
///
/// # Errors
///
/// When there is no PostgreSQL; the message says how to get one. No test is skipped.
pub async fn database(kind: Kind) -> anyhow::Result<TestDatabase> {
    let (url, place) = match kind {
        Kind::Sqlite => {
            let folder = tempfile::Builder::new().prefix("rangkai-test-").tempdir()?;
            let url = format!("sqlite://{}/test.db?mode=rwc", folder.path().display());
            (url, Place::Folder { _folder: folder })
        }
        Kind::Postgres => {
            let server = postgres::server().await?;
            let name = format!("test_{}", Uuid::now_v7().simple());
            server.administer(&format!("CREATE DATABASE {name} TEMPLATE template0")).await?;
            (server.url(&name), Place::Server { server, name })
        }
    };
    let config =
        DatabaseConfig { url: url.into(), max_connections: 5, key: master_key()?, migrate: true };
    Ok(TestDatabase { config, kind, place })
}

/// A fresh master key for a vault.
///
/// # Errors
///
/// When the machine has no randomness to give.
pub fn master_key() -> anyhow::Result<Secret> {
    let mut key = [0; 32];
    rand::fill(&mut key)?;
    Ok(BASE64_STANDARD.encode(key).into())
}

impl Drop for TestDatabase {
    /// Drops the database as far as possible; one that stays goes with its server.
    fn drop(&mut self) {
        let Place::Server { server, name } = &self.place else { return };
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let server = *server;
        // A drop cannot wait in the test's own runtime.
        let dropping = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(server.administer(&sql))
        });
        if let Ok(Err(error)) = dropping.join() {
            eprintln!("a test database stays behind: {error:#}");
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sea_orm::{ConnectionTrait as _, Database};

    use super::*;

    #[rstest]
    #[case::sqlite(Kind::Sqlite)]
    #[case::postgres(Kind::Postgres)]
    #[tokio::test]
    async fn each_test_has_a_database_of_its_own(#[case] kind: Kind) {
        let table = "CREATE TABLE thing (id bigint PRIMARY KEY)";
        let (one, other) = (database(kind).await.unwrap(), database(kind).await.unwrap());

        for database in [&one, &other] {
            let connection = Database::connect(database.config.url.reveal()).await.unwrap();
            connection.execute_unprepared(table).await.unwrap();
        }

        assert_ne!(one.config.url, other.config.url);
        assert_ne!(one.config.key, other.config.key);
    }

    #[tokio::test]
    async fn a_database_goes_with_its_test() {
        let database = database(Kind::Postgres).await.unwrap();
        let url = database.config.url.clone();
        let held = Database::connect(url.reveal()).await.unwrap();

        drop(database);

        assert!(held.execute_unprepared("SELECT 1").await.is_err());
    }
}
