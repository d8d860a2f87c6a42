//! How each error looks on the wire.

use rangkai_proto::workflow::v1::ErrorReason;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};
use uuid::Uuid;

use crate::{
    domain::{
        clock_refusal::ClockRefusal,
        refusal::{Elsewhere, Refusal},
    },
    error::Error,
};

pub(in crate::api) const DOMAIN: &str = "rangkai.workflow.v1";

/// The status of a change that did not happen; `request_id` is the one it was asked for with.
pub fn of_change(error: Error, request_id: Uuid) -> Status {
    let Error::RequestIdReused(reused) = error else { return error.into() };
    let metadata = [("request_id", request_id.to_string())];
    let reason = ErrorReason::RequestIdReused.as_str_name();
    rangkai_rpc::refusal(Code::AlreadyExists, DOMAIN, reason, metadata, reused)
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Database(source) => rangkai_rpc::database(&source),
            error @ (Error::RequestIdReused(_) | Error::Unreadable(_)) => {
                rangkai_rpc::internal(&error)
            }
        }
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        match told(refusal) {
            Told::Reason(code, reason, metadata) => {
                rangkai_rpc::refusal(code, DOMAIN, reason.as_str_name(), metadata, message)
            }
            Told::Fields(fields) => broken(message, fields.into_iter()),
            Told::Clock(refusal) => refusal.into(),
            Told::Elsewhere(refusal) => refusal.into(),
        }
    }
}

/// What a refusal tells.
enum Told {
    /// A code, a reason and what it is about.
    Reason(Code, ErrorReason, Vec<(&'static str, String)>),
    /// Every broken field.
    Fields(Vec<(String, String)>),
    /// What a calendar or a clock has to say.
    Clock(ClockRefusal),
    /// What there is to say about services outside the blocks.
    Elsewhere(Elsewhere),
}

fn told(refusal: Refusal) -> Told {
    let (code, reason, metadata) = match refusal {
        Refusal::DefinitionNotFound { namespace, name } => (
            Code::NotFound,
            ErrorReason::DefinitionNotFound,
            vec![("namespace", namespace), ("name", name)],
        ),
        Refusal::DefinitionVersionTaken { name, version } => (
            Code::AlreadyExists,
            ErrorReason::DefinitionVersionTaken,
            vec![("name", name), ("version", version)],
        ),
        Refusal::InstanceNotFound(_) => (Code::NotFound, ErrorReason::InstanceNotFound, vec![]),
        Refusal::InstanceEnded { instance, state } => (
            Code::FailedPrecondition,
            ErrorReason::InstanceEnded,
            vec![("instance_id", instance.to_string()), ("state", state.to_string())],
        ),
        Refusal::PastFinalStep(id) => (
            Code::FailedPrecondition,
            ErrorReason::PastFinalStep,
            vec![("instance_id", id.to_string())],
        ),
        Refusal::InstanceNotFaulted { instance, state } => (
            Code::FailedPrecondition,
            ErrorReason::InstanceNotFaulted,
            vec![("instance_id", instance.to_string()), ("state", state.to_string())],
        ),
        Refusal::InstanceSettled(id) => (
            Code::FailedPrecondition,
            ErrorReason::InstanceSettled,
            vec![("instance_id", id.to_string())],
        ),
        Refusal::SettlementNotFound(id) => (
            Code::NotFound,
            ErrorReason::SettlementNotFound,
            vec![("settlement_id", id.to_string())],
        ),
        Refusal::SamePerson(id) => (
            Code::PermissionDenied,
            ErrorReason::SamePerson,
            vec![("settlement_id", id.to_string())],
        ),
        Refusal::Document(mistakes) => {
            let field = |(line, column, text)| (format!("document:{line}:{column}"), text);
            return Told::Fields(mistakes.into_iter().map(field).collect());
        }
        Refusal::Input(mistakes) => return Told::Fields(mistakes),
        Refusal::Clock(refusal) => return Told::Clock(refusal),
        Refusal::Elsewhere(refusal) => return Told::Elsewhere(refusal),
    };
    Told::Reason(code, reason, metadata)
}

impl From<Elsewhere> for Status {
    fn from(refusal: Elsewhere) -> Self {
        let message = refusal.to_string();
        match refusal {
            Elsewhere::NotFound(name) => rangkai_rpc::refusal(
                Code::NotFound,
                DOMAIN,
                ErrorReason::DescriptorSetNotFound.as_str_name(),
                [("name", name)],
                message,
            ),
            Elsewhere::NameTaken(name) => rangkai_rpc::refusal(
                Code::AlreadyExists,
                DOMAIN,
                ErrorReason::DescriptorSetNameTaken.as_str_name(),
                [("name", name)],
                message,
            ),
            Elsewhere::HostNotFound(host) => rangkai_rpc::refusal(
                Code::NotFound,
                DOMAIN,
                ErrorReason::HostNotFound.as_str_name(),
                [("host", host)],
                message,
            ),
            Elsewhere::HostNotReflected { host, code } => rangkai_rpc::refusal(
                Code::Unavailable,
                DOMAIN,
                ErrorReason::HostNotReflected.as_str_name(),
                [("host", host), ("code", code)],
                message,
            ),
            Elsewhere::Unreadable(field, wrong) => broken(message, [(field, wrong)].into_iter()),
        }
    }
}

/// A request with these fields broken.
pub(in crate::api) fn broken(
    message: String,
    fields: impl Iterator<Item = (String, String)>,
) -> Status {
    let fields = fields.map(|(field, text)| FieldViolation::new(field, text)).collect::<Vec<_>>();
    let details = ErrorDetails::with_bad_request(fields);
    Status::with_error_details(Code::InvalidArgument, message, details)
}
