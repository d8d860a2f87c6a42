//! One open transaction, and what its work may know.

use std::{
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rangkai_primitives::{Agency, Caller, Timestamp};
use rangkai_vault::Vault;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, ExecResult, QueryResult,
    Statement,
};
use tokio::sync::{OwnedSemaphorePermit, RwLock};
use uuid::Uuid;

use crate::{Db, fault::Fault};

/// One open transaction and the circumstances of its work.
///
/// It can be cloned within the work; no clone may outlive it.
#[derive(Clone)]
pub struct Tx {
    pub(crate) inner: Arc<Inner>,
    asker: Arc<Asker>,
    /// The owner of what is touched, where that is not the caller's agency.
    within: Option<Agency>,
}

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) now: OnceLock<Timestamp>,
    pub(crate) backend: DatabaseBackend,
    /// Gone once the transaction has ended.
    pub(crate) open: RwLock<Option<Open>>,
    pub(crate) fault: Mutex<Option<(Fault, DbErr)>>,
    pub(crate) wrote: AtomicBool,
    pub(crate) told: AtomicBool,
}

/// For whom something is done in the transaction, and what it touched.
pub(crate) struct Asker {
    caller: Caller,
    traceparent: Option<String>,
    subjects: Mutex<Vec<(&'static str, Uuid)>>,
}

/// Dropped in this order: the next writer is let in after the rollback was asked for.
pub(crate) struct Open {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) _writer: Option<OwnedSemaphorePermit>,
}

impl Tx {
    pub(crate) fn new(inner: Inner, caller: Caller, traceparent: Option<String>) -> Self {
        let asker = Asker { caller, traceparent, subjects: Mutex::default() };
        Self { inner: Arc::new(inner), asker: Arc::new(asker), within: None }
    }

    /// The same transaction, for somebody else who asked: caller, trace and subjects are theirs.
    pub(crate) fn asked_by(&self, caller: Caller, traceparent: Option<String>) -> Self {
        let asker = Asker { caller, traceparent, subjects: Mutex::default() };
        Self { inner: Arc::clone(&self.inner), asker: Arc::new(asker), within: None }
    }

    pub(crate) fn asker(&self) -> Arc<Asker> {
        Arc::clone(&self.asker)
    }

    /// The moment of this unit of work, by the database's clock; it stands still within it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        *self.inner.now.get_or_init(|| self.inner.db.clock().now())
    }

    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.asker.caller
    }

    /// The agency whose objects this unit of work may touch.
    #[must_use]
    pub fn agency(&self) -> &Agency {
        self.within.as_ref().unwrap_or(&self.asker.caller.agency)
    }

    /// The same transaction, touching the objects of `agency`.
    ///
    /// Only for operations whose scope reaches across agencies, such as a bank that pays the bills
    /// of all of them: rows and facts then belong to their owner, the audit entry to the caller.
    #[must_use]
    pub fn within(&self, agency: Agency) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            asker: Arc::clone(&self.asker),
            within: Some(agency),
        }
    }

    /// The vault for what must not be readable at rest.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        self.inner.db.vault()
    }

    /// The W3C traceparent of whatever caused this work.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.asker.traceparent.as_deref()
    }

    /// Whether the database is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.inner.backend == DatabaseBackend::Postgres
    }

    /// Names a subject for the audit entry: something that this work changed, or read where a read
    /// must leave a record.
    pub fn changed(&self, kind: &'static str, id: Uuid) {
        let mut subjects = self.asker.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        if !subjects.contains(&(kind, id)) {
            subjects.push((kind, id));
        }
    }

    /// Says that this work recorded a fact: readers of the log are woken once it is committed.
    pub fn told(&self) {
        self.inner.told.store(true, Ordering::Relaxed);
    }

    /// The worst that a statement ran into so far, and what the database said then.
    pub(crate) fn fault(&self) -> Option<(Fault, DbErr)> {
        self.inner.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note(&self, error: &DbErr) {
        let fault = Fault::of(error);
        let mut worst = self.inner.fault.lock().unwrap_or_else(PoisonError::into_inner);
        if worst.as_ref().is_none_or(|(worst, _)| fault > *worst) {
            *worst = Some((fault, error.clone()));
        }
    }

    /// Says that another copy of this work was quicker: it must begin again and will find its answer.
    pub(crate) fn collide(&self) {
        let why = DbErr::Custom("another copy of a request was quicker".into());
        *self.inner.fault.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Fault::Conflict, why));
    }

    /// Runs a statement that keeps the house: it is not a change that the audit log speaks of.
    pub(crate) async fn quietly(&self, statement: Statement) -> Result<u64, DbErr> {
        let open = self.inner.open.read().await;
        let result = match open.as_ref() {
            Some(open) => open.transaction.execute_raw(statement).await,
            None => Err(over()),
        };
        let result = result.inspect_err(|error| self.note(error))?;
        Ok(result.rows_affected())
    }

    fn rows(&self, reads: bool, rows: usize) {
        if !reads && rows > 0 {
            self.inner.wrote.store(true, Ordering::Relaxed);
        }
    }
}

impl Asker {
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// `kind:id`, parted by spaces.
    pub(crate) fn subjects(&self) -> String {
        let subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        let named: Vec<_> = subjects.iter().map(|(kind, id)| format!("{kind}:{id}")).collect();
        named.join(" ")
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tx")
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.inner.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let open = self.inner.open.read().await;
        let result = match open.as_ref() {
            Some(open) => open.transaction.execute_raw(statement).await,
            None => Err(over()),
        };
        let result = result.inspect_err(|error| self.note(error))?;
        self.rows(false, usize::from(result.rows_affected() > 0));
        Ok(result)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let open = self.inner.open.read().await;
        let result = match open.as_ref() {
            Some(open) => open.transaction.execute_unprepared(sql).await,
            None => Err(over()),
        };
        let result = result.inspect_err(|error| self.note(error))?;
        self.rows(false, 1);
        Ok(result)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let reads = reads(&statement);
        let open = self.inner.open.read().await;
        let result = match open.as_ref() {
            Some(open) => open.transaction.query_one_raw(statement).await,
            None => Err(over()),
        };
        let row = result.inspect_err(|error| self.note(error))?;
        self.rows(reads, usize::from(row.is_some()));
        Ok(row)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let reads = reads(&statement);
        let open = self.inner.open.read().await;
        let result = match open.as_ref() {
            Some(open) => open.transaction.query_all_raw(statement).await,
            None => Err(over()),
        };
        let rows = result.inspect_err(|error| self.note(error))?;
        self.rows(reads, rows.len());
        Ok(rows)
    }
}

/// Whether a query only looks. What follows `WITH` may do either.
fn reads(statement: &Statement) -> bool {
    // Holding rows changes none.
    let sql = statement.sql.trim_start().to_ascii_lowercase().replace("for update", "");
    let writes =
        |verb: &str| sql.starts_with(verb) || (sql.starts_with("with") && sql.contains(verb));
    !["insert into ", "update ", "delete from ", "merge into "].into_iter().any(writes)
}

fn over() -> DbErr {
    DbErr::Custom("the transaction is over".into())
}
