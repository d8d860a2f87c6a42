//! How each error looks on the wire.

use std::collections::HashMap;

use rangkai_proto::registration::v1::ErrorReason;
use rangkai_rpc::Violations;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{
    domain::{FieldError, Refusal},
    error::Error,
};

const DOMAIN: &str = "rangkai.registration.v1";

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Answers(errors) => violations(errors),
            Error::Reused(reused) => rangkai_rpc::refusal(
                Code::AlreadyExists,
                DOMAIN,
                ErrorReason::RequestIdReused.as_str_name(),
                [],
                reused,
            ),
            Error::Database(source) => rangkai_rpc::database(&source),
            error @ (Error::Definition | Error::Randomness | Error::Numbers) => {
                rangkai_rpc::internal(&error)
            }
        }
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let metadata: HashMap<String, String> =
            metadata(&refusal).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let reason = reason(&refusal).as_str_name();
        let details = ErrorDetails::with_error_info(reason, DOMAIN, metadata);
        Self::with_error_details(code(&refusal), refusal.to_string(), details)
    }
}

/// `INVALID_ARGUMENT` with every field that breaks a rule of the service.
pub fn violations(errors: Vec<FieldError>) -> Status {
    let mut fields = Violations::default();
    for error in errors {
        fields.add(&error.field, error.message);
    }
    match fields.check(|| None::<()>) {
        Err(status) => status,
        Ok(()) => Status::invalid_argument("the request breaks its contract"),
    }
}

fn code(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::ServiceNotFound(_)
        | Refusal::ApplicationNotFound
        | Refusal::TaskNotFound
        | Refusal::DecisionNotFound
        | Refusal::RecordNotFound => Code::NotFound,
        Refusal::ServiceVersionTaken { .. } => Code::AlreadyExists,
        Refusal::RoleMissing(_) | Refusal::SameOfficer(_) => Code::PermissionDenied,
        Refusal::StaleEtag(_) => Code::Aborted,
        Refusal::ApplicationNotDraft { .. }
        | Refusal::ApplicationNotSubmitted { .. }
        | Refusal::ApplicationNotApproved { .. }
        | Refusal::ApplicationClosed { .. }
        | Refusal::ApplicationPending(_)
        | Refusal::RuleFailed { .. }
        | Refusal::TaskNotOpen { .. }
        | Refusal::TaskNotClaimed { .. }
        | Refusal::TaskCompleted(_)
        | Refusal::TaskKindMismatch(_)
        | Refusal::RoleUnknown(_)
        | Refusal::FindingMissing(_)
        | Refusal::FindingUnknown(_)
        | Refusal::OutcomeContradictsFindings
        | Refusal::DecisionNotProposed(_)
        | Refusal::DecisionPending(_) => Code::FailedPrecondition,
    }
}

fn reason(refusal: &Refusal) -> ErrorReason {
    match refusal {
        Refusal::ServiceNotFound(_) => ErrorReason::ServiceNotFound,
        Refusal::ServiceVersionTaken { .. } => ErrorReason::ServiceVersionTaken,
        Refusal::ApplicationNotFound => ErrorReason::ApplicationNotFound,
        Refusal::ApplicationNotDraft { .. } => ErrorReason::ApplicationNotDraft,
        Refusal::ApplicationNotSubmitted { .. } => ErrorReason::ApplicationNotSubmitted,
        Refusal::ApplicationNotApproved { .. } => ErrorReason::ApplicationNotApproved,
        Refusal::ApplicationClosed { .. } => ErrorReason::ApplicationClosed,
        Refusal::ApplicationPending(_) => ErrorReason::ApplicationPending,
        Refusal::RuleFailed { .. } => ErrorReason::RuleFailed,
        Refusal::TaskNotFound => ErrorReason::TaskNotFound,
        Refusal::TaskNotOpen { .. } => ErrorReason::TaskNotOpen,
        Refusal::TaskNotClaimed { .. } => ErrorReason::TaskNotClaimed,
        Refusal::TaskCompleted(_) => ErrorReason::TaskCompleted,
        Refusal::TaskKindMismatch(_) => ErrorReason::TaskKindMismatch,
        Refusal::RoleMissing(_) => ErrorReason::RoleMissing,
        Refusal::RoleUnknown(_) => ErrorReason::RoleUnknown,
        Refusal::SameOfficer(_) => ErrorReason::SameOfficer,
        Refusal::FindingMissing(_) => ErrorReason::FindingMissing,
        Refusal::FindingUnknown(_) => ErrorReason::FindingUnknown,
        Refusal::OutcomeContradictsFindings => ErrorReason::OutcomeContradictsFindings,
        Refusal::DecisionNotFound => ErrorReason::DecisionNotFound,
        Refusal::DecisionNotProposed(_) => ErrorReason::DecisionNotProposed,
        Refusal::DecisionPending(_) => ErrorReason::DecisionPending,
        Refusal::RecordNotFound => ErrorReason::RecordNotFound,
        Refusal::StaleEtag(_) => ErrorReason::StaleEtag,
    }
}

fn metadata(refusal: &Refusal) -> Vec<(&'static str, String)> {
    match refusal {
        Refusal::ServiceNotFound(name) => vec![("service_name", name.clone())],
        Refusal::ServiceVersionTaken { name, version } => {
            vec![("service_name", name.clone()), ("version", version.clone())]
        }
        Refusal::ApplicationNotDraft { application, state }
        | Refusal::ApplicationNotSubmitted { application, state }
        | Refusal::ApplicationNotApproved { application, state }
        | Refusal::ApplicationClosed { application, state } => {
            vec![("application_id", application.to_string()), ("state", state.to_string())]
        }
        Refusal::ApplicationPending(other) => vec![("application_id", other.to_string())],
        Refusal::TaskNotOpen { task, state } | Refusal::TaskNotClaimed { task, state } => {
            vec![("task_id", task.to_string()), ("state", state.to_string())]
        }
        Refusal::TaskCompleted(task) | Refusal::TaskKindMismatch(task) => {
            vec![("task_id", task.to_string())]
        }
        Refusal::RoleMissing(role) | Refusal::RoleUnknown(role) => vec![("role", role.clone())],
        Refusal::SameOfficer(decision)
        | Refusal::DecisionNotProposed(decision)
        | Refusal::DecisionPending(decision) => vec![("decision_id", decision.to_string())],
        Refusal::RuleFailed { rule, .. }
        | Refusal::FindingMissing(rule)
        | Refusal::FindingUnknown(rule) => vec![("rule_id", rule.clone())],
        Refusal::StaleEtag(etag) => vec![("etag", etag.clone())],
        Refusal::ApplicationNotFound
        | Refusal::TaskNotFound
        | Refusal::OutcomeContradictsFindings
        | Refusal::DecisionNotFound
        | Refusal::RecordNotFound => Vec::new(),
    }
}
