//! Answers of the token endpoint (RFC 6749, sections 5.1 and 5.2).

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE},
};
use rangkai_proto::identity::v1::{ErrorReason, IssueTokenResponse};
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Why there is no token.
#[derive(Debug)]
pub struct Problem {
    error: &'static str,
    description: Option<String>,
}

/// A token, or why there is none; neither is ever kept in a cache.
pub fn answer(outcome: Result<IssueTokenResponse, Problem>) -> Response {
    let mut response = match outcome {
        Ok(token) => Json(json!({
            "access_token": token.access_token,
            "token_type": token.token_type,
            "expires_in": token.expires_in_seconds,
            "scope": token.scope,
        }))
        .into_response(),
        Err(problem) => problem.into_response(),
    };
    let mut set = |name: HeaderName, value| {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    };
    set(CACHE_CONTROL, "no-store");
    set(PRAGMA, "no-cache");
    response
}

impl Problem {
    /// A problem that needs no further words.
    pub const fn of(error: &'static str) -> Self {
        Self { error, description: None }
    }

    /// A request that is not one.
    pub fn request(description: &str) -> Self {
        Self { error: "invalid_request", description: Some(description.to_owned()) }
    }

    fn into_response(self) -> Response {
        let code = match self.error {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let mut body = json!({ "error": self.error });
        if let Some(description) = self.description {
            body["error_description"] = description.into();
        }
        let mut response = (code, Json(body)).into_response();
        if code == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static(r#"Basic realm="rangkai""#);
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let reason = details.error_info().map(|info| info.reason.as_str());
        match reason.and_then(ErrorReason::from_str_name) {
            Some(ErrorReason::ClientNotAuthenticated) => return Self::of("invalid_client"),
            Some(ErrorReason::ScopeNotAllowed) => return Self::of("invalid_scope"),
            Some(ErrorReason::AgencyNotAllowed) => {
                let description = Some("the client may not act for this agency".to_owned());
                return Self { error: "unauthorized_client", description };
            }
            _ => {}
        }
        if status.code() == Code::InvalidArgument {
            let broken = details.bad_request().map(|it| it.field_violations.as_slice());
            let names: Vec<_> =
                broken.unwrap_or_default().iter().map(|it| it.field.as_str()).collect();
            return Self::request(&format!("not valid: {}", names.join(", ")));
        }
        let may_pass = matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded);
        Self::of(if may_pass { "temporarily_unavailable" } else { "server_error" })
    }
}
