//! Credentials of calls that leave the blocks, and the tokens that were fetched for them.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, Method, header};
use rangkai_outbound::OutboundError;
use rangkai_primitives::Timestamp;
use serde_json::Value;

use super::{
    Engine,
    call::Sending,
    grpc::configuration,
    status::{Failed, Meaning},
};
use crate::domain::{
    definition::{Authentication, Credential, TokenRequest},
    problem::Problem,
};

/// How long a token is used whose authority does not say.
const USUAL: u64 = 60;
/// How long before its end a token is no longer used.
const MARGIN: u64 = 10;
/// The most tokens kept; beyond that, it begins anew.
const MOST: usize = 1_000;

/// The tokens that are still good. The request for a token, its secret included, is what it is kept by.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<String, (String, Timestamp)>>);

impl Tokens {
    fn find(&self, key: &str, now: Timestamp) -> Option<String> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(key).filter(|(_, until)| now < *until).map(|(token, _)| token.clone())
    }

    fn keep(&self, key: String, token: String, until: Timestamp) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= MOST {
            tokens.clear();
        }
        tokens.insert(key, (token, until));
    }

    fn forget(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

impl Engine {
    /// The header `authorization` of a call.
    pub(in crate::engine) async fn authorization(
        &self,
        sending: &Sending,
        authentication: &Authentication,
    ) -> Result<Result<String, Failed>, Problem> {
        match credential(sending, authentication)? {
            Credential::Header(header) => Ok(Ok(header)),
            Credential::Token(request) => {
                let token = match self.tokens().find(&key(&request), self.now()) {
                    Some(token) => Ok(token),
                    None => self.fetch(&request).await?,
                };
                Ok(token.map(|token| format!("Bearer {token}")))
            }
        }
    }

    /// Forgets the token of a call that its callee did not take.
    pub(in crate::engine) fn forget_token(
        &self,
        sending: &Sending,
        authentication: &Authentication,
    ) {
        if let Ok(Credential::Token(request)) = credential(sending, authentication) {
            self.tokens().forget(&key(&request));
        }
    }

    async fn fetch(&self, request: &TokenRequest) -> Result<Result<String, Failed>, Problem> {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, form)]);
        if let Some(value) = &request.header {
            let value = value.parse().map_err(|_| configuration("the client cannot be named"))?;
            headers.insert(header::AUTHORIZATION, value);
        }
        let body = request.form.clone().into_bytes();
        let asking = async {
            let answer = self.outbound().send(Method::POST, &request.uri, headers, body).await?;
            Ok::<_, OutboundError>((answer.status(), answer.body().await?))
        };
        let (status, body) = match asking.await {
            Ok(answer) => answer,
            Err(error) if error.is_refusal() => {
                return Err(configuration(format!("the authority is not allowed: {error}")));
            }
            Err(error) => return Ok(Err(failed(Meaning::Unsent, &error.to_string()))),
        };
        if !status.is_success() {
            let away = status.is_server_error();
            let meaning = if away { Meaning::Unsent } else { Meaning::Answer };
            let detail = format!("the authority answers {}", status.as_u16());
            return Ok(Err(failed(meaning, &detail)));
        }
        let told: Value = serde_json::from_slice(&body).unwrap_or_default();
        let Some(token) = told["access_token"].as_str() else {
            return Ok(Err(failed(Meaning::Answer, "the authority answers no token")));
        };
        let good = told["expires_in"].as_u64().unwrap_or(USUAL).saturating_sub(MARGIN);
        let until = self.now() + Duration::from_secs(good.min(24 * 60 * 60));
        self.tokens().keep(key(request), token.to_owned(), until);
        Ok(Ok(token.to_owned()))
    }
}

fn credential(sending: &Sending, authentication: &Authentication) -> Result<Credential, Problem> {
    let secrets = sending.definition.secret_values.reveal();
    authentication.credential(secrets).map_err(configuration)
}

fn key(request: &TokenRequest) -> String {
    let header = request.header.as_deref().unwrap_or_default();
    format!("{} {header} {}", request.uri, request.form)
}

/// There is no token, so that the call was not sent.
fn failed(meaning: Meaning, detail: &str) -> Failed {
    let problem = Problem::standard("authentication", "no token", detail);
    Failed { meaning, problem, asked: Duration::ZERO }
}
