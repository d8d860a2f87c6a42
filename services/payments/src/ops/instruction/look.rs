//! Showing instructions.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use crate::{
    domain::{Envelope, EnvelopeRefusal, Instruction, InstructionState},
    error::Error,
    store,
};

/// Gets an instruction of an envelope.
#[instrument(skip_all, fields(envelope.id = %envelope, instruction.id = %id))]
pub async fn get(
    tx: &Tx,
    envelope: Id<Envelope>,
    id: Id<Instruction>,
) -> Result<Instruction, Error> {
    let envelope =
        store::envelope::find(tx, envelope).await?.ok_or(EnvelopeRefusal::EnvelopeNotFound)?;
    let found = store::instruction::find(tx, &envelope, id).await?;
    Ok(found.ok_or(EnvelopeRefusal::InstructionNotFound)?)
}

/// Lists the instructions of an envelope in the order in which they came, and the id to continue
/// after.
#[instrument(skip_all, fields(envelope.id = %envelope))]
pub async fn list(
    tx: &Tx,
    envelope: Id<Envelope>,
    state: Option<InstructionState>,
    page: &Page<Instruction>,
) -> Result<(Vec<Instruction>, Option<Id<Instruction>>), Error> {
    let envelope =
        store::envelope::find(tx, envelope).await?.ok_or(EnvelopeRefusal::EnvelopeNotFound)?;
    let mut found = store::instruction::list(tx, &envelope, state, page).await?;
    let next = page.cut(&mut found, |instruction| instruction.id);
    Ok((found, next))
}
