//! Answers: a status code and JSON, whatever happened.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tonic::{Code, Status};

use crate::error::Error;

/// What goes back.
#[derive(Debug)]
pub struct Answer {
    code: u16,
    body: Value,
}

impl Answer {
    /// It was done.
    pub const fn ok(body: Value) -> Self {
        Self { code: 200, body }
    }

    /// An answer with a body of its own.
    pub const fn of(code: u16, body: Value) -> Self {
        Self { code, body }
    }

    /// A few words.
    pub fn message(code: u16, words: &str) -> Self {
        Self { code, body: json!({ "message": words }) }
    }

    /// A request that is none.
    pub fn invalid() -> Self {
        Self::message(400, "Invalid request")
    }

    /// The building block is not known.
    pub fn unknown_block() -> Self {
        Self::message(460, "Gov Stack Building Block does not exist")
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body.to_string()));
        let failed = StatusCode::INTERNAL_SERVER_ERROR;
        *response.status_mut() = StatusCode::from_u16(self.code).unwrap_or(failed);
        let kind = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }
}

/// What is not the contract's: who asks, and what broke.
const BEYOND: [(Code, u16, &str); 5] = [
    (Code::Unauthenticated, 401, "a valid access token is required"),
    (Code::PermissionDenied, 403, "the access token does not allow this"),
    (Code::ResourceExhausted, 429, "too many attempts; try again later"),
    (Code::Unavailable, 503, "the service is not available; try again"),
    (Code::DeadlineExceeded, 503, "the service is not available; try again"),
];

impl From<Status> for Answer {
    fn from(status: Status) -> Self {
        let known = BEYOND.iter().find(|(code, ..)| *code == status.code());
        known.map_or_else(
            || Self::message(500, "internal error"),
            |(_, code, words)| Self::message(*code, words),
        )
    }
}

/// A request id stands for one request; everything that the contract has no code for broke.
impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        if matches!(error, Error::Reused(_)) {
            Self::message(400, "X-CorrelationID was used for another request")
        } else {
            Status::from(error).into()
        }
    }
}
