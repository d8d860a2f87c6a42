//! The `instruction` table of an envelope that two people stopped.
//!
//! That an instruction was not sent by then, and so failed, follows from how far the envelope was taken:
//! of a million, none is written. What gives another one again is, because what it counts as depends on
//! the attempts before it.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::progress::STATE;
use crate::domain::Envelope;

/// Why an instruction failed, in a query whose first values are the agency and the envelope. Nothing
/// that fails otherwise is without a reason.
pub fn reason() -> String {
    format!(
        "CASE WHEN instruction.reason IS NULL AND {STATE} = 'failed' THEN 'WITHDRAWN' \
         ELSE instruction.reason END"
    )
}

/// When an instruction came to its end, in a query whose first values are the agency and the envelope.
pub fn outcome_time() -> String {
    format!(
        "CASE WHEN instruction.reason IS NULL AND {STATE} = 'failed' \
         THEN (SELECT stop_time FROM envelope WHERE agency = $1 AND envelope_id = $2) \
         ELSE instruction.outcome_time END"
    )
}

/// Ends those after one that give another one again and were not sent; answers the amount of each whose
/// payment an earlier attempt turned out to have made.
pub async fn end_given_again(
    tx: &Tx,
    envelope: Id<Envelope>,
    after: Uuid,
) -> Result<Vec<i64>, DbErr> {
    let update = "UPDATE instruction SET state = 'failed', reason = 'WITHDRAWN', outcome_time = $4 \
                  WHERE agency = $1 AND envelope_id = $2 AND instruction_id > $3 \
                  AND retry_of IS NOT NULL AND state = 'valid' \
                  RETURNING amount_minor, EXISTS (SELECT 1 FROM instruction AS earlier \
                      WHERE earlier.envelope_id = $2 \
                      AND earlier.reference = instruction.reference \
                      AND earlier.attempt < instruction.attempt \
                      AND earlier.state = 'paid') AS paid_before";
    let values =
        [tx.agency().as_str().into(), envelope.uuid().into(), after.into(), tx.now().into()];
    let read = |row: &QueryResult| {
        let paid: bool = row.try_get("", "paid_before")?;
        Ok(paid.then_some(row.try_get("", "amount_minor")?))
    };
    sql::query(tx, update, values).await?.iter().filter_map(|row| read(row).transpose()).collect()
}
