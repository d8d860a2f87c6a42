//! Many callers, few commits.
//!
//! A transaction of one's own costs its commit, whatever it holds. So where many ask for the same
//! kind of change at once, a writer takes all that arrived while its last commit was under way and
//! commits them together. There is no timer: a caller who is alone goes through at once.

use std::{
    fmt,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use prost::Message;
use sea_orm::{ConnAcquireErr, DbErr};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use crate::{Asked, Call, Db, Reply, RequestIdReused, Tx, is_passing, together::Calls};

/// How callers are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupConfig {
    /// How many writers there are on PostgreSQL. Each agency has one of them, so that an agency's
    /// groups do not wait for each other's locks. `SQLite` has one writer for all.
    pub writers: usize,
    /// The most that the calls in one transaction weigh together. One that weighs more goes alone.
    pub batch: usize,
    /// How many calls may wait for each writer; whoever comes then is told to come again.
    pub queue: usize,
}

/// A way to the database for changes that can be made together, with the promise of [`Db::once`] for each call.
pub struct Group<I, E> {
    writers: Arc<[mpsc::Sender<Waiting<I, E>>]>,
}

struct Waiting<I, E> {
    call: Call,
    item: I,
    answer: oneshot::Sender<Result<Reply, E>>,
}

impl<I, E> Group<I, E>
where
    I: Clone + Send + Sync + 'static,
    E: From<DbErr> + From<RequestIdReused> + Send + 'static,
{
    /// Starts the writers; they end with the last clone of the group. `work` is as for
    /// [`Db::once_many`]; `weight` tells how much of a transaction an item is, at least 1.
    ///
    /// Where a group fails as a whole and the database is not to blame, its calls are tried again
    /// one by one: the call that breaks `work` fails alone.
    #[must_use]
    pub fn start<F, Fut>(db: &Db, config: &GroupConfig, weight: fn(&I) -> usize, work: F) -> Self
    where
        F: Fn(Tx, Vec<Asked<I>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<Result<Reply, E>>, DbErr>> + Send + 'static,
    {
        let work = Arc::new(work);
        let writers = if db.shared.writer.is_some() { 1 } else { config.writers.max(1) };
        let start = |_| {
            let (sender, waiting) = mpsc::channel(config.queue.max(1));
            let writer = Writer { db: db.clone(), work: Arc::clone(&work) };
            tokio::spawn(writer.run(Queue { waiting, weight, next: None }, config.batch));
            sender
        };
        Self { writers: (0..writers).map(start).collect() }
    }

    /// Asks for a change; it takes place even if whoever waits for the answer goes away.
    ///
    /// # Errors
    ///
    /// As [`Db::once`]; and at once, with an error that passes, where too many wait already.
    pub async fn once<A: Message + Default>(&self, call: Call, item: I) -> Result<A, E> {
        let (answer, answered) = oneshot::channel();
        let writer = self.writer(&call);
        let place = writer.try_reserve().map_err(|_| away(ConnAcquireErr::Timeout))?;
        place.send(Waiting { call, item, answer });
        let reply = answered.await.map_err(|_| away(ConnAcquireErr::ConnectionClosed))??;
        Ok(reply.read()?)
    }

    fn writer(&self, call: &Call) -> &mpsc::Sender<Waiting<I, E>> {
        let mut hasher = DefaultHasher::new();
        call.caller.agency.as_str().hash(&mut hasher);
        let count = u64::try_from(self.writers.len()).unwrap_or(u64::MAX);
        let place = usize::try_from(hasher.finish() % count).unwrap_or_default();
        &self.writers[place]
    }
}

impl<I, E> Clone for Group<I, E> {
    fn clone(&self) -> Self {
        Self { writers: Arc::clone(&self.writers) }
    }
}

impl<I, E> fmt::Debug for Group<I, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("writers", &self.writers.len()).finish()
    }
}

/// What waits for a writer.
struct Queue<I, E> {
    waiting: mpsc::Receiver<Waiting<I, E>>,
    weight: fn(&I) -> usize,
    /// What did not fit into the last transaction.
    next: Option<Waiting<I, E>>,
}

impl<I, E> Queue<I, E> {
    /// Waits for the first and takes those that are there already, as many as weigh `batch` together.
    /// Nothing means that nobody can come any more.
    async fn take(&mut self, batch: usize) -> Vec<Waiting<I, E>> {
        let mut taken = Vec::new();
        let first = match self.next.take() {
            Some(next) => Some(next),
            None => self.waiting.recv().await,
        };
        let Some(first) = first else { return taken };
        let mut left = batch.saturating_sub(self.weigh(&first));
        taken.push(first);
        while left > 0
            && let Ok(next) = self.waiting.try_recv()
        {
            let weight = self.weigh(&next);
            if weight > left {
                self.next = Some(next);
                break;
            }
            left -= weight;
            taken.push(next);
        }
        taken
    }

    fn weigh(&self, waiting: &Waiting<I, E>) -> usize {
        (self.weight)(&waiting.item).max(1)
    }
}

struct Writer<F> {
    db: Db,
    work: Arc<F>,
}

impl<F> Writer<F> {
    async fn run<I, E, Fut>(self, mut queue: Queue<I, E>, batch: usize)
    where
        I: Clone + Send + Sync + 'static,
        E: From<DbErr> + From<RequestIdReused> + Send + 'static,
        F: Fn(Tx, Vec<Asked<I>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<Result<Reply, E>>, DbErr>> + Send + 'static,
    {
        loop {
            let taken = queue.take(batch).await;
            if taken.is_empty() {
                return;
            }
            let split = |it: Waiting<I, E>| ((it.call, it.item), it.answer);
            let (calls, askers): (Vec<_>, Vec<_>) = taken.into_iter().map(split).unzip();
            for (asker, answer) in askers.into_iter().zip(self.answers(&Arc::new(calls)).await) {
                // Whoever went away hears it when asking again.
                let _ = asker.send(answer);
            }
        }
    }

    async fn answers<I, E, Fut>(&self, calls: &Calls<I>) -> Vec<Result<Reply, E>>
    where
        I: Clone + Send + Sync + 'static,
        E: From<DbErr> + From<RequestIdReused> + Send + 'static,
        F: Fn(Tx, Vec<Asked<I>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<Result<Reply, E>>, DbErr>> + Send + 'static,
    {
        let all: Vec<_> = (0..calls.len()).collect();
        let error = match self.db.once_of(calls, all.clone(), &self.work).await {
            Ok(answers) => return answers,
            Err(error) => error,
        };
        if calls.len() == 1 || is_passing(&error) {
            return all.iter().map(|_| Err(error.clone().into())).collect();
        }
        tracing::warn!(%error, calls = calls.len(), "a group failed; its calls are tried one by one");
        let mut answers = Vec::with_capacity(calls.len());
        for place in all {
            let one = self.db.once_of(calls, vec![place], &self.work).await;
            answers.extend(one.unwrap_or_else(|error| vec![Err(error.into())]));
        }
        answers
    }
}

fn away(why: ConnAcquireErr) -> DbErr {
    DbErr::ConnectionAcquire(why)
}
