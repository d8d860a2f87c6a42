//! The `stop` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Timestamp};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::domain::{Envelope, Plea, Stop};

/// Adds what a first person says about an envelope that is held.
pub async fn insert(tx: &Tx, envelope: Id<Envelope>, stop: &Stop) -> Result<(), DbErr> {
    let insert = "INSERT INTO stop (stop_id, agency, envelope_id, requested_by, reason, \
                  request_time) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        stop.id.uuid().into(),
        tx.agency().as_str().into(),
        envelope.uuid().into(),
        stop.first.person.as_str().into(),
        stop.first.reason.as_str().into(),
        stop.first.time.into(),
    ];
    sql::execute(tx, insert, values).await.map(drop)
}

/// What was said about an envelope, unless it went on since.
pub async fn find(tx: &Tx, envelope: Id<Envelope>) -> Result<Option<Stop>, DbErr> {
    let find = "SELECT stop_id, requested_by, reason, request_time, confirmed_by, confirm_reason, \
                confirm_time FROM stop \
                WHERE agency = $1 AND envelope_id = $2 AND lapse_time IS NULL";
    let values = [tx.agency().as_str().into(), envelope.uuid().into()];
    sql::query(tx, find, values).await?.first().map(read).transpose()
}

/// Adds what the second person says.
pub async fn confirm(tx: &Tx, stop: &Stop) -> Result<(), DbErr> {
    let Some(second) = &stop.second else { return Ok(()) };
    let update = "UPDATE stop SET confirmed_by = $3, confirm_reason = $4, confirm_time = $5 \
                  WHERE agency = $1 AND stop_id = $2";
    let values = [
        tx.agency().as_str().into(),
        stop.id.uuid().into(),
        second.person.as_str().into(),
        second.reason.as_str().into(),
        second.time.into(),
    ];
    sql::execute(tx, update, values).await.map(drop)
}

/// Notes that an envelope goes on, whatever a first person wanted.
pub async fn lapse(tx: &Tx, envelope: Id<Envelope>) -> Result<(), DbErr> {
    let update = "UPDATE stop SET lapse_time = $3 \
                  WHERE agency = $1 AND envelope_id = $2 AND lapse_time IS NULL";
    let values = [tx.agency().as_str().into(), envelope.uuid().into(), tx.now().into()];
    sql::execute(tx, update, values).await.map(drop)
}

fn read(row: &QueryResult) -> Result<Stop, DbErr> {
    let words = |column| row.try_get::<Option<String>>("", column);
    let time: Option<Timestamp> = row.try_get("", "confirm_time")?;
    let second = words("confirmed_by")?.zip(words("confirm_reason")?).zip(time);
    Ok(Stop {
        id: row.try_get::<Uuid>("", "stop_id")?.into(),
        first: Plea {
            person: row.try_get("", "requested_by")?,
            reason: row.try_get("", "reason")?,
            time: row.try_get("", "request_time")?,
        },
        second: second.map(|((person, reason), time)| Plea { person, reason, time }),
    })
}
