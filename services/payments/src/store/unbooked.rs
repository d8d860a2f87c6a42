//! Payments of an envelope that its bank booked otherwise than they are recorded: a look across
//! `instruction`, `ruling` and `bank_statement_line`.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Timestamp};
use sea_orm::Value;
use uuid::Uuid;

use super::payout::tally;
use crate::domain::{Envelope, RailFile, Tally};

/// Payments of one envelope that were paid, as the books have it, and that its bank has not booked.
#[derive(Clone, Debug)]
pub struct Unbooked {
    /// The file that ordered them, if there is one, with its name.
    pub file: Option<(Id<RailFile>, String)>,
    pub tally: Tally,
}

/// What of an envelope was paid between two moments and is not booked, file by file.
pub async fn unbooked(
    tx: &Tx,
    envelope: Id<Envelope>,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Unbooked>, DbErr> {
    let find = format!(
        "SELECT rail_file.rail_file_id AS file_id, rail_file.name AS name, COUNT(*) AS orders, \
         CAST(SUM(instruction.amount_minor) AS bigint) AS minor {UNBOOKED} \
         GROUP BY rail_file.rail_file_id, rail_file.name ORDER BY rail_file.rail_file_id"
    );
    let values = [tx.agency().as_str().into(), envelope.uuid().into(), from.into(), until.into()];
    let rows = sql::query(tx, &find, values).await?;
    rows.iter()
        .map(|row| {
            let file: Option<Uuid> = row.try_get("", "file_id")?;
            let name: Option<String> = row.try_get("", "name")?;
            Ok(Unbooked { file: file.map(Id::from).zip(name), tally: tally(row)? })
        })
        .collect()
}

/// The single orders of that, of one file or of none: at most `limit`.
pub async fn unbooked_orders(
    tx: &Tx,
    envelope: Id<Envelope>,
    file: Option<Id<RailFile>>,
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<(Uuid, i64)>, DbErr> {
    let of_file = if file.is_some() { "= $5" } else { "IS NULL" };
    let find = format!(
        "SELECT instruction.instruction_id AS id, instruction.amount_minor AS minor {UNBOOKED} \
         AND rail_file.rail_file_id {of_file} ORDER BY instruction.instruction_id LIMIT {limit}"
    );
    let mut values: Vec<Value> =
        vec![tx.agency().as_str().into(), envelope.uuid().into(), from.into(), until.into()];
    values.extend(file.map(|file| file.uuid().into()));
    let rows = sql::query(tx, &find, values).await?;
    rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "minor")?))).collect()
}

/// Whether a bank booked any order of a file by itself.
pub async fn booked_singly(tx: &Tx, file: Id<RailFile>) -> Result<bool, DbErr> {
    let find = "SELECT 1 FROM rail_order JOIN bank_statement_line AS line \
                ON line.agency = rail_order.agency AND line.order_id = rail_order.order_id \
                WHERE rail_order.agency = $1 AND rail_order.rail_file_id = $2 LIMIT 1";
    let values = [tx.agency().as_str().into(), file.uuid().into()];
    Ok(!sql::query(tx, find, values).await?.is_empty())
}

/// What of an envelope turned out before `until` to have come back, and its bank booked as paid only:
/// single orders.
pub async fn unreturned(
    tx: &Tx,
    envelope: Id<Envelope>,
    until: Timestamp,
) -> Result<Vec<(Uuid, i64)>, DbErr> {
    let line = "SELECT 1 FROM bank_statement_line AS line WHERE line.agency = $1";
    let find = format!(
        "SELECT DISTINCT instruction.instruction_id AS id, instruction.amount_minor AS minor \
         FROM ruling JOIN instruction ON instruction.envelope_id = ruling.envelope_id \
         AND instruction.instruction_id = ruling.instruction_id AND instruction.state = 'failed' \
         LEFT JOIN rail_order ON rail_order.order_id = ruling.instruction_id \
         WHERE ruling.agency = $1 AND ruling.envelope_id = $2 AND ruling.create_time < $3 \
         AND ruling.confirms AND ruling.recorded = 'paid' AND ruling.outcome = 'failed' \
         AND (EXISTS ({line} AND line.order_id = ruling.instruction_id AND line.flow = 'out') \
         OR EXISTS ({line} AND line.rail_file_id = rail_order.rail_file_id AND line.flow = 'out')) \
         AND NOT EXISTS ({line} AND line.order_id = ruling.instruction_id AND line.flow = 'in')"
    );
    let values = [tx.agency().as_str().into(), envelope.uuid().into(), until.into()];
    let rows = sql::query(tx, &find, values).await?;
    rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "minor")?))).collect()
}

/// Whether a bank booked an order, by itself or with its file.
pub async fn is_booked(tx: &Tx, order: Uuid) -> Result<bool, DbErr> {
    let line = "SELECT 1 FROM bank_statement_line AS line WHERE line.agency = $1";
    let find = format!(
        "{line} AND line.order_id = $2 AND line.flow = 'out' UNION ALL \
         {line} AND line.flow = 'out' AND line.rail_file_id = \
         (SELECT rail_file_id FROM rail_order WHERE order_id = $2) LIMIT 1"
    );
    let values = [tx.agency().as_str().into(), order.into()];
    Ok(!sql::query(tx, &find, values).await?.is_empty())
}

/// What is paid and neither booked by itself nor with its file.
const UNBOOKED: &str = "FROM instruction \
    LEFT JOIN rail_order ON rail_order.order_id = instruction.instruction_id \
    LEFT JOIN rail_file ON rail_file.rail_file_id = rail_order.rail_file_id \
    WHERE instruction.agency = $1 AND instruction.envelope_id = $2 AND instruction.state = 'paid' \
    AND instruction.outcome_time >= $3 AND instruction.outcome_time < $4 \
    AND NOT EXISTS (SELECT 1 FROM bank_statement_line AS line WHERE line.agency = $1 \
        AND line.order_id = instruction.instruction_id AND line.flow = 'out') \
    AND NOT EXISTS (SELECT 1 FROM bank_statement_line AS line WHERE line.agency = $1 \
        AND line.rail_file_id = rail_order.rail_file_id AND line.flow = 'out')";
