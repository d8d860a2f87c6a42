//! Calls over HTTP, by the guarded way out.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rangkai_outbound::OutboundError;
use serde_json::{Map, Value, json};

use super::{
    Engine,
    call::{Sending, Sent, late},
    grpc::configuration,
    status::{Failed, Meaning, too_large},
};
use crate::domain::{
    definition::{Call, Http, HttpOutput},
    problem::{Fate, Problem},
    run::HttpRequest,
};

/// The longest body of an error that the task gets to see.
const MAX_ERROR: usize = 16 * 1024;
/// How long the callee can ask to wait.
const MAX_ASKED: Duration = Duration::from_hours(1);
/// Longer than the way out allows.
const ENDLESS: Duration = Duration::from_hours(24);

impl Engine {
    /// Sends a request over HTTP, once.
    pub(in crate::engine) async fn call_http(
        &self,
        sending: &Sending,
        call: &Call,
        http: &Http,
    ) -> Sent {
        let intent = &sending.intent;
        let request = HttpRequest::read(&intent.request)?;
        let mut headers = headers(sending, &request)?;
        if let Some(authentication) = &call.authentication {
            match self.authorization(sending, authentication).await? {
                Ok(value) => put(&mut headers, "authorization", &value)?,
                Err(failed) => return Ok(Err(failed)),
            }
        }
        let method = request.method.parse().map_err(|_| configuration("no such method"))?;
        let body = request.body.clone().unwrap_or_default().into_bytes();
        let asking = async {
            let answer = self.outbound().send(method, &request.uri, headers, body).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            Ok::<_, OutboundError>((status, headers, answer.body().await))
        };
        let time = self.time_for(intent, ENDLESS, ENDLESS);
        let answer = match tokio::time::timeout(time, asking).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return broken(error, intent.safe),
            Err(_) => return Ok(Err(silence(late(intent.safe)))),
        };
        let (status, headers, body) = answer;
        if status.is_success() || (http.redirect && status.is_redirection()) {
            match body {
                Ok(body) => Ok(Ok(shape(http.output, &request, (status, &headers, body))?)),
                Err(error) => broken(error, intent.safe),
            }
        } else {
            // What came of the call is known, whatever became of the body.
            let body = body.unwrap_or_default();
            Ok(Err(failed(status, &headers, &body, intent.safe)))
        }
    }
}

fn headers(sending: &Sending, request: &HttpRequest) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    if let Some(parent) = &sending.traceparent {
        put(&mut headers, "traceparent", parent)?;
    }
    if !["GET", "HEAD", "OPTIONS"].contains(&request.method.as_str()) {
        put(&mut headers, "idempotency-key", &sending.intent.request_id.to_string())?;
    }
    for (name, value) in &request.headers {
        put(&mut headers, name, value)?;
    }
    Ok(headers)
}

fn put(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), Problem> {
    let wrong = || configuration(format!("the header {name} cannot be sent"));
    let key: HeaderName = name.parse().map_err(|_| wrong())?;
    let mut value: HeaderValue = value.parse().map_err(|_| wrong())?;
    value.set_sensitive(key == header::AUTHORIZATION);
    headers.insert(key, value);
    Ok(())
}

/// What it means that there is no answer.
fn broken(error: OutboundError, safe: bool) -> Sent {
    if error.is_refusal() {
        // The rule and nothing of the request.
        return Err(configuration(format!("the call is not allowed: {error}")));
    }
    let title = if safe { error.word() } else { "outcome unknown" };
    let problem = Problem {
        fate: Fate { unknown: true, last: !safe, wait_ms: 0 },
        ..Problem::standard("communication", title, error.to_string())
    };
    let meaning = match error {
        OutboundError::Unresolved | OutboundError::ConnectFailed => Meaning::Unsent,
        OutboundError::AnswerTooLarge => {
            let (meaning, asked) = (Meaning::Answer, Duration::ZERO);
            return Ok(Err(Failed { meaning, problem: too_large(safe), asked }));
        }
        OutboundError::UrlMalformed
        | OutboundError::CredentialsInUrl
        | OutboundError::HostNotAllowed
        | OutboundError::SchemeNotAllowed
        | OutboundError::PortNotAllowed
        | OutboundError::AddressNotPublic
        | OutboundError::RequestTooLarge
        | OutboundError::TimedOut
        | OutboundError::AnswerBroken => Meaning::Silence,
    };
    Ok(Err(Failed { meaning, ..silence(problem) }))
}

fn silence(problem: Problem) -> Failed {
    Failed { meaning: Meaning::Silence, problem, asked: Duration::ZERO }
}

/// What an answer that is no success means.
fn failed(status: StatusCode, headers: &HeaderMap, body: &[u8], safe: bool) -> Failed {
    let meaning = match status {
        StatusCode::REQUEST_TIMEOUT
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Meaning::Silence,
        status if status.is_server_error() => Meaning::Failure,
        _ => Meaning::Answer,
    };
    let unknown = meaning != Meaning::Answer;
    let title = if unknown && !safe {
        "outcome unknown".to_owned()
    } else {
        status.canonical_reason().unwrap_or("refused").to_owned()
    };
    let wait = headers.get(header::RETRY_AFTER).and_then(|it| it.to_str().ok()?.parse().ok());
    let asked = wait.map_or(Duration::ZERO, Duration::from_secs).min(MAX_ASKED);
    let content = if body.len() > MAX_ERROR { Value::Null } else { content(headers, body) };
    let wait_ms = u32::try_from(asked.as_millis()).unwrap_or(u32::MAX);
    let problem = Problem {
        status: status.as_u16(),
        callee: Some(Box::new(json!({"http": {
            "statusCode": status.as_u16(),
            "content": content,
        }}))),
        fate: Fate { unknown, last: unknown && !safe, wait_ms },
        ..Problem::standard("communication", &title, format!("the answer is {}", status.as_u16()))
    };
    Failed { meaning, problem, asked }
}

/// What the task gets of an answer.
fn shape(
    output: HttpOutput,
    request: &HttpRequest,
    (status, headers, body): (StatusCode, &HeaderMap, Vec<u8>),
) -> Result<Value, Problem> {
    match output {
        HttpOutput::Raw => Ok(Value::String(STANDARD.encode(body))),
        HttpOutput::Content if is_json(headers) && !body.is_empty() => {
            serde_json::from_slice(&body).map_err(|_| {
                let detail = "it says that it is JSON, and it is not";
                Problem::standard("communication", "an answer cannot be read", detail)
            })
        }
        HttpOutput::Content => Ok(content(headers, &body)),
        HttpOutput::Response => {
            let sent = request.headers.iter().filter(|(name, _)| name != "authorization");
            let sent: Map<_, _> =
                sent.map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
            let names = headers.keys().map(|name| {
                let values = headers.get_all(name).iter().filter_map(|it| it.to_str().ok());
                let values: Vec<_> = values.collect();
                (name.to_string(), Value::String(values.join(", ")))
            });
            let received: Map<_, _> = names.collect();
            Ok(json!({
                "request": {"method": request.method, "uri": request.uri, "headers": sent},
                "statusCode": status.as_u16(),
                "headers": received,
                "content": content(headers, &body),
            }))
        }
    }
}

/// A body as well as it can be read: JSON, a text, or bytes in base64.
fn content(headers: &HeaderMap, body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    let json = is_json(headers).then(|| serde_json::from_slice(body).ok()).flatten();
    json.unwrap_or_else(|| match std::str::from_utf8(body) {
        Ok(text) => Value::String(text.to_owned()),
        Err(_) => Value::String(STANDARD.encode(body)),
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    kind == "application/json" || kind.ends_with("+json")
}
