//! The kinds of failure a caller can see.

use std::{collections::HashMap, error::Error, fmt::Display, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use rangkai_db::DbErr;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// The domain of the server's own reasons.
pub(crate) const DOMAIN: &str = "rangkai.rpc";
/// What every answer in JSON says that it is.
const JSON: &str = "application/json; charset=utf-8";
/// How long a caller waits before it asks a server in trouble again.
const PAUSE: Duration = Duration::from_secs(1);

/// A rule said no: `reason` and `metadata` are part of the contract, the message is for people.
#[must_use]
pub fn refusal<'a>(
    code: Code,
    domain: &str,
    reason: &str,
    metadata: impl IntoIterator<Item = (&'a str, String)>,
    message: impl Display,
) -> Status {
    let metadata: HashMap<_, _> =
        metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let details = ErrorDetails::with_error_info(reason, domain, metadata);
    Status::with_error_details(code, message.to_string(), details)
}

/// Something broke: logged here in full, once, and hidden from the caller.
#[must_use]
pub fn internal(error: &(dyn Error + 'static)) -> Status {
    tracing::error!(error, "request failed");
    Status::internal("internal error")
}

/// The database failed. Where it is out of reach or too busy, nobody knows whether the call took
/// effect; it may be sent again with the same request id. Anything else is ours to mend.
#[must_use]
pub fn database(error: &DbErr) -> Status {
    if !rangkai_db::is_passing(error) {
        return internal(error);
    }
    tracing::warn!(error = error as &dyn Error, "the database did not answer");
    let mut details = ErrorDetails::with_retry_info(Some(PAUSE));
    details.set_error_info("DATABASE_UNAVAILABLE", DOMAIN, HashMap::new());
    Status::with_error_details(Code::Unavailable, "the database is not available", details)
}

/// The server has as much to do as it can; a retry may help.
pub(crate) fn overloaded() -> Status {
    let mut details = ErrorDetails::with_retry_info(Some(PAUSE));
    details.set_error_info("OVERLOADED", DOMAIN, HashMap::new());
    Status::with_error_details(Code::Unavailable, "too many calls are under way", details)
}

/// The time that the call had is over. Whether it took effect is unknown.
pub(crate) fn too_late() -> Status {
    Status::deadline_exceeded("the deadline of the call has passed")
}

/// The request is larger than the server reads.
pub(crate) fn too_large(limit: usize) -> Status {
    Status::resource_exhausted(format!("the request is larger than {limit} bytes"))
}

/// Whether a request wants its answer as gRPC.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// Answers with `status`, in the way that the request understands.
pub(crate) fn answer(status: Status, grpc: bool) -> Response {
    if grpc {
        return status.into_http::<Body>();
    }
    let code = match status.code() {
        Code::Unimplemented | Code::NotFound => StatusCode::NOT_FOUND,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::ResourceExhausted => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::InvalidArgument
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => StatusCode::INTERNAL_SERVER_ERROR,
    };
    // Published REST contracts of ours look for the words under either name.
    let body = serde_json::json!({ "error": status.message(), "message": status.message() });
    (code, [(CONTENT_TYPE, JSON)], body.to_string()).into_response()
}

/// The name of a code as the contracts spell it, such as `NOT_FOUND`.
#[must_use]
pub fn spelled(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
