//! The chain over the audit log: a changed, missing or slipped-in entry breaks it.
//!
//! Entries are chained some time after they were written, so that writers never wait for each
//! other. The hashes are keyed: whoever can write to the database cannot make a chain that fits.

use std::time::Duration;

use data_encoding::HEXLOWER;
use rangkai_primitives::{Agency, Caller, Timestamp};
use sea_orm::{DbErr, QueryResult};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Db, Tx, sql};

/// How many entries are looked at in one transaction.
const BATCH: usize = 500;
/// How long new entries wait to be chained.
const SEAL_EVERY: Duration = Duration::from_secs(5);

/// The end of the chain; kept elsewhere, it proves that nothing was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// How many entries are chained.
    pub position: i64,
    /// The hash over all of them.
    pub hash: [u8; 32],
}

/// What a look at the whole audit log found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditReport {
    /// Every chained entry is as it was written.
    Whole {
        /// How many were looked at.
        entries: i64,
    },
    /// The chain does not hold.
    Broken {
        /// The first position that does not fit.
        position: i64,
    },
}

impl Db {
    /// Chains the entries that were written since; answers the new end of the chain.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn seal_audit(&self) -> Result<AuditHead, DbErr> {
        loop {
            let (head, sealed) = self.tend(|tx| async move { seal_batch(&tx).await }).await?;
            if sealed < BATCH {
                return Ok(head);
            }
        }
    }

    /// Seals the audit log every few seconds, until `stop` is cancelled, and then once more.
    ///
    /// The head goes to the log each time it moved: where logs leave the machine, that is the copy
    /// outside the database by which a log cut off at its end is noticed.
    pub async fn keep_audit_sealed(&self, stop: &CancellationToken) {
        let mut last = 0;
        let mut on = true;
        while on {
            on = stop.run_until_cancelled(tokio::time::sleep(SEAL_EVERY)).await.is_some();
            match self.seal_audit().await {
                Ok(head) if head.position > last => {
                    last = head.position;
                    let hash = head.hexadecimal();
                    tracing::info!(audit.position = head.position, audit.hash = hash, "sealed");
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the audit log cannot be sealed"),
            }
        }
    }

    /// Follows the chain from its first entry to its end.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn verify_audit(&self) -> Result<AuditReport, DbErr> {
        let caller = Caller::block("audit", Agency::platform());
        let end = self.read(caller.clone(), |tx| async move { head(&tx, false).await }).await?;
        let (mut position, mut hash) = (0, [0; 32]);
        while position < end.position {
            let seen = (position, hash, end.position);
            let step = move |tx| async move { verify_batch(&tx, seen).await };
            match self.read(caller.clone(), step).await? {
                Ok(next) => (position, hash) = next,
                Err(position) => return Ok(AuditReport::Broken { position }),
            }
        }
        let loose = self.read(caller, |tx| async move { loose(&tx).await }).await?;
        Ok(if hash != end.hash || loose {
            AuditReport::Broken { position: position + i64::from(loose) }
        } else {
            AuditReport::Whole { entries: position }
        })
    }
}

async fn seal_batch(tx: &Tx) -> Result<(AuditHead, usize), DbErr> {
    let (mut head, mut last) = (head(tx, true).await?, 0_i64);
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    // Few wait and many are sealed, which the planner learns late: each is looked up by its key.
    let take = if tx.is_postgres() {
        "WITH waiting AS (DELETE FROM audit_unsealed WHERE audit_id IN \
             (SELECT audit_id FROM audit_unsealed ORDER BY audit_id LIMIT $1) RETURNING audit_id) \
         SELECT audit.* FROM waiting \
         JOIN LATERAL (SELECT * FROM audit WHERE audit.audit_id = waiting.audit_id LIMIT 1) \
         AS audit ON true ORDER BY audit.audit_id"
    } else {
        "SELECT audit.* FROM audit_unsealed JOIN audit USING (audit_id) ORDER BY audit_id LIMIT $1"
    };
    let rows = sql::query(tx, take, [limit.into()]).await?;
    let mut seals = Vec::with_capacity(rows.len());
    for row in &rows {
        let entry = Entry::read(row)?;
        head = AuditHead { position: head.position + 1, hash: entry.chain(tx, &head.hash) };
        seals.push(vec![head.position.into(), entry.audit_id.into(), head.hash.to_vec().into()]);
        last = entry.audit_id;
    }
    sql::insert_many(tx, "audit_seal", &["position", "audit_id", "hash"], seals).await?;
    if !tx.is_postgres() {
        // With one writer at a time nothing came in between.
        sql::execute(tx, "DELETE FROM audit_unsealed WHERE audit_id <= $1", [last.into()]).await?;
    }
    if !rows.is_empty() {
        let move_on = "UPDATE audit_head SET position = $1, hash = $2";
        sql::execute(tx, move_on, [head.position.into(), head.hash.to_vec().into()]).await?;
    }
    Ok((head, rows.len()))
}

/// The position and hash reached, or the first position that does not fit.
async fn verify_batch(
    tx: &Tx,
    (mut position, mut hash, end): (i64, [u8; 32], i64),
) -> Result<Result<(i64, [u8; 32]), i64>, DbErr> {
    let find = "SELECT audit.*, audit_seal.position, audit_seal.hash FROM audit_seal \
                JOIN audit USING (audit_id) WHERE position > $1 AND position <= $2 \
                ORDER BY position LIMIT $3";
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let rows = sql::query(tx, find, [position.into(), end.into(), limit.into()]).await?;
    if rows.is_empty() {
        return Ok(Err(position + 1));
    }
    for row in &rows {
        let kept: Vec<u8> = row.try_get("", "hash")?;
        hash = Entry::read(row)?.chain(tx, &hash);
        position += 1;
        if row.try_get::<i64>("", "position")? != position || kept != hash {
            return Ok(Err(position));
        }
    }
    Ok(Ok((position, hash)))
}

/// Whether there is an entry that is neither chained nor waits for it.
async fn loose(tx: &Tx) -> Result<bool, DbErr> {
    let find = "SELECT 1 FROM audit \
                WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.audit_id = audit.audit_id) \
                AND NOT EXISTS (SELECT 1 FROM audit_unsealed u WHERE u.audit_id = audit.audit_id) \
                LIMIT 1";
    Ok(!sql::query(tx, find, []).await?.is_empty())
}

async fn head(tx: &Tx, lock: bool) -> Result<AuditHead, DbErr> {
    let lock = if lock && tx.is_postgres() { " FOR UPDATE" } else { "" };
    let rows = sql::query(tx, &format!("SELECT position, hash FROM audit_head{lock}"), []).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("the audit head".into()))?;
    let hash: Vec<u8> = row.try_get("", "hash")?;
    Ok(AuditHead {
        position: row.try_get("", "position")?,
        hash: hash.try_into().unwrap_or_default(),
    })
}

impl AuditHead {
    fn hexadecimal(&self) -> String {
        HEXLOWER.encode(&self.hash)
    }
}

struct Entry {
    audit_id: i64,
    bytes: Vec<u8>,
}

impl Entry {
    /// The entry's canonical bytes: each field with its length in front.
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let audit_id: i64 = row.try_get("", "audit_id")?;
        let time: Timestamp = row.try_get("", "time")?;
        let request_id: Option<Uuid> = row.try_get("", "request_id")?;
        let text = |column| row.try_get::<Option<String>>("", column);
        let fields = [
            Some(audit_id.to_be_bytes().to_vec()),
            Some(time.timestamp_micros().to_be_bytes().to_vec()),
            text("agency")?.map(String::into_bytes),
            text("caller")?.map(String::into_bytes),
            text("on_behalf")?.map(String::into_bytes),
            text("operation")?.map(String::into_bytes),
            request_id.map(|id| id.as_bytes().to_vec()),
            row.try_get("", "digest")?,
            text("subjects")?.map(String::into_bytes),
        ];
        let mut bytes = Vec::new();
        for field in fields {
            // An absent field is not an empty one.
            let length = field.as_ref().map_or(u64::MAX, |field| field.len() as u64);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(&field.unwrap_or_default());
        }
        Ok(Self { audit_id, bytes })
    }

    fn chain(&self, tx: &Tx, before: &[u8; 32]) -> [u8; 32] {
        tx.vault().keyed_hash("audit chain", &[&before[..], &self.bytes].concat())
    }
}
