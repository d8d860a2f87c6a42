//! A request has at most one effect.

use std::sync::{Arc, Mutex};

use rangkai_db::{DbErr, Tx, sql};
use uuid::Uuid;

use crate::support::{Error, add, call, caller, number, once, places, value};

#[tokio::test]
async fn a_retry_gets_the_first_answer_again() {
    for place in places().await {
        let db = place.open().await;
        let id = Uuid::now_v7();

        let first = once(&db, call(id, 1)).await.unwrap();
        once(&db, call(Uuid::now_v7(), 1)).await.unwrap();
        let again = once(&db, call(id, 1)).await.unwrap();

        assert_eq!((first, again, value(&db).await), (1, 1, 2));
        assert_eq!(number(&db, "SELECT count(*) FROM audit").await, 2);
    }
}

#[tokio::test]
async fn other_content_under_one_id_is_refused() {
    for place in places().await {
        let db = place.open().await;
        let id = Uuid::now_v7();
        once(&db, call(id, 1)).await.unwrap();

        let other = once(&db, call(id, 2)).await;

        assert!(matches!(other, Err(Error::Reused(_))), "{other:?}");
        assert_eq!(value(&db).await, 1);
    }
}

#[tokio::test]
async fn what_is_kept_of_a_request_confirms_no_guess_without_the_key() {
    for place in places().await {
        let db = place.open().await;
        once(&db, call(Uuid::now_v7(), 1)).await.unwrap();

        let work = |tx: Tx| async move {
            let find = "SELECT digest FROM request UNION ALL SELECT digest FROM audit";
            let rows = sql::query(&tx, find, []).await?;
            rows.iter().map(|row| row.try_get::<Vec<u8>>("", "digest")).collect()
        };
        let kept: Vec<_> = db.read::<_, DbErr, _, _>(caller("korlantas"), work).await.unwrap();

        assert_eq!(kept.len(), 2);
        assert!(kept.iter().all(|digest| *digest != [1; 32]), "{kept:?}");
    }
}

#[tokio::test]
async fn a_request_of_an_earlier_release_gets_its_answer_again() {
    for place in places().await {
        let db = place.open().await;
        let id = Uuid::now_v7();
        once(&db, call(id, 1)).await.unwrap();
        let work = |tx: Tx| async move {
            sql::execute(&tx, "UPDATE request SET digest = $1", [vec![1_u8; 32].into()]).await
        };
        db.act::<_, DbErr, _, _>(caller("korlantas"), "age", work).await.unwrap();

        assert_eq!(once(&db, call(id, 1)).await.unwrap(), 1);
        assert!(matches!(once(&db, call(id, 2)).await, Err(Error::Reused(_))));
        assert_eq!(value(&db).await, 1);
    }
}

#[tokio::test]
async fn the_id_of_another_agency_is_another_request() {
    for place in places().await {
        let db = place.open().await;
        let id = Uuid::now_v7();
        once(&db, call(id, 1)).await.unwrap();

        let mut other = call(id, 2);
        other.caller = caller("dukcapil");

        assert_eq!(once(&db, other).await.unwrap(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_at_once_have_one_effect() {
    for place in places().await {
        let db = place.open().await;
        let id = Uuid::now_v7();

        let copies: Vec<_> = (0..12)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move { once(&db, call(id, 1)).await })
            })
            .collect();
        for copy in copies {
            assert_eq!(copy.await.unwrap().unwrap(), 1);
        }

        assert_eq!(value(&db).await, 1);
        assert_eq!(number(&db, "SELECT count(*) FROM request").await, 1);
    }
}

#[tokio::test]
async fn a_refused_request_leaves_nothing() {
    for place in places().await {
        let db = place.open().await;
        let id = Uuid::now_v7();

        let refuse = |tx: Tx| async move {
            add(&tx, "a").await?;
            Err::<i64, _>(Error::Refused)
        };
        assert!(matches!(db.once(call(id, 1), refuse).await, Err(Error::Refused)));

        assert_eq!(value(&db).await, 0);
        assert_eq!(number(&db, "SELECT count(*) FROM audit").await, 0);
        assert_eq!(once(&db, call(id, 1)).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_panic_is_an_error_and_leaves_nothing() {
    for place in places().await {
        let db = place.open().await;
        let id = Uuid::now_v7();

        let broken = |tx: Tx| async move {
            let value = add(&tx, "a").await?;
            assert_ne!(value, 1, "on purpose");
            Ok::<i64, Error>(value)
        };
        assert!(matches!(db.once(call(id, 1), broken).await, Err(Error::Database(_))));

        assert_eq!(once(&db, call(id, 1)).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_transaction_that_outlives_its_work_is_not_committed() {
    for place in places().await {
        let db = place.open().await;
        let kept: Arc<Mutex<Option<Tx>>> = Arc::default();

        let hold = Arc::clone(&kept);
        let outlive = move |tx: Tx| {
            *hold.lock().unwrap() = Some(tx.clone());
            async move { add(&tx, "a").await }
        };
        assert!(db.act(caller("korlantas"), "outlive", outlive).await.is_err());

        let tx = kept.lock().unwrap().take().unwrap();
        assert!(add(&tx, "a").await.is_err());
        assert_eq!(value(&db).await, 0);
        assert_eq!(once(&db, call(Uuid::now_v7(), 1)).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_failure_that_was_passed_over_is_not_committed() {
    for place in places().await {
        let db = place.open().await;

        let careless = |tx: Tx| async move {
            add(&tx, "a").await?;
            let twice = "INSERT INTO counter VALUES ('a', 7)";
            sql::execute(&tx, twice, []).await.ok();
            Ok::<_, Error>(())
        };
        assert!(db.act(caller("korlantas"), "careless", careless).await.is_err());

        assert_eq!(value(&db).await, 0);
    }
}

#[tokio::test]
async fn a_read_changes_nothing() {
    for place in places().await {
        let db = place.open().await;

        let write = |tx: Tx| async move { add(&tx, "a").await };
        assert!(db.read(caller("korlantas"), write).await.is_err());

        assert_eq!(value(&db).await, 0);
    }
}

#[tokio::test]
async fn an_answer_is_kept_sealed() {
    for place in places().await {
        let db = place.open().await;
        let answer = |_| async { Ok::<_, Error>("Siti Rahayu".to_owned()) };
        db.once(call(Uuid::now_v7(), 1), answer).await.unwrap();

        let kept: Vec<u8> = db
            .read(caller("korlantas"), |tx| async move {
                let rows = sql::query(&tx, "SELECT answer FROM request", []).await?;
                rows[0].try_get::<Vec<u8>>("", "answer")
            })
            .await
            .unwrap();

        assert!(!kept.windows(4).any(|part| part == b"Siti"));
        assert!(db.vault().open(&kept).unwrap().ends_with(b"Siti Rahayu"));
    }
}

#[tokio::test]
async fn the_shift_of_the_clock_moves_the_time_of_the_database() {
    for place in places().await {
        let db = place.open().await;
        let now = |tx: Tx| async move { Ok::<_, DbErr>(tx.now()) };
        let before = db.read(caller("korlantas"), now).await.unwrap();

        db.clock().advance(std::time::Duration::from_hours(1));

        let read = db.read(caller("korlantas"), now).await.unwrap();
        let acted = db.act(caller("korlantas"), "look", now).await.unwrap();
        for after in [read, acted] {
            assert!(after - before >= chrono::TimeDelta::hours(1));
            assert_eq!(after.timestamp_subsec_nanos() % 1_000, 0);
        }
    }
}
