//! Orders of which nobody knows what became: a query over instructions and inquiries.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{Instruction, InstructionState, Unresolved};

/// Lists them, newest first: one more than the page, if there is one. The tallies say in which
/// envelopes to look, so that the millions that came to their end cost nothing.
pub async fn list(tx: &Tx, page: &Page<Instruction>) -> Result<Vec<Unresolved>, DbErr> {
    let list = "SELECT instruction.envelope_id AS envelope_id, \
                instruction.instruction_id AS instruction_id, instruction.state AS state, \
                instruction.amount_minor AS amount_minor, envelope.currency AS currency, \
                inquiry.made AS made, inquiry.due_time AS due_time \
                FROM tally \
                JOIN envelope ON envelope.agency = tally.agency \
                AND envelope.envelope_id = tally.envelope_id \
                JOIN instruction ON instruction.envelope_id = tally.envelope_id \
                AND instruction.agency = tally.agency AND instruction.state = tally.state \
                LEFT JOIN inquiry ON inquiry.instruction_id = instruction.instruction_id \
                WHERE tally.agency = $1 AND tally.state IN ($2, $3) AND tally.item_count > 0 \
                AND instruction.instruction_id < $4 \
                ORDER BY instruction.instruction_id DESC LIMIT $5";
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
        state: word("state", &row.try_get::<String>("", "state")?)?,
        amount: money(&currency, row.try_get("", "amount_minor")?)?,
        inquiry_count: row.try_get::<Option<i64>>("", "made")?,
        inquiry_time: row.try_get("", "due_time")?,
    })
}
