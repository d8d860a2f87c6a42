//! Writing envelopes and what is said of them.

use rangkai_primitives::Money;
use rangkai_proto::{payments::v1 as wire, r#type::v1 as words};

use crate::{
    domain::{
        Envelope, EnvelopeState, Finding, InstructionState, PauseReason, ReportLine, Stop, Tallies,
        Tally,
    },
    ops::{
        envelope::{Report, View},
        release::hex,
    },
};

impl From<Envelope> for wire::Envelope {
    fn from(envelope: Envelope) -> Self {
        let announced = envelope.announced;
        let limit = Money::new(announced.total.currency(), announced.limits.instruction_minor);
        let pause_reason = match envelope.pause_reason {
            None => wire::PauseReason::Unspecified,
            Some(PauseReason::Asked) => wire::PauseReason::Asked,
            Some(PauseReason::Failures) => wire::PauseReason::Failures,
            Some(PauseReason::Sums) => wire::PauseReason::Sums,
            Some(PauseReason::Contradiction) => wire::PauseReason::Contradiction,
        };
        Self {
            envelope_id: envelope.id.to_string(),
            programme: announced.programme,
            cycle: announced.cycle,
            source: announced.source,
            instruction_count: announced.count,
            control_total: Some(announced.total.into()),
            instruction_limit: Some(limit.into()),
            instruction_limit_source: announced.limits.source,
            pause_percent: i32::try_from(announced.limits.pause_percent).unwrap_or(i32::MAX),
            pause_after: announced.limits.pause_after,
            incompatible_programmes: announced.incompatible,
            state: envelope_state(envelope.state).into(),
            tallies: Vec::new(),
            contents_hash: String::new(),
            created_by: envelope.created_by,
            approved_by: Vec::new(),
            released_by: envelope.released_by.unwrap_or_default(),
            paused_by: envelope.paused_by.unwrap_or_default(),
            pause_reason: pause_reason.into(),
            create_time: Some(rangkai_proto::time(envelope.create_time)),
            update_time: Some(rangkai_proto::time(envelope.update_time)),
            stop: None,
        }
    }
}

impl From<View> for wire::Envelope {
    fn from(view: View) -> Self {
        let tallies = tallies(&view.envelope, &view.tallies);
        let contents_hash = view.contents_hash.map(|hash| hex(&hash)).unwrap_or_default();
        let stop = view.stop.map(wire::EnvelopeStop::from);
        Self { tallies, contents_hash, approved_by: view.approved_by, stop, ..view.envelope.into() }
    }
}

impl From<Stop> for wire::EnvelopeStop {
    fn from(stop: Stop) -> Self {
        let confirm_time = stop.second.as_ref().map(|second| rangkai_proto::time(second.time));
        let second = stop.second.map(|second| (second.person, second.reason));
        let (confirmed_by, confirm_reason) = second.unwrap_or_default();
        Self {
            requested_by: stop.first.person,
            reason: stop.first.reason,
            request_time: Some(rangkai_proto::time(stop.first.time)),
            confirmed_by,
            confirm_reason,
            confirm_time,
        }
    }
}

impl From<Report> for wire::GetEnvelopeReportResponse {
    fn from(report: Report) -> Self {
        let envelope = &report.view.envelope;
        let line = |line: ReportLine| wire::ReportLine {
            state: state(line.state).into(),
            findings: line.findings.list().map(|it| finding(it).into()).collect(),
            reason: line.reason.unwrap_or_default(),
            returned: line.returned,
            count: line.tally.count,
            amount: Some(amount(envelope, line.tally)),
        };
        Self {
            lines: report.lines.into_iter().map(line).collect(),
            count: report.total.count,
            total: Some(amount(envelope, report.total)),
            adds_up: report.total == envelope.declared(),
            late_answers: report.late.0,
            contradictions: report.late.1,
            contradicted_count: report.contradicted.count,
            contradicted_amount: Some(amount(envelope, report.contradicted)),
            paid_twice_count: report.paid_twice.count,
            paid_twice_amount: Some(amount(envelope, report.paid_twice)),
            envelope: Some(report.view.into()),
        }
    }
}

/// Writes where an envelope stands.
pub fn envelope_state(state: EnvelopeState) -> wire::EnvelopeState {
    match state {
        EnvelopeState::Open => wire::EnvelopeState::Open,
        EnvelopeState::Sealed => wire::EnvelopeState::Sealed,
        EnvelopeState::Validating => wire::EnvelopeState::Validating,
        EnvelopeState::Validated => wire::EnvelopeState::Validated,
        EnvelopeState::Approved => wire::EnvelopeState::Approved,
        EnvelopeState::Released => wire::EnvelopeState::Released,
        EnvelopeState::Paused => wire::EnvelopeState::Paused,
        EnvelopeState::Completed => wire::EnvelopeState::Completed,
        EnvelopeState::Cancelled => wire::EnvelopeState::Cancelled,
    }
}

/// Writes where an instruction stands.
pub fn state(state: InstructionState) -> wire::InstructionState {
    match state {
        InstructionState::Received => wire::InstructionState::Received,
        InstructionState::Valid => wire::InstructionState::Valid,
        InstructionState::Invalid => wire::InstructionState::Invalid,
        InstructionState::Sent => wire::InstructionState::Sent,
        InstructionState::Unknown => wire::InstructionState::Unknown,
        InstructionState::NeedsPerson => wire::InstructionState::NeedsPerson,
        InstructionState::Paid => wire::InstructionState::Paid,
        InstructionState::Failed => wire::InstructionState::Failed,
    }
}

/// Writes what the validation found.
pub fn finding(finding: Finding) -> wire::InstructionFinding {
    match finding {
        Finding::PayeeUnknown => wire::InstructionFinding::PayeeUnknown,
        Finding::PayeeUnlinked => wire::InstructionFinding::PayeeUnlinked,
        Finding::OverLimit => wire::InstructionFinding::OverLimit,
        Finding::NameMismatch => wire::InstructionFinding::NameMismatch,
        Finding::Duplicate => wire::InstructionFinding::Duplicate,
        Finding::Excluded => wire::InstructionFinding::Excluded,
        Finding::PaidElsewhere => wire::InstructionFinding::PaidElsewhere,
    }
}

fn amount(envelope: &Envelope, tally: Tally) -> words::Money {
    Money::new(envelope.announced.total.currency(), tally.minor).into()
}

fn tallies(envelope: &Envelope, tallies: &Tallies) -> Vec<wire::InstructionTally> {
    let tally = |(at, tally): (InstructionState, Tally)| wire::InstructionTally {
        state: state(at).into(),
        count: tally.count,
        amount: Some(amount(envelope, tally)),
    };
    tallies.each().map(tally).collect()
}
