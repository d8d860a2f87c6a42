//! The database's clock, which is the one that all replicas share.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rangkai_primitives::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};

/// How long reads go on from one look at the database's clock; quartz drifts by less than a
/// millisecond in that time.
const TRUST: Duration = Duration::from_secs(10);

/// What the database's clock last said, and when that was.
#[derive(Debug, Default)]
pub(crate) struct DatabaseClock(Mutex<Option<(Timestamp, Instant)>>);

impl DatabaseClock {
    /// Keeps what the database's clock just said.
    pub(crate) fn set(&self, moment: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((moment, Instant::now()));
    }

    /// The database's time without asking it, if it was asked a moment ago.
    pub(crate) fn estimate(&self) -> Option<Timestamp> {
        let (moment, at) = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let elapsed = at.elapsed();
        (elapsed < TRUST).then(|| moment + elapsed)
    }
}

/// The time on PostgreSQL's clock.
pub(crate) async fn ask(connection: &impl ConnectionTrait) -> Result<Timestamp, DbErr> {
    let sql = "SELECT clock_timestamp() AS moment";
    let row = connection
        .query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql))
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("the database's clock".into()))?;
    row.try_get("", "moment")
}
