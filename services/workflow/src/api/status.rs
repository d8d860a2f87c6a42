//! How each error looks on the wire.

use rangkai_proto::workflow::v1::ErrorReason;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};
use uuid::Uuid;

use crate::{
    domain::refusal::{Elsewhere, Refusal},
    error::Error,
};

const DOMAIN: &str = "rangkai.workflow.v1";

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
        match refusal {
            Refusal::DefinitionNotFound { namespace, name } => rangkai_rpc::refusal(
                Code::NotFound,
                DOMAIN,
                ErrorReason::DefinitionNotFound.as_str_name(),
                [("namespace", namespace), ("name", name)],
                message,
            ),
            Refusal::DefinitionVersionTaken { name, version } => rangkai_rpc::refusal(
                Code::AlreadyExists,
                DOMAIN,
                ErrorReason::DefinitionVersionTaken.as_str_name(),
                [("name", name), ("version", version)],
                message,
            ),
            Refusal::InstanceNotFound(_) => rangkai_rpc::refusal(
                Code::NotFound,
                DOMAIN,
                ErrorReason::InstanceNotFound.as_str_name(),
                [],
                message,
            ),
            Refusal::InstanceEnded { instance, state } => rangkai_rpc::refusal(
                Code::FailedPrecondition,
                DOMAIN,
                ErrorReason::InstanceEnded.as_str_name(),
                [("instance_id", instance.to_string()), ("state", state.to_string())],
                message,
            ),
            Refusal::Elsewhere(refusal) => refusal.into(),
            Refusal::Document(mistakes) => {
                let field = |(line, column, text)| (format!("document:{line}:{column}"), text);
                broken(message, mistakes.into_iter().map(field))
            }
            Refusal::Input(mistakes) => broken(message, mistakes.into_iter()),
        }
    }
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

fn broken(message: String, fields: impl Iterator<Item = (String, String)>) -> Status {
    let fields = fields.map(|(field, text)| FieldViolation::new(field, text)).collect::<Vec<_>>();
    let details = ErrorDetails::with_bad_request(fields);
    Status::with_error_details(Code::InvalidArgument, message, details)
}
