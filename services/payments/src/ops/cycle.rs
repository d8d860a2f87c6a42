//! What was found wrong in the payments of a cycle.

use rangkai_db::Tx;
use rangkai_primitives::Page;
use tracing::instrument;

use super::{envelope, instruction};
use crate::{
    domain::{Instruction, InstructionFilter, InstructionState},
    error::Error,
};

/// How many envelopes are looked through, and how many instructions are told.
const MOST: u64 = 500;

/// The invalid instructions of the newest envelope of a cycle, as far as the validation has come;
/// none if there is no such envelope among the agency's newest.
#[instrument(skip_all)]
pub async fn invalid(tx: &Tx, cycle: &str) -> Result<Option<Vec<Instruction>>, Error> {
    let (envelopes, _) = envelope::list(tx, None, &Page { size: MOST, after: None }).await?;
    let found = envelopes.into_iter().find(|envelope| envelope.announced.cycle == cycle);
    let Some(found) = found else { return Ok(None) };
    let page = Page { size: MOST, after: None };
    let state = Some(InstructionState::Invalid);
    let filter = InstructionFilter { state, contradicted: false };
    let (invalid, _) = instruction::list(tx, found.id, filter, &page).await?;
    Ok(Some(invalid))
}
