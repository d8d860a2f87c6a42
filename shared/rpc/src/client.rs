//! Calling another block: with a token, a trace and a deadline.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, Request, Response, header::AUTHORIZATION};
use rangkai_auth::{Credentials, Method, Methods};
use rangkai_config::Secret;
use rangkai_primitives::Agency;
use tonic::{Code, Status, TimeoutExpired, body::Body, transport::Channel};
use tower::{BoxError, Service, ServiceExt as _};

use crate::{limits::remaining, status::too_late, trace};

const TIMEOUT: &str = "grpc-timeout";
/// How long a call may take when nobody says.
const USUAL: Duration = Duration::from_secs(10);

/// A channel that adds to each call what every call carries: the token of an agency, the current
/// trace, and what is left of the caller's deadline. Generated clients take it as their channel.
#[derive(Clone, Debug)]
pub struct Client {
    channel: Channel,
    token: Token,
    agency: Option<Agency>,
}

#[derive(Clone, Debug)]
enum Token {
    None,
    Fixed(Secret),
    From(Credentials),
}

impl Client {
    /// Calls over `channel` without a token.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self { channel, token: Token::None, agency: None }
    }

    /// The same with tokens from `credentials`, asked for as needed.
    #[must_use]
    pub fn with_credentials(self, credentials: Credentials) -> Self {
        Self { token: Token::From(credentials), ..self }
    }

    /// The same with one token that somebody else got.
    #[must_use]
    pub fn with_token(self, token: Secret) -> Self {
        Self { token: Token::Fixed(token), ..self }
    }

    /// The same acting for `agency`.
    #[must_use]
    pub fn for_agency(self, agency: Agency) -> Self {
        Self { agency: Some(agency), ..self }
    }

    async fn send(self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let (mut parts, body) = request.into_parts();
        let method = Methods::all().ok().and_then(|all| all.find(parts.uri.path()));
        let time = time_for(&parts.headers, method);
        if time.is_zero() {
            return Err(too_late().into());
        }
        let work = async {
            self.dress(&mut parts.headers, method, time).await?;
            let mut channel = self.channel.clone();
            channel.ready().await?.call(Request::from_parts(parts, body)).await.map_err(late)
        };
        let response = tokio::time::timeout(time, work).await.map_err(|_| too_late())??;
        if refused(&response)
            && let Token::From(credentials) = &self.token
        {
            credentials.forget(self.agency.as_ref()).await;
        }
        Ok(response)
    }

    async fn dress(
        &self,
        headers: &mut HeaderMap,
        method: Option<&Method>,
        time: Duration,
    ) -> Result<(), BoxError> {
        headers.insert(TIMEOUT, HeaderValue::from_str(&spell(time))?);
        if let Some(parent) = trace::current() {
            headers.insert(trace::TRACEPARENT, HeaderValue::from_str(&parent)?);
        }
        if headers.contains_key(AUTHORIZATION) || method.is_some_and(Method::is_public) {
            return Ok(());
        }
        let token = match &self.token {
            Token::None => return Ok(()),
            Token::Fixed(token) => token.clone(),
            Token::From(credentials) => credentials.token(self.agency.as_ref()).await?,
        };
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
        Ok(())
    }
}

impl Service<Request<Body>> for Client {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    /// Always ready: whether the channel is, the call itself finds out within its deadline.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().send(request))
    }
}

/// The time for a call: what its maker says or else its contract, and never more than what is left
/// of the call that it is made for.
fn time_for(headers: &HeaderMap, method: Option<&Method>) -> Duration {
    let asked = headers.get(TIMEOUT).and_then(|value| value.to_str().ok());
    let asked = asked.and_then(crate::limits::parse);
    let usual = method.and_then(|method| method.default_deadline).unwrap_or(USUAL);
    let time = asked.unwrap_or(usual);
    remaining().map_or(time, |left| left.min(time))
}

/// Spells a `grpc-timeout`, which has at most eight digits.
fn spell(time: Duration) -> String {
    match time.as_millis() {
        0 => format!("{}u", time.as_micros()),
        millis if millis < 100_000_000 => format!("{millis}m"),
        _ => format!("{}S", time.as_secs().min(99_999_999)),
    }
}

/// tonic calls a deadline that passed a cancellation.
fn late(error: tonic::transport::Error) -> BoxError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(cause) = source {
        if cause.is::<TimeoutExpired>() {
            return too_late().into();
        }
        source = cause.source();
    }
    error.into()
}

/// Whether the answer says that the token was not accepted.
fn refused(response: &Response<Body>) -> bool {
    Status::from_header_map(response.headers())
        .is_some_and(|status| status.code() == Code::Unauthenticated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_fits_in_eight_digits() {
        assert_eq!(spell(Duration::from_micros(12)), "12u");
        assert_eq!(spell(Duration::from_millis(1_500)), "1500m");
        assert_eq!(spell(Duration::from_hours(48)), "172800S");
    }
}
