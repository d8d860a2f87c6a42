//! The `instruction` table summed up.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::QueryResult;

use super::{progress::STATE, withdrawal, word};
use crate::domain::{Envelope, Findings, ReportLine, Tally};

/// Each payment counts once: as its last attempt, unless that failed while an earlier one turned out to
/// have been paid. Most have one attempt, for which nothing is looked up.
const COUNTS: &str = "(retry_of IS NULL AND replaced_by IS NULL \
    OR replaced_by IS NULL AND (state <> 'failed' OR NOT EXISTS (SELECT 1 \
        FROM instruction AS earlier WHERE earlier.envelope_id = instruction.envelope_id \
        AND earlier.reference = instruction.reference \
        AND earlier.attempt < instruction.attempt AND earlier.state = 'paid')) \
    OR replaced_by IS NOT NULL AND state = 'paid' AND NOT EXISTS (SELECT 1 \
        FROM instruction AS later WHERE later.envelope_id = instruction.envelope_id \
        AND later.reference = instruction.reference \
        AND later.attempt > instruction.attempt AND later.state <> 'failed'))";

/// Counts the instructions of an envelope by outcome and reason, those given again once.
pub async fn report(tx: &Tx, envelope: Id<Envelope>) -> Result<Vec<ReportLine>, DbErr> {
    let sums = format!(
        "SELECT state, findings, reason, returned, COUNT(*) AS found, \
         CAST(SUM(amount_minor) AS bigint) AS minor FROM (\
             SELECT {STATE} AS state, findings, {} AS reason, amount_minor, \
             state = 'failed' AND rail_reference IS NOT NULL AS returned FROM instruction \
             WHERE agency = $1 AND envelope_id = $2 AND {COUNTS}) AS standing \
         GROUP BY state, findings, reason, returned \
         ORDER BY state, findings, reason, returned",
        withdrawal::reason()
    );
    let values = [tx.agency().as_str().into(), envelope.uuid().into()];
    let line = |row: &QueryResult| {
        Ok(ReportLine {
            state: word("state", &row.try_get::<String>("", "state")?)?,
            findings: Findings(row.try_get("", "findings")?),
            reason: row.try_get("", "reason")?,
            returned: row.try_get("", "returned")?,
            tally: Tally { count: row.try_get("", "found")?, minor: row.try_get("", "minor")? },
        })
    };
    sql::query(tx, &sums, values).await?.iter().map(line).collect()
}
