//! Callers grouped by a writer.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rangkai_db::{Asked, Db, DbErr, Group, GroupConfig, Reply, Tx, is_passing};
use tokio::{sync::Semaphore, task::JoinHandle};
use uuid::Uuid;

use crate::{
    support::{Error, call, number, places, value},
    together::{POISON, add_all},
};

const CONFIG: GroupConfig = GroupConfig { writers: 2, batch: 64, queue: 256 };

type Steps = Group<i64, Error>;

/// A group whose transactions go on one by one, each when `gate` gives it a permit.
struct Held {
    group: Steps,
    gate: Arc<Semaphore>,
    begun: Arc<AtomicUsize>,
}

impl Held {
    fn start(db: &Db, config: &GroupConfig) -> Self {
        Self::weighing(db, config, |_| 1)
    }

    fn weighing(db: &Db, config: &GroupConfig, weight: fn(&i64) -> usize) -> Self {
        let (gate, begun) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let held = (Arc::clone(&gate), Arc::clone(&begun));
        let work = move |tx: Tx, asked: Vec<Asked<i64>>| {
            let (gate, begun) = (Arc::clone(&held.0), Arc::clone(&held.1));
            async move {
                begun.fetch_add(1, Ordering::SeqCst);
                gate.acquire().await.unwrap().forget();
                add_all(tx, asked).await
            }
        };
        Self { group: Group::start(db, config, weight, work), gate, begun }
    }

    /// Asks in a task of its own, and lets it come as far as the writer's queue.
    async fn ask(&self, step: i64) -> JoinHandle<Result<i64, Error>> {
        let (group, seen) = (self.group.clone(), Arc::new(AtomicUsize::new(0)));
        let asking = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            asking.store(1, Ordering::SeqCst);
            group.once(call(Uuid::now_v7(), 1), step).await
        });
        until(|| seen.load(Ordering::SeqCst) == 1).await;
        task
    }

    /// Has a first call hold the writer, so that those after it gather.
    async fn hold(&self) -> JoinHandle<Result<i64, Error>> {
        let first = self.ask(1).await;
        until(|| self.begun.load(Ordering::SeqCst) == 1).await;
        first
    }
}

async fn until(happened: impl Fn() -> bool) {
    while !happened() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn those_who_came_meanwhile_are_committed_together() {
    for place in places().await {
        let db = place.open().await;
        let held = Held::start(&db, &CONFIG);
        let first = held.hold().await;
        let mut rest = Vec::new();
        for _ in 0..20 {
            rest.push(held.ask(1).await);
        }

        held.gate.add_permits(2);

        assert_eq!(first.await.unwrap().unwrap(), 1);
        for (task, expected) in rest.into_iter().zip(2..) {
            assert_eq!(task.await.unwrap().unwrap(), expected);
        }
        assert_eq!(held.begun.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test]
async fn no_more_is_committed_together_than_a_batch_weighs() {
    for place in places().await {
        let db = place.open().await;
        let held = Held::weighing(&db, &CONFIG, |step| usize::try_from(*step).unwrap());
        let first = held.hold().await;
        let mut rest = Vec::new();
        // Of 64: the first alone, two together, then one that is more than all by itself.
        for step in [40, 40, 24, 100, 1] {
            rest.push(held.ask(step).await);
        }

        held.gate.add_permits(5);

        assert_eq!(first.await.unwrap().unwrap(), 1);
        for (task, expected) in rest.into_iter().zip([41, 81, 105, 205, 206]) {
            assert_eq!(task.await.unwrap().unwrap(), expected);
        }
        assert_eq!(held.begun.load(Ordering::SeqCst), 5);
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_disturbs_nobody() {
    for place in places().await {
        let db = place.open().await;
        let held = Held::start(&db, &CONFIG);
        let first = held.hold().await;
        let (gone, stays) = (held.ask(1).await, held.ask(1).await);

        first.abort();
        gone.abort();
        held.gate.add_permits(2);

        assert_eq!(stays.await.unwrap().unwrap(), 3);
        assert_eq!(value(&db).await, 3);
    }
}

#[tokio::test]
async fn a_call_that_breaks_the_work_fails_alone() {
    for place in places().await {
        let db = place.open().await;
        let held = Held::start(&db, &CONFIG);
        let first = held.hold().await;
        let (before, poison, after) =
            (held.ask(1).await, held.ask(POISON).await, held.ask(1).await);

        held.gate.add_permits(8);

        assert_eq!(first.await.unwrap().unwrap(), 1);
        assert_eq!(before.await.unwrap().unwrap(), 2);
        assert!(matches!(poison.await.unwrap(), Err(Error::Database(_))));
        assert_eq!(after.await.unwrap().unwrap(), 3);
        assert_eq!(number(&db, "SELECT count(*) FROM request").await, 3);
    }
}

#[tokio::test]
async fn who_finds_the_queue_full_is_told_to_come_again() {
    for place in places().await {
        let db = place.open().await;
        let held = Held::start(&db, &GroupConfig { writers: 1, batch: 1, queue: 1 });
        let first = held.hold().await;
        let waits = held.ask(1).await;

        let refused = held.group.once::<i64>(call(Uuid::now_v7(), 1), 1).await;

        assert!(
            matches!(&refused, Err(Error::Database(error)) if is_passing(error)),
            "{refused:?}"
        );
        held.gate.add_permits(2);
        assert_eq!(first.await.unwrap().unwrap(), 1);
        assert_eq!(waits.await.unwrap().unwrap(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_of_two_replicas_lose_nothing() {
    for place in places().await {
        let dbs = [place.open().await, place.open().await];
        let groups: [Steps; 2] =
            [0, 1].map(|it: usize| Group::start(&dbs[it], &CONFIG, |_| 1, add_all));

        let tasks: Vec<_> = (0..200)
            .map(|index| {
                let group = groups[index % 2].clone();
                let call = call(Uuid::now_v7(), 1);
                tokio::spawn(async move {
                    let first = group.once::<i64>(call.clone(), 1).await.unwrap();
                    (first, group.once::<i64>(call, 1).await.unwrap())
                })
            })
            .collect();
        for task in tasks {
            let (first, again) = task.await.unwrap();
            assert_eq!(first, again);
        }

        assert_eq!(value(&dbs[0]).await, 200);
        assert_eq!(number(&dbs[0], "SELECT count(*) FROM audit").await, 200);
    }
}

#[tokio::test]
async fn a_group_that_fails_tells_everybody() {
    for place in places().await {
        let db = place.open().await;
        let broken = |_: Tx, _: Vec<Asked<i64>>| async {
            Err::<Vec<Result<Reply, Error>>, _>(DbErr::Custom("on purpose".into()))
        };
        let group: Steps = Group::start(&db, &CONFIG, |_| 1, broken);

        let ask = || group.once::<i64>(call(Uuid::now_v7(), 1), 1);
        let (one, two) = tokio::join!(ask(), ask());

        assert!(one.is_err() && two.is_err());
        assert_eq!(number(&db, "SELECT count(*) FROM request").await, 0);
    }
}
