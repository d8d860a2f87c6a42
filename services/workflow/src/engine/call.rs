//! Sending announced calls, and sending them again until there is an answer.

use std::time::Duration;

use http::uri::PathAndQuery;
use prost_reflect::DynamicMessage;
use rangkai_auth::Methods;
use rangkai_primitives::Agency;
use serde_json::Value;
use tonic::{Code, Request, Status, client::Grpc};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use super::{
    Engine,
    calls::Resting,
    status::{self, Meaning},
};
use crate::{
    config::ms,
    domain::{
        message,
        problem::{Fate, Problem},
        run::Intent,
    },
};

/// How long a call may take when its contract does not say.
const USUAL: Duration = Duration::from_secs(10);
/// How much longer each pause is than the one before, after a failure inside the callee.
const GROWTH: u32 = 4;

impl Engine {
    /// Sends a call until there is an answer that says what became of it, or none can be had.
    ///
    /// A call that may be repeated and gets no answer is sent again for as long as its task may
    /// take, without end if nothing says how long: a callee that is away for hours is back some time.
    /// Where the callee failed inside, it may do so every time, and the task hears of it after a while.
    pub async fn send(
        &self,
        agency: Agency,
        intent: Intent,
        traceparent: Option<String>,
        resting: Resting,
    ) -> Result<Value, Problem> {
        let (mut failures, mut refused) = (0, false);
        while !self.time_for(&intent).is_zero() {
            let status = match self.send_once(&agency, &intent, traceparent.as_deref()).await? {
                Ok(answer) => return read(&intent, &answer),
                Err(status) => status,
            };
            if status.code() == Code::Unauthenticated && !refused {
                // The callee did not take the kept token, which is forgotten by now; nothing happened.
                refused = true;
                continue;
            }
            let meaning = status::meaning(&status);
            failures += u32::from(meaning == Meaning::Failure);
            let over = match meaning {
                Meaning::Answer => true,
                Meaning::Failure => !intent.safe || failures >= self.config().call_failures,
                Meaning::Silence => !intent.safe,
            };
            if over {
                return Err(status::problem(&status, intent.safe));
            }
            let pause = match meaning {
                Meaning::Failure => self.pause_after(failures),
                Meaning::Answer | Meaning::Silence => self.pause(&intent),
            };
            tracing::info!(method = intent.method, ?pause, code = ?status.code(), "a call got no answer");
            let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
            let pause = pause.max(asked.unwrap_or_default());
            let left = intent.deadline.map(|end| (end - self.now()).to_std().unwrap_or_default());
            let pause = left.map_or(pause, |left| left.min(pause));
            let long = meaning == Meaning::Silence && pause > ms(self.config().poll_max_ms);
            if long {
                resting.begin(intent.id, self.now() + pause);
            }
            tokio::time::sleep(pause).await;
            resting.end(intent.id);
        }
        Err(late(intent.safe))
    }

    /// As long as the call is without an answer already, so that each pause is about twice as long
    /// as the one before, whichever process makes it.
    fn pause(&self, intent: &Intent) -> Duration {
        let age = (self.now() - intent.announced).to_std().unwrap_or_default();
        let (first, longest) = self.pauses();
        spread(age.max(first).min(longest))
    }

    fn pause_after(&self, failures: u32) -> Duration {
        let (first, longest) = self.pauses();
        let growth = GROWTH.saturating_pow(failures.saturating_sub(1));
        spread(first.saturating_mul(growth).min(longest))
    }

    fn pauses(&self) -> (Duration, Duration) {
        (ms(self.config().call_pause_min_ms), ms(self.config().call_pause_max_ms))
    }

    async fn send_once(
        &self,
        agency: &Agency,
        intent: &Intent,
        traceparent: Option<&str>,
    ) -> Result<Result<Vec<u8>, Status>, Problem> {
        let path: PathAndQuery = intent.method.parse().map_err(|_| nowhere(&intent.method))?;
        let client = self.client(&intent.method).ok_or_else(|| nowhere(&intent.method))?;
        let mut request = Request::new(intent.request.clone());
        request.set_timeout(self.time_for(intent));
        if let Some(parent) = traceparent.and_then(|parent| parent.parse().ok()) {
            request.metadata_mut().insert("traceparent", parent);
        }
        let mut grpc = Grpc::new(client.for_agency(agency.clone()));
        Ok(grpc.unary(request, path, rangkai_rpc::Encoded).await.map(tonic::Response::into_inner))
    }

    /// What is left for a call: the least of what its task and its contract allow.
    fn time_for(&self, intent: &Intent) -> Duration {
        let methods = Methods::all().ok();
        let method = methods.and_then(|methods| methods.find(&intent.method));
        let usual = method.and_then(|method| method.default_deadline).unwrap_or(USUAL);
        let left = intent.deadline.map(|deadline| deadline - self.now());
        left.map_or(usual, |left| left.to_std().unwrap_or(Duration::ZERO).min(usual))
    }
}

/// The answer as JSON.
fn read(intent: &Intent, answer: &[u8]) -> Result<Value, Problem> {
    let wrong = |detail: String| Problem::standard("runtime", "an answer cannot be read", detail);
    let path = intent.method.trim_start_matches('/');
    let service = path.split_once('/').and_then(|(service, method)| {
        let service = rangkai_proto::pool().get_service_by_name(service)?;
        service.methods().find(|found| found.name() == method)
    });
    let method = service.ok_or_else(|| nowhere(&intent.method))?;
    let message = DynamicMessage::decode(method.output(), answer)
        .map_err(|_| wrong(format!("it is no {}", method.output().full_name())))?;
    message::to_json(&message).map_err(wrong)
}

fn nowhere(method: &str) -> Problem {
    let detail = format!("the operator configured no endpoint for {method}");
    Problem::standard("configuration", "no endpoint", detail)
}

/// The time of the task was over before there was an answer.
fn late(safe: bool) -> Problem {
    let problem = Problem::standard("timeout", "timeout", "no answer came in time");
    Problem { fate: Fate { unknown: true, last: !safe, wait_ms: 0 }, ..problem }
}

/// Between half and the whole of a pause, so that many do not come back at once.
fn spread(pause: Duration) -> Duration {
    let (random, _) = Uuid::now_v7().as_u64_pair();
    let half = u64::try_from(pause.as_millis() / 2).unwrap_or(u64::MAX);
    ms(half + random % (half + 1))
}
