//! A caller that goes away leaves no transaction open.

use std::time::Duration;

use rangkai_db::Db;
use uuid::Uuid;

use crate::support::{call, number, once, places, value};

/// How many callers go away.
const CALLS: u64 = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_calls_leave_no_connection_inside_a_transaction() {
    for place in places().await {
        let (db, other) = (place.open().await, place.open().await);
        for _ in 0..CALLS {
            let (random, db) = (Uuid::now_v7().as_u64_pair().1, db.clone());
            let call = tokio::spawn(async move { once(&db, call(Uuid::now_v7(), 1)).await });
            tokio::time::sleep(Duration::from_micros(random % 2_000)).await;
            call.abort();
            // Asked each time: the next holder of a connection might end what was left open in it.
            if place.is_postgres() {
                quiet(&other).await;
            }
        }

        for _ in 0..20 {
            let told = once(&db, call(Uuid::now_v7(), 1)).await.unwrap();
            assert_eq!(value(&other).await, told, "an acknowledged change is not seen");
        }
        let requests = number(&other, "SELECT count(*) FROM request").await;
        assert_eq!(value(&other).await, requests);
    }
}

/// Waits until nobody but the asker is inside a transaction.
async fn quiet(db: &Db) {
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
    let wait = async {
        while number(db, open).await > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("a transaction stays open");
}
