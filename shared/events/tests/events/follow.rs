//! Each fact takes effect once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use rangkai_db::{Db, DbErr, Tx, sql};
use rangkai_events::{Hear, Source, follow};
use rangkai_proto::{events::v1::Event, r#type::v1::Date};
use rangkai_rpc::Client;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use uuid::Uuid;

use crate::support::{anybody, day, number, places, serve, tell, until};

const HEARD: &str = "SELECT count(*) FROM heard";

/// Writes down what it hears, but for the fact that it cannot stand.
#[derive(Clone, Default)]
struct Listener {
    stands_all: Arc<AtomicBool>,
    tries: Arc<AtomicU32>,
}

impl Hear for Listener {
    type Error = DbErr;

    async fn hear(&self, tx: &Tx, event: &Event) -> Result<(), DbErr> {
        let insert = "INSERT INTO heard (position, agency) VALUES ($1, $2)";
        let values = [event.position.into(), tx.agency().as_str().into()];
        sql::execute(tx, insert, values).await?;
        let fact = rangkai_events::read::<Date>(event).ok().flatten().unwrap_or_default();
        if fact.day == 3 && !self.stands_all.load(Ordering::SeqCst) {
            self.tries.fetch_add(1, Ordering::SeqCst);
            return Err(DbErr::Custom("not this one".into()));
        }
        Ok(())
    }
}

fn start(listener: &Listener, db: &Db, log: &Channel) -> JoinHandle<()> {
    let (listener, db) = (listener.clone(), db.clone());
    let source = Source::new("listener", "teller", Client::new(log.clone()));
    tokio::spawn(async move { follow(&listener, &db, source, std::future::pending()).await })
}

#[tokio::test]
async fn a_fact_takes_effect_for_its_agency_and_in_its_trace() {
    for (teller, own) in places().await.iter().zip(places().await) {
        let (teller, own) = (teller.open().await, own.open().await);
        tell(&teller, "korlantas", Uuid::nil(), day(1)).await;
        let log = serve(&teller, anybody()).await;

        let following = start(&Listener::default(), &own, &log);
        tell(&teller, "dukcapil", Uuid::nil(), day(2)).await;
        until(&own, HEARD, 2).await;
        following.abort();

        assert_eq!(number(&own, "SELECT count(DISTINCT agency) FROM heard").await, 2);
        assert_eq!(number(&own, "SELECT position FROM followed WHERE log = 'teller'").await, 2);
        let entries = "SELECT count(*) FROM audit WHERE caller = 'block:listener'";
        assert_eq!(number(&own, entries).await, 2);
    }
}

#[tokio::test]
async fn a_fact_that_cannot_be_dealt_with_is_never_passed_over() {
    for (teller, own) in places().await.iter().zip(places().await) {
        let (teller, own) = (teller.open().await, own.open().await);
        for number in 1..=5 {
            tell(&teller, "korlantas", Uuid::nil(), day(number)).await;
        }
        let log = serve(&teller, anybody()).await;
        let listener = Listener::default();

        let following = start(&listener, &own, &log);
        while listener.tries.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(number(&own, HEARD).await, 2);
        assert_eq!(number(&own, "SELECT position FROM followed").await, 2);

        listener.stands_all.store(true, Ordering::SeqCst);
        until(&own, HEARD, 5).await;
        following.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_often_followers_break_off_each_fact_takes_effect_once() {
    for (teller, own) in places().await.iter().zip(places().await) {
        let (teller, replicas) = (teller.open().await, [own.open().await, own.open().await]);
        let log = serve(&teller, anybody()).await;
        let listener = Listener::default();
        listener.stands_all.store(true, Ordering::SeqCst);

        for round in 0..8 {
            let followers = replicas.each_ref().map(|db| start(&listener, db, &log));
            for number in 1..=5 {
                tell(&teller, "korlantas", Uuid::nil(), day(number)).await;
            }
            if round % 2 == 0 {
                tokio::task::yield_now().await;
            } else {
                until(&replicas[0], "SELECT count(*) % 10 FROM heard", 0).await;
            }
            followers.iter().for_each(JoinHandle::abort);
        }
        let last = start(&listener, &replicas[1], &log);
        until(&replicas[0], HEARD, 40).await;
        last.abort();

        assert_eq!(number(&replicas[0], "SELECT max(position) FROM heard").await, 40);
    }
}
