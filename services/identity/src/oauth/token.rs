//! `POST /oauth2/token` (RFC 6749, section 4.4).

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};
use http::HeaderMap;
use rangkai_proto::identity::v1::{self as wire, token_service_server::TokenService as _};
use tonic::Request;

use super::{
    answer::{Problem, answer},
    credentials,
};
use crate::Identity;

/// Gives a client a token.
pub async fn issue(
    State(identity): State<Identity>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    answer(ask(&identity, &headers, form).await)
}

async fn ask(
    identity: &Identity,
    headers: &HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<wire::IssueTokenResponse, Problem> {
    let Form(parameters) = form.map_err(|_| Problem::request("the body must be a short form"))?;
    let request = read(&parameters, headers)?;
    let token = identity.issue_token(Request::new(request)).await?;
    Ok(token.into_inner())
}

/// Reads the parameters; those that are not known are passed over, as section 3.2 says.
fn read(
    parameters: &[(String, String)],
    headers: &HeaderMap,
) -> Result<wire::IssueTokenRequest, Problem> {
    let mut request = wire::IssueTokenRequest::default();
    let mut seen = Vec::new();
    for (name, value) in parameters {
        let place = match name.as_str() {
            "grant_type" => &mut request.grant_type,
            "client_id" => &mut request.client_id,
            "client_secret" => &mut request.client_secret,
            "scope" => &mut request.scope,
            "agency" => &mut request.agency,
            _ => continue,
        };
        if seen.contains(&name) {
            return Err(Problem::request("a parameter is there twice"));
        }
        seen.push(name);
        place.clone_from(value);
    }
    if request.grant_type.is_empty() {
        return Err(Problem::request("grant_type is required"));
    }
    if request.grant_type != "client_credentials" {
        return Err(Problem::of("unsupported_grant_type"));
    }
    if let Some((id, secret)) = credentials::basic(headers)? {
        let is_another = !request.client_id.is_empty() && request.client_id != id;
        if is_another || !request.client_secret.is_empty() {
            return Err(Problem::request("a client shows its secret in one way only"));
        }
        request.client_id = id;
        request.client_secret = secret;
    }
    if request.client_id.is_empty() || request.client_secret.is_empty() {
        return Err(Problem::of("invalid_client"));
    }
    Ok(request)
}
