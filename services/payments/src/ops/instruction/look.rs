//! Showing instructions.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use crate::{
    domain::{Contradiction, Envelope, EnvelopeRefusal, Instruction, InstructionFilter, Ruling},
    error::Error,
    store,
};

/// An instruction, and what was said about it after its end or for want of one.
#[derive(Clone, Debug)]
pub struct Record {
    pub instruction: Instruction,
    /// What people said, newest first.
    pub rulings: Vec<Ruling>,
    /// What the rail said otherwise than what was recorded, newest first.
    pub contradictions: Vec<Contradiction>,
}

/// Gets an instruction of an envelope.
#[instrument(skip_all, fields(envelope.id = %envelope, instruction.id = %id))]
pub async fn get(tx: &Tx, envelope: Id<Envelope>, id: Id<Instruction>) -> Result<Record, Error> {
    let envelope =
        store::envelope::find(tx, envelope).await?.ok_or(EnvelopeRefusal::EnvelopeNotFound)?;
    let found = store::instruction::find(tx, &envelope, id).await?;
    let instruction = found.ok_or(EnvelopeRefusal::InstructionNotFound)?;
    let rulings = store::ruling::list(tx, id).await?;
    let contradictions = store::late_answer::contradictions(tx, id).await?;
    Ok(Record { instruction, rulings, contradictions })
}

/// Lists the instructions of an envelope in the order in which they came, and the id to continue
/// after.
#[instrument(skip_all, fields(envelope.id = %envelope))]
pub async fn list(
    tx: &Tx,
    envelope: Id<Envelope>,
    filter: InstructionFilter,
    page: &Page<Instruction>,
) -> Result<(Vec<Instruction>, Option<Id<Instruction>>), Error> {
    let envelope =
        store::envelope::find(tx, envelope).await?.ok_or(EnvelopeRefusal::EnvelopeNotFound)?;
    let mut found = store::instruction::list(tx, &envelope, filter, page).await?;
    let next = page.cut(&mut found, |instruction| instruction.id);
    Ok((found, next))
}
