//! What clients and resource servers look up first (RFC 8414 and RFC 7517).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use rangkai_proto::identity::v1::{ListKeysRequest, token_service_server::TokenService as _};
use serde_json::json;
use tonic::Request;

use super::answer::{Problem, answer};
use crate::Identity;

/// A new key is listed for a minute before it signs, so nobody may keep the set for longer.
const KEPT: &str = "public, max-age=30";

/// The key set.
pub async fn keys(State(identity): State<Identity>) -> Response {
    match identity.list_keys(Request::new(ListKeysRequest::default())).await {
        Ok(keys) => {
            let kind = (CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json"));
            let kept = (CACHE_CONTROL, HeaderValue::from_static(KEPT));
            ([kind, kept], keys.into_inner().jwks).into_response()
        }
        Err(status) => answer(Err(Problem::from(status))),
    }
}

/// Where everything is.
pub async fn metadata(State(identity): State<Identity>) -> Response {
    let issuer = identity.issuer.name.trim_end_matches('/');
    Json(json!({
        "issuer": &*identity.issuer.name,
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": identity.scopes.iter().collect::<Vec<_>>(),
    }))
    .into_response()
}
