//! One holder at a time.

use std::time::Duration;

use rangkai_db::{DbErr, Lease, Tx};
use std::sync::Arc;

use crate::support::{Error, add, caller, number, places, value};

const TTL: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_held_lease_is_nobody_elses() {
    for place in places().await {
        let (one, two) = (place.open().await, place.open().await);

        let mut held = one.lease("expiry", TTL).await.unwrap().unwrap();

        assert!(two.lease("expiry", TTL).await.unwrap().is_none());
        assert!(held.renew().await.unwrap());
        assert!(two.lease("reminders", TTL).await.unwrap().is_some());
        held.release().await.unwrap();
        assert_eq!(two.lease("expiry", TTL).await.unwrap().unwrap().token(), 2);
    }
}

#[tokio::test]
async fn of_many_that_ask_at_once_one_gets_it() {
    for place in places().await {
        let (one, two) = (place.open().await, place.open().await);

        let tasks: Vec<_> = (0..10)
            .map(|index| {
                let db = if index % 2 == 0 { one.clone() } else { two.clone() };
                tokio::spawn(async move { db.lease("expiry", TTL).await.unwrap() })
            })
            .collect();
        let mut held = Vec::new();
        for task in tasks {
            held.extend(task.await.unwrap());
        }

        assert_eq!(held.len(), 1);
    }
}

#[tokio::test]
async fn a_lost_lease_is_fenced() {
    for place in places().await {
        let (one, two) = (place.open().await, place.open().await);
        let late = Arc::new(one.lease("expiry", TTL).await.unwrap().unwrap());
        let work = |lease: &Arc<Lease>| {
            let lease = Arc::clone(lease);
            move |tx: Tx| {
                let lease = Arc::clone(&lease);
                async move {
                    lease.guard(&tx).await?;
                    add(&tx, "a").await
                }
            }
        };
        one.act(caller("korlantas"), "expire", work(&late)).await.unwrap();

        two.clock().advance(TTL);
        let next = Arc::new(two.lease("expiry", TTL).await.unwrap().unwrap());

        assert!(next.token() > late.token());
        let result = one.act(caller("korlantas"), "expire", work(&late)).await;
        assert!(matches!(result, Err(Error::Database(DbErr::Custom(_)))), "{result:?}");
        two.act(caller("korlantas"), "expire", work(&next)).await.unwrap();
        assert_eq!(value(&one).await, 2);
        assert!(!Arc::into_inner(late).unwrap().renew().await.unwrap());
        assert_eq!(number(&one, "SELECT token FROM lease").await, 2);
    }
}
