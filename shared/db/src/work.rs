//! The unit of work: one transaction in a task of its own, tried again when another is in the way.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, atomic::AtomicBool, atomic::Ordering},
    time::Duration,
};

use rangkai_primitives::Caller;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait as _, DatabaseBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use tokio::sync::{OwnedSemaphorePermit, RwLock};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    Db, Tx, clock,
    fault::Fault,
    tx::{Inner, Open},
};

/// How often a unit of work is tried again when another transaction was in the way.
pub(crate) const RETRIES: u32 = 5;
/// How long a writer waits for its turn on `SQLite` before it is told that the block is overloaded.
const TURN: Duration = Duration::from_secs(10);

/// What is to be done in the transaction.
pub(crate) type Work<T, E> = Box<dyn Fn(Tx) -> Doing<T, E> + Send + Sync>;
/// It being done.
pub(crate) type Doing<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// The circumstances of a unit of work.
pub(crate) struct Unit {
    pub(crate) caller: Caller,
    pub(crate) traceparent: Option<String>,
    pub(crate) kind: Kind,
}

/// How a unit of work begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It only reads.
    Read,
    /// It writes.
    Write,
    /// It writes, and its first statement brings the time along.
    Timed,
}

enum Attempt<T, E> {
    Done(Result<T, E>),
    Again(Fault, E),
}

impl Db {
    /// Runs `work` in a transaction of a task of its own, which ends in order even if whoever waits
    /// for it goes away.
    pub(crate) async fn run<T, E>(&self, unit: Unit, work: Work<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbErr> + Send + 'static,
    {
        let db = self.clone();
        let task = async move { db.attempts(&unit, &work).await };
        match tokio::spawn(task.in_current_span()).await {
            Ok(result) => result,
            Err(error) => {
                tracing::error!(panicked = error.is_panic(), "a unit of work broke off");
                Err(DbErr::Custom("a unit of work broke off".into()).into())
            }
        }
    }

    async fn attempts<T, E: From<DbErr>>(&self, unit: &Unit, work: &Work<T, E>) -> Result<T, E> {
        let (mut conflicts, mut losses) = (0, 0);
        loop {
            match self.attempt(unit, work).await {
                Attempt::Done(result) => return result,
                Attempt::Again(Fault::Conflict, _) if conflicts < RETRIES => {
                    conflicts += 1;
                    tokio::time::sleep(pause(conflicts)).await;
                }
                // After a restart of the database each pooled connection fails once.
                Attempt::Again(Fault::Lost, _) if losses <= self.shared.max_connections => {
                    losses += 1;
                }
                Attempt::Again(_, error) => return Err(error),
            }
        }
    }

    async fn attempt<T, E: From<DbErr>>(&self, unit: &Unit, work: &Work<T, E>) -> Attempt<T, E> {
        let tx = match self.begin(unit).await {
            Ok(tx) => tx,
            Err(error) => return failed(Fault::of(&error), error.into()),
        };
        let result = work(tx.clone()).await;
        let read = unit.kind == Kind::Read;
        let outlived = Arc::strong_count(&tx.inner) > 1;
        let open = tx.inner.open.write().await.take();
        let Some(Open { transaction, _writer }) = open else {
            return Attempt::Done(Err(DbErr::Custom("the transaction is over".into()).into()));
        };
        let (fault, said) = tx.fault().unzip();
        let refusal = match (fault, &result) {
            (Some(Fault::Plain), Ok(_)) => Some("a statement failed and the work went on"),
            (None, Ok(_)) if outlived => Some("a transaction outlived its work"),
            (None, Ok(_)) if read && tx.inner.wrote.load(Ordering::Relaxed) => Some("a read wrote"),
            (Some(_) | None, _) => None,
        };
        let commit = !read && fault.is_none() && result.is_ok() && refusal.is_none();
        let ended = if commit { transaction.commit().await } else { transaction.rollback().await };
        match (fault.zip(said), result) {
            // Whatever the work made of it: this is what the database said.
            (Some((fault @ (Fault::Busy | Fault::Conflict | Fault::Lost), said)), _) => {
                failed(fault, said.into())
            }
            (_, Err(error)) => Attempt::Done(Err(error)),
            (_, Ok(value)) => match (refusal, ended) {
                (Some(why), _) => Attempt::Done(Err(DbErr::Custom(why.into()).into())),
                (None, Ok(())) => {
                    if tx.inner.told.load(Ordering::Relaxed) {
                        self.shared.facts.send_replace(());
                    }
                    Attempt::Done(Ok(value))
                }
                // A connection lost during COMMIT says neither yes nor no: only the caller, with
                // its request id, may try again.
                (None, Err(error)) if Fault::of(&error) == Fault::Conflict => {
                    failed(Fault::Conflict, error.into())
                }
                (None, Err(error)) => Attempt::Done(Err(error.into())),
            },
        }
    }

    async fn begin(&self, unit: &Unit) -> Result<Tx, DbErr> {
        let shared = &self.shared;
        let writer = if unit.kind == Kind::Read { None } else { self.turn().await? };
        let options = TransactionOptions {
            sqlite_transaction_mode: writer.as_ref().map(|_| SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = shared.pool.begin_with_options(options).await?;
        let backend = transaction.get_database_backend();
        let now = OnceLock::new();
        if backend == DatabaseBackend::Postgres && unit.kind != Kind::Timed {
            let estimate = shared.database_clock.estimate().filter(|_| unit.kind == Kind::Read);
            let moment = match estimate {
                Some(moment) => moment,
                None => {
                    clock::ask(&transaction).await.inspect(|m| shared.database_clock.set(*m))?
                }
            };
            now.get_or_init(|| shared.clock.shifted(moment));
        } else if backend != DatabaseBackend::Postgres {
            now.get_or_init(|| shared.clock.now());
        }
        let inner = Inner {
            db: self.clone(),
            now,
            backend,
            open: RwLock::new(Some(Open { transaction, _writer: writer })),
            fault: Mutex::default(),
            wrote: AtomicBool::new(false),
            told: AtomicBool::new(false),
        };
        Ok(Tx::new(inner, unit.caller.clone(), unit.traceparent.clone()))
    }

    async fn turn(&self) -> Result<Option<OwnedSemaphorePermit>, DbErr> {
        let Some(writer) = self.shared.writer.clone() else { return Ok(None) };
        match tokio::time::timeout(TURN, writer.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Some(permit)),
            Ok(Err(_)) | Err(_) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        }
    }
}

fn failed<T, E>(fault: Fault, error: E) -> Attempt<T, E> {
    match fault {
        Fault::Plain | Fault::Busy => Attempt::Done(Err(error)),
        Fault::Conflict | Fault::Lost => Attempt::Again(fault, error),
    }
}

/// Grows with each attempt, and is never the same for two that collided.
pub(crate) fn pause(attempt: u32) -> Duration {
    let longest = 10_u64 << attempt.min(RETRIES);
    let random = Uuid::now_v7().as_u64_pair().1;
    Duration::from_millis(1 + random % longest)
}
