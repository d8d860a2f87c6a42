//! Writing what was said about instructions.

use rangkai_proto::payments::v1 as wire;

use super::envelope;
use crate::{
    domain::{Contradiction, Ruling},
    ops::instruction::Record,
};

impl From<Record> for wire::GetInstructionResponse {
    fn from(record: Record) -> Self {
        let contradictions = record.contradictions.into_iter();
        Self {
            instruction: Some(record.instruction.into()),
            rulings: record.rulings.into_iter().map(wire::InstructionRuling::from).collect(),
            contradictions: contradictions.map(wire::InstructionContradiction::from).collect(),
        }
    }
}

impl From<Ruling> for wire::InstructionRuling {
    fn from(ruling: Ruling) -> Self {
        Self {
            ruling_id: ruling.id.to_string(),
            recorded: envelope::state(ruling.recorded).into(),
            outcome: end(ruling.verdict.paid).into(),
            evidence: ruling.verdict.evidence,
            said_by: ruling.person,
            confirms: ruling.confirms,
            create_time: Some(rangkai_proto::time(ruling.time)),
        }
    }
}

impl From<Contradiction> for wire::InstructionContradiction {
    fn from(contradiction: Contradiction) -> Self {
        Self {
            outcome: end(contradiction.paid).into(),
            reason: contradiction.reason.unwrap_or_default(),
            rail_reference: contradiction.rail_reference.unwrap_or_default(),
            create_time: Some(rangkai_proto::time(contradiction.time)),
        }
    }
}

fn end(paid: bool) -> wire::InstructionState {
    if paid { wire::InstructionState::Paid } else { wire::InstructionState::Failed }
}
