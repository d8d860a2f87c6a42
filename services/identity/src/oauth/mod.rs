//! Tokens and keys as RFC 6749, RFC 7517 and RFC 8414 spell them: a thin mapping on `api`.

mod answer;
mod credentials;
mod discovery;
mod token;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::Identity;

/// Far more than the longest request that could be granted.
const LARGEST_REQUEST: usize = 32 * 1024;

/// The paths that OAuth 2.0 clients know.
pub fn router(identity: Identity) -> Router {
    Router::new()
        .route("/oauth2/token", post(token::issue))
        .route("/.well-known/jwks.json", get(discovery::keys))
        .route("/.well-known/oauth-authorization-server", get(discovery::metadata))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .with_state(identity)
}
