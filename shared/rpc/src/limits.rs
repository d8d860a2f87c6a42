//! How many calls at once, and how long each.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use rangkai_auth::{Method, Methods};
use tokio::{
    sync::{Semaphore, watch},
    time::{Instant, timeout_at},
};

use crate::{
    ServerConfig,
    body::{Outgoing, received, received_json},
    config::ms,
    status::{answer, is_grpc, overloaded, too_late},
};

/// tonic ends a call at its caller's deadline with `CANCELLED`; being a little earlier, we say
/// `DEADLINE_EXCEEDED`. Its timer counts whole milliseconds.
const MARGIN: Duration = Duration::from_millis(2);

tokio::task_local! {
    static DEADLINE: Instant;
}

/// How much of its time the current call has left; none outside a call.
#[must_use]
pub fn remaining() -> Option<Duration> {
    DEADLINE.try_with(|deadline| deadline.saturating_duration_since(Instant::now())).ok()
}

/// The limits that all calls of one server share.
#[derive(Clone)]
pub(crate) struct Limits(Arc<Shared>);

struct Shared {
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    default_deadline: Duration,
    max_receive: usize,
    max_send: usize,
    stopping: watch::Receiver<bool>,
}

impl Limits {
    pub(crate) fn of(config: &ServerConfig, stopping: watch::Receiver<bool>) -> Self {
        let places = |count: usize| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)));
        Self(Arc::new(Shared {
            calls: places(config.concurrency_limit),
            streams: places(config.stream_limit),
            default_deadline: ms(config.default_deadline_ms),
            max_receive: config.max_receive_bytes,
            max_send: config.max_send_bytes,
            stopping,
        }))
    }

    fn time_for(&self, headers: &HeaderMap, method: Option<&Method>) -> Duration {
        let asked = headers.get("grpc-timeout").and_then(|value| value.to_str().ok());
        let asked = asked.and_then(parse).map(|asked| asked.saturating_sub(MARGIN));
        let usual = method.and_then(|method| method.default_deadline);
        let time = asked.or(usual).unwrap_or(self.0.default_deadline);
        method.and_then(|method| method.max_deadline).map_or(time, |longest| time.min(longest))
    }
}

/// Keeps one call to the limits.
pub(crate) async fn keep(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let grpc = is_grpc(request.headers());
    let method = Methods::all().ok().and_then(|all| all.find(request.uri().path()));
    let takes_stream = method.is_some_and(|method| method.client_streaming);
    let is_stream = takes_stream || method.is_some_and(|method| method.server_streaming);
    let Limits(shared) = &limits;
    let places = if is_stream { &shared.streams } else { &shared.calls };
    let Ok(permit) = Arc::clone(places).try_acquire_owned() else {
        return answer(overloaded(), grpc);
    };
    let deadline = Instant::now() + limits.time_for(request.headers(), method);
    let most = shared.max_receive;
    let request = request.map(|body| match (grpc, takes_stream) {
        // A stream has no size; tonic holds each of its messages to the limit.
        (true, true) => body,
        (true, false) => received(body, most),
        (false, _) => received_json(body, most),
    });
    let work = DEADLINE.scope(deadline, next.run(request));
    let Ok(response) = timeout_at(deadline, work).await else {
        return answer(too_late(), grpc);
    };
    response.map(|body| {
        let stopping = is_stream.then(|| shared.stopping.clone());
        let limit = if grpc { shared.max_send } else { usize::MAX };
        let (permit, deadline) = (Some(permit), Some(deadline));
        Outgoing { body: Some(body), permit, deadline, stopping, limit }.into_body()
    })
}

/// Lets a call beside the work pass without limits, but ends its stream when the server stops:
/// whoever watches health would hold the stop.
pub(crate) async fn beside(
    State(Limits(shared)): State<Limits>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    response.map(|body| {
        let stopping = Some(shared.stopping.clone());
        Outgoing { body: Some(body), permit: None, deadline: None, stopping, limit: usize::MAX }
            .into_body()
    })
}

/// Reads a `grpc-timeout`: at most eight digits and a unit.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_hours(count)),
        "M" => Some(Duration::from_mins(count)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_digits_and_a_unit() {
        assert_eq!(parse("1500m"), Some(Duration::from_millis(1_500)));
        assert_eq!(parse("2H"), Some(Duration::from_hours(2)));
        for wrong in ["", "5", "S", "-1S", "123456789S", "1x", "1é"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
