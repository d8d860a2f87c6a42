//! Orders of which nobody knows what became, or what is true: a query over instructions and inquiries.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{Instruction, InstructionState, Unresolved};

/// Lists them, newest first: one more than the page, if there is one. The tallies say in which
/// envelopes to look, and an index which ones the rail contradicts, so that the millions that came to
/// their end cost nothing.
pub async fn list(tx: &Tx, page: &Page<Instruction>) -> Result<Vec<Unresolved>, DbErr> {
    let list = "SELECT instruction.envelope_id AS envelope_id, \
                instruction.instruction_id AS instruction_id, instruction.state AS state, \
                instruction.contradicted AS contradicted, \
                instruction.amount_minor AS amount_minor, envelope.currency AS currency, \
                inquiry.made AS made, inquiry.due_time AS due_time \
                FROM (SELECT waiting.envelope_id AS envelope_id, \
                      waiting.instruction_id AS instruction_id FROM tally \
                      JOIN instruction AS waiting ON waiting.envelope_id = tally.envelope_id \
                      AND waiting.agency = tally.agency AND waiting.state = tally.state \
                      WHERE tally.agency = $1 AND tally.state IN ($2, $3) AND tally.item_count > 0 \
                      UNION ALL SELECT envelope_id, instruction_id FROM instruction \
                      WHERE agency = $1 AND contradicted) AS found \
                JOIN instruction ON instruction.envelope_id = found.envelope_id \
                AND instruction.instruction_id = found.instruction_id \
                JOIN envelope ON envelope.envelope_id = found.envelope_id \
                LEFT JOIN inquiry ON inquiry.instruction_id = found.instruction_id \
                WHERE instruction.agency = $1 AND found.instruction_id < $4 \
                ORDER BY found.instruction_id DESC LIMIT $5";
    let after = page.after.map_or(Uuid::max(), Id::uuid);
    let values: [Value; 5] = [
        tx.agency().as_str().into(),
        InstructionState::Unknown.as_str().into(),
        InstructionState::NeedsPerson.as_str().into(),
        after.into(),
        i64::try_from(page.limit()).unwrap_or(i64::MAX).into(),
    ];
    sql::query(tx, list, values).await?.iter().map(unresolved).collect()
}

fn unresolved(row: &QueryResult) -> Result<Unresolved, DbErr> {
    let currency: String = row.try_get("", "currency")?;
    Ok(Unresolved {
        envelope: row.try_get::<Uuid>("", "envelope_id")?.into(),
        instruction: row.try_get::<Uuid>("", "instruction_id")?.into(),
        contradicted: row.try_get("", "contradicted")?,
        state: word("state", &row.try_get::<String>("", "state")?)?,
        amount: money(&currency, row.try_get("", "amount_minor")?)?,
        inquiry_count: row.try_get::<Option<i64>>("", "made")?,
        inquiry_time: row.try_get("", "due_time")?,
    })
}
