//! Answers: what is known here, in the words of the contract.

use rangkai_primitives::Timestamp;
use rangkai_proto::{from_json, time, workflow::v1 as wire};

use crate::domain::{
    definition::{Finding, Severity},
    instance::{Entry, Instance, Kind, State, Whole},
    problem::Problem,
    workflow::Workflow,
};

impl From<Workflow> for wire::Definition {
    fn from(workflow: Workflow) -> Self {
        Self {
            definition_id: workflow.id.to_string(),
            namespace: workflow.namespace,
            name: workflow.name,
            version: workflow.version,
            title: workflow.title,
            digest: hexadecimal(&workflow.digest),
            document: workflow.document,
            create_time: Some(time(workflow.create_time)),
        }
    }
}

/// Bytes in hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

impl From<Finding> for wire::Finding {
    fn from(finding: Finding) -> Self {
        let severity = match finding.severity {
            Severity::Error => wire::FindingSeverity::Error,
            Severity::Warning => wire::FindingSeverity::Warning,
        };
        Self {
            severity: severity.into(),
            code: finding.code.to_owned(),
            line: i32::try_from(finding.line).unwrap_or(i32::MAX),
            column: i32::try_from(finding.column).unwrap_or(i32::MAX),
            pointer: finding.pointer,
            message: finding.message,
            help: finding.mend,
        }
    }
}

impl From<Instance> for wire::Instance {
    fn from(instance: Instance) -> Self {
        Self {
            instance_id: instance.id.to_string(),
            definition_id: instance.definition.to_string(),
            namespace: instance.namespace,
            name: instance.name,
            version: instance.version,
            case_id: instance.case_id.map(|case_id| case_id.to_string()).unwrap_or_default(),
            state: wire::InstanceState::from(instance.state).into(),
            positions: instance.positions,
            input: None,
            output: None,
            problem: None,
            create_time: Some(time(instance.create_time)),
            update_time: Some(time(instance.update_time)),
            parent_instance_id: instance
                .parent
                .map(|parent| parent.to_string())
                .unwrap_or_default(),
        }
    }
}

impl From<Whole> for wire::Instance {
    fn from(whole: Whole) -> Self {
        Self {
            input: Some(from_json(&whole.continuation.raw_input)),
            output: whole.output().map(from_json),
            problem: whole.problem().cloned().map(Into::into),
            ..whole.instance.into()
        }
    }
}

impl From<Problem> for wire::Problem {
    fn from(problem: Problem) -> Self {
        Self {
            r#type: problem.kind,
            status: i32::from(problem.status),
            title: problem.title,
            detail: problem.detail,
            instance: problem.instance,
        }
    }
}

/// An entry of a history, and when it happened.
pub fn entry((entry, moment): (Entry, Timestamp)) -> wire::HistoryEntry {
    wire::HistoryEntry {
        sequence: entry.sequence,
        kind: wire::HistoryKind::from(entry.kind).into(),
        task: entry.task,
        detail: entry.detail,
        problem: entry.problem.map(Into::into),
        time: Some(time(moment)),
    }
}

impl From<State> for wire::InstanceState {
    fn from(state: State) -> Self {
        match state {
            State::Running => Self::Running,
            State::Waiting => Self::Waiting,
            State::Completed => Self::Completed,
            State::Faulted => Self::Faulted,
            State::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Kind> for wire::HistoryKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::InstanceStarted => Self::InstanceStarted,
            Kind::TaskStarted => Self::TaskStarted,
            Kind::CallAnnounced => Self::CallAnnounced,
            Kind::CallAnswered => Self::CallAnswered,
            Kind::TaskWaiting => Self::TaskWaiting,
            Kind::EventTaken => Self::EventTaken,
            Kind::TaskCompleted => Self::TaskCompleted,
            Kind::TaskFaulted => Self::TaskFaulted,
            Kind::TaskRetried => Self::TaskRetried,
            Kind::InstanceCompleted => Self::InstanceCompleted,
            Kind::InstanceFaulted => Self::InstanceFaulted,
            Kind::InstanceCancelled => Self::InstanceCancelled,
            Kind::TaskCancelled => Self::TaskCancelled,
            Kind::EventEmitted => Self::EventEmitted,
            Kind::ChildStarted => Self::ChildStarted,
            Kind::TaskUndone => Self::TaskUndone,
            Kind::UndoFailed => Self::UndoFailed,
        }
    }
}
