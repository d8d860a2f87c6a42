//! The words of the domain, as the contracts spell them.

use rangkai_proto::{registration::v1 as wire, r#type::v1 as common};

use crate::domain::{
    ApplicationState, DecisionState, Finding, Outcome, RecordState, Source, TaskKind, TaskState,
    Text,
};

impl From<Text> for common::Text {
    fn from(text: Text) -> Self {
        Self { id: text.id, en: text.en }
    }
}

impl From<Finding> for wire::Finding {
    fn from(finding: Finding) -> Self {
        Self {
            rule_id: finding.rule,
            met: finding.met,
            explanation: finding.explanation,
            text: Some(finding.text.into()),
            legal_basis: finding.legal_basis,
            source: wire::RuleSource::from(finding.source).into(),
        }
    }
}

impl From<Source> for wire::RuleSource {
    fn from(source: Source) -> Self {
        match source {
            Source::Expression => Self::Expression,
            Source::Officer => Self::Officer,
        }
    }
}

impl From<ApplicationState> for wire::ApplicationState {
    fn from(state: ApplicationState) -> Self {
        match state {
            ApplicationState::Draft => Self::Draft,
            ApplicationState::Submitted => Self::Submitted,
            ApplicationState::Approved => Self::Approved,
            ApplicationState::Granted => Self::Granted,
            ApplicationState::Refused => Self::Refused,
            ApplicationState::Withdrawn => Self::Withdrawn,
            ApplicationState::Lapsed => Self::Lapsed,
        }
    }
}

/// The state to filter by; unspecified is none.
pub fn application_state(state: wire::ApplicationState) -> Option<ApplicationState> {
    match state {
        wire::ApplicationState::Unspecified => None,
        wire::ApplicationState::Draft => Some(ApplicationState::Draft),
        wire::ApplicationState::Submitted => Some(ApplicationState::Submitted),
        wire::ApplicationState::Approved => Some(ApplicationState::Approved),
        wire::ApplicationState::Granted => Some(ApplicationState::Granted),
        wire::ApplicationState::Refused => Some(ApplicationState::Refused),
        wire::ApplicationState::Withdrawn => Some(ApplicationState::Withdrawn),
        wire::ApplicationState::Lapsed => Some(ApplicationState::Lapsed),
    }
}

impl From<TaskKind> for wire::TaskKind {
    fn from(kind: TaskKind) -> Self {
        match kind {
            TaskKind::Check => Self::Check,
            TaskKind::ProposeDecision => Self::ProposeDecision,
            TaskKind::ConfirmDecision => Self::ConfirmDecision,
        }
    }
}

/// The kind of a new task; unspecified is none.
pub fn task_kind(kind: wire::TaskKind) -> Option<TaskKind> {
    match kind {
        wire::TaskKind::Unspecified => None,
        wire::TaskKind::Check => Some(TaskKind::Check),
        wire::TaskKind::ProposeDecision => Some(TaskKind::ProposeDecision),
        wire::TaskKind::ConfirmDecision => Some(TaskKind::ConfirmDecision),
    }
}

impl From<TaskState> for wire::TaskState {
    fn from(state: TaskState) -> Self {
        match state {
            TaskState::Open => Self::Open,
            TaskState::Claimed => Self::Claimed,
            TaskState::Completed => Self::Completed,
            TaskState::Cancelled => Self::Cancelled,
        }
    }
}

/// The state to filter by; unspecified is none.
pub fn task_state(state: wire::TaskState) -> Option<TaskState> {
    match state {
        wire::TaskState::Unspecified => None,
        wire::TaskState::Open => Some(TaskState::Open),
        wire::TaskState::Claimed => Some(TaskState::Claimed),
        wire::TaskState::Completed => Some(TaskState::Completed),
        wire::TaskState::Cancelled => Some(TaskState::Cancelled),
    }
}

impl From<Outcome> for wire::DecisionOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Grant => Self::Grant,
            Outcome::Refuse => Self::Refuse,
        }
    }
}

/// The outcome of a proposal; unspecified is none.
pub fn outcome(outcome: wire::DecisionOutcome) -> Option<Outcome> {
    match outcome {
        wire::DecisionOutcome::Unspecified => None,
        wire::DecisionOutcome::Grant => Some(Outcome::Grant),
        wire::DecisionOutcome::Refuse => Some(Outcome::Refuse),
    }
}

impl From<DecisionState> for wire::DecisionState {
    fn from(state: DecisionState) -> Self {
        match state {
            DecisionState::Proposed => Self::Proposed,
            DecisionState::Confirmed => Self::Confirmed,
            DecisionState::Returned => Self::Returned,
        }
    }
}

impl From<RecordState> for wire::RecordState {
    fn from(state: RecordState) -> Self {
        match state {
            RecordState::Valid => Self::Valid,
            RecordState::Expired => Self::Expired,
        }
    }
}
