//! Transactions in each other's way.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use rangkai_db::{Tx, sql};
use tokio::sync::Barrier;
use uuid::Uuid;

use crate::support::{Error, add, call, caller, number, once, places, value};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_tried_again() {
    for place in places().await.iter().filter(|place| place.is_postgres()) {
        let db = place.open().await;
        let (both, tries) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));

        let tasks = [["a", "b"], ["b", "a"]].map(|names| {
            let (db, both, tries) = (db.clone(), Arc::clone(&both), Arc::clone(&tries));
            let cross = move |tx: Tx| {
                let (both, tries) = (Arc::clone(&both), Arc::clone(&tries));
                async move {
                    add(&tx, names[0]).await?;
                    if tries.fetch_add(1, Ordering::SeqCst) < 2 {
                        both.wait().await;
                    }
                    add(&tx, names[1]).await
                }
            };
            tokio::spawn(async move { db.act(caller("korlantas"), "cross", cross).await })
        });
        for task in tasks {
            task.await.unwrap().unwrap();
        }

        assert!(tries.load(Ordering::SeqCst) > 2, "there was no deadlock");
        assert_eq!(number(&db, "SELECT sum(value)::bigint FROM counter").await, 4);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_database_lose_nothing() {
    for place in places().await {
        let dbs = [place.open().await, place.open().await];

        let tasks: Vec<_> = (0..40)
            .map(|index| {
                let db = dbs[index % 2].clone();
                tokio::spawn(async move { once(&db, call(Uuid::now_v7(), 1)).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }

        assert_eq!(value(&dbs[0]).await, 40);
    }
}

#[tokio::test]
async fn a_database_that_dropped_every_connection_is_found_again() {
    for place in places().await.iter().filter(|place| place.is_postgres()) {
        let (db, other) = (place.open().await, place.open().await);
        for _ in 0..3 {
            once(&db, call(Uuid::now_v7(), 1)).await.unwrap();
        }

        let drop_all = |tx: Tx| async move {
            let drop_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                            WHERE datname = current_database() AND pid <> pg_backend_pid()";
            Ok::<_, Error>(sql::query(&tx, drop_all, []).await?.len())
        };
        assert!(other.read(caller("korlantas"), drop_all).await.unwrap() > 0);

        assert_eq!(once(&db, call(Uuid::now_v7(), 1)).await.unwrap(), 4);
    }
}
