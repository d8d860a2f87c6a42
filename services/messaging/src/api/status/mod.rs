//! What a caller hears when an operation did not happen.

mod endpoint;

use rangkai_proto::messaging::v1::{self as wire, ErrorReason};
use rangkai_rpc::{Violations, internal, refusal};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::{
    domain::{Fault, Refusal},
    error::Error,
};

const DOMAIN: &str = "rangkai.messaging.v1";

/// The status of a change that did not happen; `request_id` is the one it was asked for with.
pub fn of_change(error: Error, request_id: Uuid) -> Status {
    let Error::Reused(reused) = error else { return error.into() };
    let reason = ErrorReason::RequestIdReused.as_str_name();
    let metadata = [("request_id", request_id.to_string())];
    refusal(Code::AlreadyExists, DOMAIN, reason, metadata, reused)
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Endpoint(refusal) => refusal.into(),
            Error::Unfit(faults) => unfit(faults),
            Error::Database(source) => rangkai_rpc::database(&source),
            Error::Reused(_)
            | Error::Template
            | Error::Vault(_)
            | Error::Sealed
            | Error::Fact(_)
            | Error::Secret(_) => internal(&error),
        }
    }
}

impl From<Refusal> for Status {
    fn from(why: Refusal) -> Self {
        let no = |code, reason: ErrorReason, detail| {
            refusal(code, DOMAIN, reason.as_str_name(), [detail], &why)
        };
        match &why {
            Refusal::TemplateNotFound(name) => {
                no(Code::NotFound, ErrorReason::TemplateNotFound, ("template_name", name.clone()))
            }
            Refusal::VariableMissing(name) => {
                let detail = ("variable", name.clone());
                no(Code::FailedPrecondition, ErrorReason::VariableMissing, detail)
            }
            Refusal::VariableUnknown(name) => {
                let detail = ("variable", name.clone());
                no(Code::FailedPrecondition, ErrorReason::VariableUnknown, detail)
            }
            Refusal::ChannelNotAllowed { channel, sensitivity } => {
                let reason = ErrorReason::ChannelNotAllowed.as_str_name();
                let channel = wire::Channel::from(*channel).as_str_name();
                let sensitivity = wire::Sensitivity::from(*sensitivity).as_str_name();
                let details =
                    [("channel", channel.to_owned()), ("sensitivity", sensitivity.to_owned())];
                refusal(Code::FailedPrecondition, DOMAIN, reason, details, &why)
            }
            Refusal::MessageNotFound(id) => {
                no(Code::NotFound, ErrorReason::MessageNotFound, ("message_id", id.to_string()))
            }
        }
    }
}

/// Answers `INVALID_ARGUMENT` naming each field.
fn unfit(faults: Vec<Fault>) -> Status {
    let mut violations = Violations::default();
    for Fault { field, rule } in faults {
        violations.add(&field, rule);
    }
    match violations.check(|| None::<()>) {
        Err(status) => status,
        Ok(()) => Status::invalid_argument("the request breaks its contract"),
    }
}
