//! Leases: at most one process at a time does a background job.

use std::time::Duration;

use sea_orm::{DbErr, Value};
use tokio::runtime::Handle;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{Db, Tx, sql};

/// The right to do a background job, until it runs out or is dropped.
///
/// A holder that was paused for too long may believe that it still holds it: [`Lease::guard`] at the
/// begin of each transaction makes sure that nothing of a late holder is ever kept.
#[derive(Debug)]
pub struct Lease {
    db: Db,
    name: String,
    ttl: Duration,
    token: i64,
    holder: Uuid,
    held: bool,
}

impl Db {
    /// Takes the lease `name` for `ttl`, if nobody holds it; the database's clock is the judge.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lease(&self, name: &str, ttl: Duration) -> Result<Option<Lease>, DbErr> {
        let (db, name) = (self.clone(), name.to_owned());
        // If whoever waits goes away, the lease is dropped, and so given back, all the same.
        let task = async move { take(db, name, ttl).await };
        tokio::spawn(task.in_current_span())
            .await
            .unwrap_or_else(|_| Err(DbErr::Custom("taking a lease broke off".into())))
    }
}

async fn take(db: Db, name: String, ttl: Duration) -> Result<Option<Lease>, DbErr> {
    let (holder, key) = (Uuid::now_v7(), name.clone());
    let take = "INSERT INTO lease (name, token, holder, until) VALUES ($1, 1, $2, $3) \
                ON CONFLICT (name) DO UPDATE \
                SET token = lease.token + 1, holder = excluded.holder, until = excluded.until \
                WHERE lease.until <= $4 RETURNING token";
    let work = move |tx: Tx| {
        let until = tx.now() + ttl;
        let values: [Value; 4] =
            [key.as_str().into(), holder.into(), until.into(), tx.now().into()];
        async move {
            let rows = sql::query(&tx, take, values).await?;
            rows.first().map(|row| row.try_get::<i64>("", "token")).transpose()
        }
    };
    let token = db.tend(work).await?;
    Ok(token.map(|token| Lease { db, name, ttl, token, holder, held: true }))
}

impl Lease {
    /// The fencing token: it grows with each new holder.
    #[must_use]
    pub fn token(&self) -> i64 {
        self.token
    }

    /// Holds the lease for its whole time again; answers whether it was still this holder's.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn renew(&mut self) -> Result<bool, DbErr> {
        let (ttl, key) = (self.ttl, self.key());
        let renew = "UPDATE lease SET until = $4 WHERE name = $1 AND token = $2 AND holder = $3";
        let rows = self
            .db
            .tend(move |tx| {
                let values = key.clone().into_iter().chain([(tx.now() + ttl).into()]);
                async move { sql::execute(&tx, renew, values).await }
            })
            .await?;
        self.held = rows == 1;
        Ok(self.held)
    }

    /// Fails unless the lease is still this holder's, and keeps it so until `tx` ends.
    ///
    /// # Errors
    ///
    /// When somebody else took it meanwhile, or the database fails.
    pub async fn guard(&self, tx: &Tx) -> Result<(), DbErr> {
        let lock = if tx.is_postgres() { " FOR SHARE" } else { "" };
        let find =
            format!("SELECT token FROM lease WHERE name = $1 AND token = $2 AND holder = $3{lock}");
        if sql::query(tx, &find, self.key()).await?.is_empty() {
            return Err(DbErr::Custom(format!("the lease {} was lost", self.name)));
        }
        Ok(())
    }

    /// Gives the lease back, so that the next holder need not wait.
    ///
    /// # Errors
    ///
    /// When the database fails; then it runs out by itself.
    pub async fn release(mut self) -> Result<(), DbErr> {
        self.held = false;
        release(&self.db, self.key()).await
    }

    fn key(&self) -> [Value; 3] {
        [self.name.as_str().into(), self.token.into(), self.holder.into()]
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let (true, Ok(runtime)) = (self.held, Handle::try_current()) {
            let (db, key) = (self.db.clone(), self.key());
            runtime.spawn(async move {
                if let Err(error) = release(&db, key).await {
                    tracing::debug!(%error, "a lease runs out by itself");
                }
            });
        }
    }
}

async fn release(db: &Db, key: [Value; 3]) -> Result<(), DbErr> {
    let release = "UPDATE lease SET until = $4 WHERE name = $1 AND token = $2 AND holder = $3";
    db.tend(move |tx| {
        let values = key.clone().into_iter().chain([tx.now().into()]);
        async move { sql::execute(&tx, release, values).await.map(|_| ()) }
    })
    .await
}
