//! What a gRPC status means to a workflow.

use std::{error::Error as _, time::Duration};

use serde_json::{Value, json};
use tonic::{Code, ConnectError, Status};
use tonic_types::StatusExt as _;

use crate::domain::problem::{Fate, Problem};

/// A call that was sent and did not succeed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// What is known about its effect.
    pub meaning: Meaning,
    /// The error that the task gets, unless the call is sent again.
    pub problem: Problem,
    /// How long the callee asks to wait.
    pub asked: Duration,
}

impl Failed {
    /// What a status of gRPC is; `safe` calls may be repeated.
    pub fn of(status: &Status, safe: bool) -> Self {
        let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
        let (meaning, problem) = (meaning(status), problem(status, safe));
        Self { meaning, problem, asked: asked.unwrap_or_default() }
    }
}

/// What is known about the effect of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The callee decided: the call has no effect.
    Answer,
    /// The call did not leave the house: it may be sent again, whatever it is.
    Unsent,
    /// The callee failed inside, before or after the effect.
    Failure,
    /// No answer came, or none that says.
    Silence,
}

/// What a status says about the effect of a call.
pub fn meaning(status: &Status) -> Meaning {
    if is_too_large(status) {
        return Meaning::Answer;
    }
    if is_unsent(status) {
        return Meaning::Unsent;
    }
    // A status with a source was made here, out of a failure of the transport.
    if status.source().is_some() {
        return Meaning::Silence;
    }
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Meaning::Silence,
        Code::Internal | Code::Unknown | Code::DataLoss => Meaning::Failure,
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Unauthenticated => Meaning::Answer,
    }
}

/// Whether there was no connection, so that nothing was sent.
fn is_unsent(status: &Status) -> bool {
    let mut source = status.source();
    while let Some(error) = source {
        if error.is::<ConnectError>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// Whether the answer is longer than this process takes, which tonic says in no other way.
fn is_too_large(status: &Status) -> bool {
    status.code() == Code::OutOfRange && status.message().contains("message length too large")
}

/// The error that a status is. A call that is not `safe` and whose effect nobody knows is not sent
/// again, whatever the author says.
pub fn problem(status: &Status, safe: bool) -> Problem {
    if is_too_large(status) {
        return too_large(safe);
    }
    let unknown = meaning(status) != Meaning::Answer;
    let (kind, code) = kind(status.code());
    let title = if unknown && !safe {
        "outcome unknown".to_owned()
    } else {
        format!("{:?}", status.code())
    };
    let details = details(status);
    let reason = status.get_details_error_info().map(|info| info.reason);
    // The message may quote what was sent; the reason and the names of fields never do.
    let mut detail = reason.unwrap_or_default();
    if let Some(broken) = status.get_details_bad_request() {
        let fields: Vec<_> = broken.field_violations.into_iter().map(|it| it.field).collect();
        detail = [detail, fields.join(", ")].join(" ").trim().into();
    }
    let wait = status.get_details_retry_info().and_then(|info| info.retry_delay);
    Problem {
        status: code,
        callee: Some(Box::new(json!({"grpc": {
            "code": rangkai_rpc::spelled(status.code()),
            "message": status.message(),
            "details": details,
        }}))),
        fate: Fate {
            unknown,
            last: unknown && !safe,
            wait_ms: wait.map_or(0, |wait| u32::try_from(wait.as_millis()).unwrap_or(u32::MAX)),
        },
        ..Problem::standard(kind, &title, detail)
    }
}

/// What a stream is cut off with.
pub fn too_long() -> Status {
    Status::out_of_range("message length too large")
}

/// The callee answered more than is taken. It did what it was asked to, so that a call that is not
/// `safe` is not sent again.
pub fn too_large(safe: bool) -> Problem {
    let detail = "the answer has more bytes than the operator allows";
    let problem = Problem::standard("communication", "answer too large", detail);
    Problem { fate: Fate { unknown: true, last: !safe, wait_ms: 0 }, ..problem }
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
            let problem = problem(&Status::new(code, "a name: Budi"), true);
            assert!(problem.kind.ends_with(&format!("/errors/{kind}")), "{code:?}");
            assert_eq!(problem.status, number, "{code:?}");
            assert!(!problem.detail.contains("Budi"));
        }
    }

    #[test]
    fn what_says_nothing_about_the_effect_is_repeated_only_where_that_is_safe() {
        for (code, expected) in [
            (Code::Unavailable, Meaning::Silence),
            (Code::DeadlineExceeded, Meaning::Silence),
            (Code::Cancelled, Meaning::Silence),
            (Code::Internal, Meaning::Failure),
            (Code::Unknown, Meaning::Failure),
            (Code::DataLoss, Meaning::Failure),
            (Code::Aborted, Meaning::Answer),
            (Code::NotFound, Meaning::Answer),
        ] {
            let status = Status::new(code, "");
            assert_eq!(meaning(&status), expected, "{code:?}");
            for safe in [true, false] {
                let fate = problem(&status, safe).fate;
                let unknown = expected != Meaning::Answer;
                assert_eq!((fate.unknown, fate.last), (unknown, unknown && !safe), "{code:?}");
            }
        }
    }
}
