//! The `envelope` table, and the cycles of its agency.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Page};
use rangkai_vault::Sealer;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{hash, money, sealing, word};
use crate::domain::{Envelope, EnvelopeState, Limits, NewEnvelope};

const COLUMNS: &str = "envelope_id, programme, cycle, source, currency, declared_count, \
    control_minor, instruction_limit_minor, limit_source, pause_percent, pause_after, incompatible, \
    state, content, validate_time, created_by, sealed_by, released_by, paused_by, pause_reason, \
    known_paid, known_failed, known_contradictions, stop_time, create_time, update_time";

/// Adds an envelope, and its cycle if it is new.
pub async fn insert(tx: &Tx, envelope: &Envelope) -> Result<(), DbErr> {
    let cycle = "INSERT INTO cycle (agency, cycle) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let new = &envelope.announced;
    let agency = || Value::from(tx.agency().as_str());
    sql::execute(tx, cycle, [agency(), new.cycle.as_str().into()]).await?;
    let insert = "INSERT INTO envelope (envelope_id, agency, programme, cycle, source, currency, \
                  declared_count, control_minor, instruction_limit_minor, limit_source, \
                  pause_percent, pause_after, incompatible, narration_key, state, content, \
                  created_by, create_time, update_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
                  $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)";
    let key = tx.vault().new_key().map_err(sealing)?;
    let values = [
        envelope.id.uuid().into(),
        agency(),
        new.programme.as_str().into(),
        new.cycle.as_str().into(),
        new.source.as_str().into(),
        new.total.currency().as_str().into(),
        new.count.into(),
        new.total.minor().into(),
        new.limits.instruction_minor.into(),
        new.limits.source.as_str().into(),
        new.limits.pause_percent.into(),
        new.limits.pause_after.into(),
        format!(" {} ", new.incompatible.join(" ")).into(),
        key.as_bytes().to_vec().into(),
        envelope.state.as_str().into(),
        envelope.contents.bytes().to_vec().into(),
        envelope.created_by.as_str().into(),
        envelope.create_time.into(),
    ];
    sql::execute(tx, insert, values).await.map(drop)
}

/// Finds an envelope.
pub async fn find(tx: &Tx, id: Id<Envelope>) -> Result<Option<Envelope>, DbErr> {
    one(tx, id, "").await
}

/// Finds an envelope and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Envelope>) -> Result<Option<Envelope>, DbErr> {
    one(tx, id, if tx.is_postgres() { "FOR UPDATE" } else { "" }).await
}

/// Holds a cycle until the transaction ends.
pub async fn lock_cycle(tx: &Tx, cycle: &str) -> Result<(), DbErr> {
    let hold = if tx.is_postgres() { "FOR UPDATE" } else { "" };
    let lock = format!("SELECT 1 FROM cycle WHERE agency = $1 AND cycle = $2 {hold}");
    sql::query(tx, &lock, [tx.agency().as_str().into(), cycle.into()]).await.map(drop)
}

/// Lists envelopes, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    state: Option<EnvelopeState>,
    page: &Page<Envelope>,
) -> Result<Vec<Envelope>, DbErr> {
    let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX);
    let state = state.map_or("", EnvelopeState::as_str);
    let mut values: Vec<Value> = vec![tx.agency().as_str().into(), limit.into(), state.into()];
    values.extend(page.after.map(|after| after.uuid().into()));
    let list = format!(
        "SELECT {COLUMNS} FROM envelope WHERE agency = $1 AND ($3 = '' OR state = $3) {} \
         ORDER BY envelope_id DESC LIMIT $2",
        if page.after.is_some() { "AND envelope_id < $4" } else { "" }
    );
    sql::query(tx, &list, values).await?.iter().map(read).collect()
}

/// Envelopes of every agency in `state` that have instructions in `with`, oldest first.
pub async fn at_work(
    tx: &Tx,
    state: EnvelopeState,
    limit: u64,
) -> Result<Vec<(Agency, Id<Envelope>)>, DbErr> {
    let waiting = "AND EXISTS (SELECT 1 FROM tally WHERE tally.envelope_id = envelope.envelope_id \
                   AND tally.state = 'valid' AND item_count > 0)";
    let waiting = if state == EnvelopeState::Released { waiting } else { "" };
    // The state stands in the text, so that the index of these states serves.
    let list = format!(
        "SELECT agency, envelope_id FROM envelope WHERE state = '{state}' {waiting} \
         ORDER BY envelope_id LIMIT $1"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let row = |row: &QueryResult| {
        let agency = word("agency", &row.try_get::<String>("", "agency")?)?;
        Ok((agency, row.try_get::<Uuid>("", "envelope_id")?.into()))
    };
    sql::query(tx, &list, [limit.into()]).await?.iter().map(row).collect()
}

/// Writes an envelope back.
pub async fn update(tx: &Tx, envelope: &Envelope) -> Result<(), DbErr> {
    let update = "UPDATE envelope SET state = $3, content = $4, validate_time = $5, \
                  released_by = $6, paused_by = $7, pause_reason = $8, known_paid = $9, \
                  known_failed = $10, update_time = $11, sealed_by = $12, \
                  known_contradictions = $13, stop_time = $14 \
                  WHERE agency = $1 AND envelope_id = $2";
    let values = [
        tx.agency().as_str().into(),
        envelope.id.uuid().into(),
        envelope.state.as_str().into(),
        envelope.contents.bytes().to_vec().into(),
        envelope.validate_time.into(),
        envelope.released_by.clone().into(),
        envelope.paused_by.clone().into(),
        envelope.pause_reason.map(|why| why.as_str().to_owned()).into(),
        envelope.known_paid.into(),
        envelope.known_failed.into(),
        envelope.update_time.into(),
        envelope.sealed_by.clone().into(),
        envelope.known_contradictions.into(),
        envelope.stop_time.into(),
    ];
    sql::execute(tx, update, values).await.map(drop)
}

/// Notes which bank pays an envelope.
pub async fn paid_by(tx: &Tx, id: Id<Envelope>, bank_code: &str) -> Result<(), DbErr> {
    let update = "UPDATE envelope SET bank_code = $3 WHERE agency = $1 AND envelope_id = $2";
    let values = [tx.agency().as_str().into(), id.uuid().into(), bank_code.into()];
    sql::execute(tx, update, values).await.map(drop)
}

/// The key of an envelope's narrations, ready to be used.
pub async fn narration_key(tx: &Tx, id: Id<Envelope>) -> Result<Sealer, DbErr> {
    let find = "SELECT narration_key FROM envelope WHERE agency = $1 AND envelope_id = $2";
    let rows = sql::query(tx, find, [tx.agency().as_str().into(), id.uuid().into()]).await?;
    let missing = || DbErr::RecordNotFound("an envelope's key".to_owned());
    let key: Vec<u8> = rows.first().ok_or_else(missing)?.try_get("", "narration_key")?;
    tx.vault().sealer(&key.into()).map_err(sealing)
}

async fn one(tx: &Tx, id: Id<Envelope>, hold: &str) -> Result<Option<Envelope>, DbErr> {
    let find =
        format!("SELECT {COLUMNS} FROM envelope WHERE agency = $1 AND envelope_id = $2 {hold}");
    let rows = sql::query(tx, &find, [tx.agency().as_str().into(), id.uuid().into()]).await?;
    rows.first().map(read).transpose()
}

fn read(row: &QueryResult) -> Result<Envelope, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let incompatible = text("incompatible")?;
    let reason: Option<String> = row.try_get("", "pause_reason")?;
    let announced = NewEnvelope {
        programme: text("programme")?,
        cycle: text("cycle")?,
        source: text("source")?,
        count: row.try_get("", "declared_count")?,
        total: money(&text("currency")?, row.try_get("", "control_minor")?)?,
        limits: Limits {
            instruction_minor: row.try_get("", "instruction_limit_minor")?,
            source: text("limit_source")?,
            pause_percent: row.try_get("", "pause_percent")?,
            pause_after: row.try_get("", "pause_after")?,
        },
        incompatible: incompatible.split_whitespace().map(str::to_owned).collect(),
    };
    Ok(Envelope {
        id: row.try_get::<Uuid>("", "envelope_id")?.into(),
        announced,
        state: word("state", &text("state")?)?,
        contents: hash("content", &row.try_get::<Vec<u8>>("", "content")?)?.into(),
        validate_time: row.try_get("", "validate_time")?,
        created_by: text("created_by")?,
        sealed_by: row.try_get("", "sealed_by")?,
        released_by: row.try_get("", "released_by")?,
        paused_by: row.try_get("", "paused_by")?,
        pause_reason: reason.map(|reason| word("pause_reason", &reason)).transpose()?,
        known_paid: row.try_get("", "known_paid")?,
        known_failed: row.try_get("", "known_failed")?,
        known_contradictions: row.try_get("", "known_contradictions")?,
        stop_time: row.try_get("", "stop_time")?,
        create_time: row.try_get("", "create_time")?,
        update_time: row.try_get("", "update_time")?,
    })
}
