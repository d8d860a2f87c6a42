//! The three ways to work on a block's database: a change asked for, a change of its own, a read.

use std::sync::{Arc, atomic::Ordering};

use prost::Message;
use rangkai_primitives::{Agency, Caller, Timestamp};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use crate::{
    Db, Tx,
    audit::{self, Entry},
    sql,
    work::{Kind, Unit},
};

/// Who asks for what: the same caller, method and id are the same request.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who asks.
    pub caller: Caller,
    /// The full name of the method.
    pub method: &'static str,
    /// The caller's id of the request.
    pub request_id: Uuid,
    /// SHA-256 of the encoded request, which tells a retry from another request.
    pub digest: [u8; 32],
    /// The W3C traceparent of the request.
    pub traceparent: Option<String>,
}

/// The request id was used before, for other content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request id was used before, for another request")]
pub struct RequestIdReused;

impl Db {
    /// A change asked for from outside, with at most one effect for each request id, for ever.
    ///
    /// The id, the change with its facts, the audit entry and the answer commit together. A second
    /// copy waits for the first and gets its answer. `work` runs again when another transaction was
    /// in the way, so it has no effect but through its [`Tx`].
    ///
    /// # Errors
    ///
    /// [`RequestIdReused`]; whatever `work` returns, and then nothing is kept; or a failure of the
    /// database, after which the outcome is unknown and the same request may be sent again.
    pub async fn once<A, E, F, Fut>(&self, call: Call, work: F) -> Result<A, E>
    where
        A: Message + Default + Send + 'static,
        E: From<DbErr> + From<RequestIdReused> + Send + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<A, E>> + Send + 'static,
    {
        let unit = Unit {
            caller: call.caller.clone(),
            traceparent: call.traceparent.clone(),
            kind: Kind::Timed,
        };
        let both = Arc::new((call, work));
        let work = move |tx: Tx| {
            let both = Arc::clone(&both);
            Box::pin(async move {
                let (call, work) = &*both;
                if !take(&tx, call).await? {
                    return earlier_answer::<A, E>(&tx, call).await;
                }
                let answer = work(tx.clone()).await?;
                keep(&tx, call, &answer).await?;
                Ok(answer)
            }) as _
        };
        self.run(unit, Box::new(work)).await
    }

    /// A change by the block itself, or a read that must leave a record.
    ///
    /// There is an audit entry if something was changed or a subject named ([`Tx::changed`]).
    ///
    /// # Errors
    ///
    /// Whatever `work` returns, and then nothing is kept; or a failure of the database.
    pub async fn act<T, E, F, Fut>(
        &self,
        caller: Caller,
        operation: &'static str,
        work: F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbErr> + Send + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        self.act_for(caller, operation, None, work).await
    }

    /// The same as [`Db::act`], as a consequence of whatever `traceparent` names.
    ///
    /// # Errors
    ///
    /// As [`Db::act`].
    pub async fn act_for<T, E, F, Fut>(
        &self,
        caller: Caller,
        operation: &'static str,
        traceparent: Option<String>,
        work: F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbErr> + Send + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        let unit = Unit { caller, traceparent, kind: Kind::Write };
        let work = Arc::new(work);
        let work = move |tx: Tx| {
            let work = Arc::clone(&work);
            Box::pin(async move {
                let value = work(tx.clone()).await?;
                if tx.inner.wrote.load(Ordering::Relaxed) || !tx.asker().subjects().is_empty() {
                    let entry = Entry { operation, request_id: None, digest: None };
                    audit::write(&tx, entry).await?;
                }
                Ok(value)
            }) as _
        };
        self.run(unit, Box::new(work)).await
    }

    /// Reads; the transaction is let go at the end.
    ///
    /// # Errors
    ///
    /// Whatever `work` returns, a failure of the database, or that `work` tried to write.
    pub async fn read<T, E, F, Fut>(&self, caller: Caller, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbErr> + Send + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        let unit = Unit { caller, traceparent: None, kind: Kind::Read };
        self.run(unit, Box::new(move |tx| Box::pin(work(tx)))).await
    }

    /// Keeps the house: a change to the tables of this crate that the audit log does not speak of.
    pub(crate) async fn tend<T, F, Fut>(&self, work: F) -> Result<T, DbErr>
    where
        T: Send + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, DbErr>> + Send + 'static,
    {
        let caller = Caller::block("database", Agency::platform());
        let unit = Unit { caller, traceparent: None, kind: Kind::Write };
        self.run(unit, Box::new(move |tx| Box::pin(work(tx)))).await
    }
}

/// Takes the request's key, waiting for whoever is about to; answers whether it was free.
async fn take(tx: &Tx, call: &Call) -> Result<bool, DbErr> {
    let take = "INSERT INTO request (agency, caller, method, request_id, digest) \
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING ";
    // The one round trip also brings the time, as it is once nobody else holds the key.
    let take =
        format!("{take}{}", if tx.is_postgres() { "clock_timestamp() AS moment" } else { "1" });
    let values = key(call).into_iter().chain([kept_digest(tx, call).to_vec().into()]);
    let rows = sql::query(tx, &take, values).await?;
    if let Some(row) = rows.first().filter(|_| tx.is_postgres()) {
        set_clock(tx, row.try_get("", "moment")?);
    }
    Ok(!rows.is_empty())
}

/// Sets the time of the transaction to what the database's clock just said.
pub(crate) fn set_clock(tx: &Tx, moment: Timestamp) {
    let shared = &tx.inner.db.shared;
    shared.database_clock.set(moment);
    tx.inner.now.get_or_init(|| shared.clock.shifted(moment));
}

async fn earlier_answer<A, E>(tx: &Tx, call: &Call) -> Result<A, E>
where
    A: Message + Default,
    E: From<DbErr> + From<RequestIdReused>,
{
    let find = "SELECT digest, answer FROM request \
                WHERE agency = $1 AND caller = $2 AND method = $3 AND request_id = $4";
    let rows = sql::query(tx, find, key(call)).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("a kept answer".into()))?;
    let answer = open::<E>(tx, call, row)?;
    Ok(A::decode(answer.as_slice()).map_err(|error| DbErr::Type(error.to_string()))?)
}

/// Opens the first answer to `call`, which lies in `row`.
pub(crate) fn open<E>(tx: &Tx, call: &Call, row: &QueryResult) -> Result<Vec<u8>, E>
where
    E: From<DbErr> + From<RequestIdReused>,
{
    let digest: Vec<u8> = row.try_get("", "digest")?;
    // Rows of earlier releases hold the digest itself.
    if digest != kept_digest(tx, call) && digest != call.digest {
        return Err(RequestIdReused.into());
    }
    let sealed: Vec<u8> = row.try_get("", "answer")?;
    Ok(tx.vault().open(&sealed).map_err(|error| DbErr::Custom(error.to_string()))?)
}

async fn keep(tx: &Tx, call: &Call, answer: &impl Message) -> Result<(), DbErr> {
    let sealed = seal(tx, &answer.encode_to_vec())?;
    let keep = "UPDATE request SET answer = $5 \
                WHERE agency = $1 AND caller = $2 AND method = $3 AND request_id = $4";
    sql::execute(tx, keep, key(call).into_iter().chain([sealed.into()])).await?;
    audit::write(tx, entry(tx, call)).await
}

pub(crate) fn seal(tx: &Tx, answer: &[u8]) -> Result<Vec<u8>, DbErr> {
    tx.vault().seal(answer).map_err(|error| DbErr::Custom(error.to_string()))
}

/// The audit entry of a call that had its effect.
pub(crate) fn entry(tx: &Tx, call: &Call) -> Entry {
    let digest = Some(kept_digest(tx, call));
    Entry { operation: call.method, request_id: Some(call.request_id), digest }
}

/// What is kept of a digest: whoever reads the database and guesses a short secret of the request, such
/// as a PIN, cannot tell that the guess is right without the key.
pub(crate) fn kept_digest(tx: &Tx, call: &Call) -> [u8; 32] {
    tx.vault().keyed_hash("request", &call.digest)
}

pub(crate) fn key(call: &Call) -> [Value; 4] {
    [
        call.caller.agency.as_str().into(),
        call.caller.id.as_str().into(),
        call.method.into(),
        call.request_id.into(),
    ]
}
