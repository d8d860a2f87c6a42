//! Settings and migrations.

use rangkai_db::{
    DatabaseConfig, Db, MigrationTrait, MigratorTrait, OpenError, SqlMigration, base_migrations,
    sql,
};
use rangkai_primitives::Clock;

use crate::support::{Schema, caller, number, places};

struct Older;

impl MigratorTrait for Older {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        base_migrations()
    }
}

struct Elsewhere;

impl MigratorTrait for Elsewhere {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = base_migrations();
        all.push(Box::new(SqlMigration::new("m0001_other", "CREATE TABLE other (id uuid)")));
        all
    }
}

fn held_back(config: &DatabaseConfig) -> DatabaseConfig {
    DatabaseConfig { migrate: false, ..config.clone() }
}

#[tokio::test]
async fn sqlite_is_durable_strict_and_patient() {
    let place = places().await.remove(0);
    let db = place.open().await;

    let pragmas = db
        .read(caller("korlantas"), |tx| async move {
            let mut found = Vec::new();
            for pragma in ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"] {
                let rows = sql::query(&tx, &format!("PRAGMA {pragma}"), []).await?;
                let number = rows[0].try_get_by_index::<i64>(0).map(|number| number.to_string());
                found.push(number.or_else(|_| rows[0].try_get_by_index::<String>(0))?);
            }
            Ok::<_, rangkai_db::DbErr>(found)
        })
        .await
        .unwrap();

    assert_eq!(pragmas, ["wal", "2", "1", "5000"]);
}

#[tokio::test]
async fn postgresql_gives_up_on_what_takes_too_long() {
    for place in places().await.iter().filter(|place| place.is_postgres()) {
        let db = place.open().await;
        for name in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
            let ask = move |tx| async move {
                let ask = format!("SELECT setting::bigint FROM pg_settings WHERE name = '{name}'");
                sql::query(&tx, &ask, []).await?[0].try_get_by_index::<i64>(0)
            };
            assert!(db.read(caller("korlantas"), ask).await.unwrap() > 0, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_replicas_migrate_one_database_at_once() {
    for place in places().await {
        let replicas: Vec<_> = (0..6)
            .map(|_| {
                let config = place.config.clone();
                tokio::spawn(async move { Db::open::<Schema>(&config, Clock::system()).await })
            })
            .collect();

        for replica in replicas {
            assert!(replica.await.unwrap().unwrap().ready().await);
        }
    }
}

#[tokio::test]
async fn a_schema_that_is_behind_stops_the_start() {
    for place in places().await {
        let config = held_back(&place.config);

        let behind = Db::open::<Schema>(&config, Clock::system()).await;
        place.open().await;
        let now = Db::open::<Schema>(&config, Clock::system()).await;

        let Err(OpenError::Behind(missing)) = behind else { panic!("it started") };
        assert!(missing.ends_with("m0001_counter"), "{missing}");
        assert!(now.is_ok());
    }
}

#[tokio::test]
async fn an_older_binary_goes_on_beside_a_newer_schema() {
    for place in places().await {
        place.open().await;

        assert!(Db::open::<Older>(&place.config, Clock::system()).await.is_ok());
        assert!(Db::open::<Older>(&held_back(&place.config), Clock::system()).await.is_ok());
    }
}

#[tokio::test]
async fn a_schema_that_went_another_way_stops_the_start() {
    for place in places().await {
        let db = place.open().await;
        let applied = "SELECT count(*) FROM seaql_migrations";
        let before = number(&db, applied).await;

        for config in [place.config.clone(), held_back(&place.config)] {
            let foreign = Db::open::<Elsewhere>(&config, Clock::system()).await;
            assert!(matches!(foreign, Err(OpenError::Foreign { .. })));
        }

        assert_eq!(number(&db, applied).await, before);
    }
}

#[tokio::test]
async fn what_stops_the_start_names_no_secret() {
    let place = places().await.remove(0);
    let config =
        DatabaseConfig { url: "mysql://user:secret@host/db".into(), ..place.config.clone() };

    let error = Db::open::<Schema>(&config, Clock::system()).await.unwrap_err();

    assert!(!format!("{error} {error:?} {config:?}").contains("secret"));
}
