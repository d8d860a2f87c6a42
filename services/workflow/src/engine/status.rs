//! What a gRPC status means to a workflow.

use std::error::Error as _;

use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::domain::problem::{Fate, Problem};

/// Whether nobody knows what became of the call: no answer came, or none that says.
pub fn is_unknown(status: &Status) -> bool {
    let code = status.code();
    let lost = matches!(code, Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled);
    // A status with a source was made here, out of a failure of the transport.
    lost || status.source().is_some()
}

/// The error that a status is.
pub fn problem(status: &Status) -> Problem {
    let (kind, code) = kind(status.code());
    let title = format!("{:?}", status.code());
    let details = details(status);
    let reason = status.get_details_error_info().map(|info| info.reason);
    // The message may quote what was sent; the reason and the names of fields never do.
    let mut detail = reason.unwrap_or_default();
    if let Some(broken) = status.get_details_bad_request() {
        let fields: Vec<_> = broken.field_violations.into_iter().map(|it| it.field).collect();
        detail = [detail, fields.join(", ")].join(" ").trim().into();
    }
    let wait = status.get_details_retry_info().and_then(|info| info.retry_delay);
    let broke = matches!(status.code(), Code::Internal | Code::Unknown | Code::DataLoss);
    Problem {
        status: code,
        grpc: Some(Box::new(json!({
            "code": rangkai_rpc::spelled(status.code()),
            "message": status.message(),
            "details": details,
        }))),
        fate: Fate {
            unknown: broke || is_unknown(status),
            last: false,
            wait_ms: wait.map_or(0, |wait| u32::try_from(wait.as_millis()).unwrap_or(u32::MAX)),
        },
        ..Problem::standard(kind, &title, detail)
    }
}

fn details(status: &Status) -> Value {
    let mut details = Vec::new();
    if let Some(info) = status.get_details_error_info() {
        let metadata: serde_json::Map<_, _> =
            info.metadata.into_iter().map(|(key, value)| (key, json!(value))).collect();
        let (reason, domain) = (info.reason, info.domain);
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": domain,
            "metadata": metadata,
        }));
    }
    if let Some(broken) = status.get_details_bad_request() {
        let violations = broken.field_violations.into_iter();
        let violations: Vec<_> = violations
            .map(|it| json!({"field": it.field, "description": it.description}))
            .collect();
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": violations,
        }));
    }
    Value::Array(details)
}

/// The standard error type and the status as HTTP counts them.
fn kind(code: Code) -> (&'static str, u16) {
    match code {
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            ("communication", 400)
        }
        Code::Unauthenticated => ("authentication", 401),
        Code::PermissionDenied => ("authorization", 403),
        Code::NotFound => ("communication", 404),
        Code::AlreadyExists | Code::Aborted => ("communication", 409),
        Code::ResourceExhausted => ("communication", 429),
        Code::Cancelled => ("communication", 499),
        Code::Unimplemented => ("communication", 501),
        Code::Unavailable => ("communication", 503),
        Code::DeadlineExceeded => ("timeout", 408),
        Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss => ("communication", 500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_the_error_that_the_contract_says() {
        for (code, kind, number) in [
            (Code::InvalidArgument, "communication", 400),
            (Code::FailedPrecondition, "communication", 400),
            (Code::OutOfRange, "communication", 400),
            (Code::Unauthenticated, "authentication", 401),
            (Code::PermissionDenied, "authorization", 403),
            (Code::NotFound, "communication", 404),
            (Code::AlreadyExists, "communication", 409),
            (Code::Aborted, "communication", 409),
            (Code::ResourceExhausted, "communication", 429),
            (Code::Cancelled, "communication", 499),
            (Code::Unimplemented, "communication", 501),
            (Code::Unavailable, "communication", 503),
            (Code::DeadlineExceeded, "timeout", 408),
            (Code::Internal, "communication", 500),
        ] {
            let problem = problem(&Status::new(code, "a name: Budi"));
            assert!(problem.kind.ends_with(&format!("/errors/{kind}")), "{code:?}");
            assert_eq!(problem.status, number, "{code:?}");
            assert!(!problem.detail.contains("Budi"));
        }
    }
}
