//! Sending announced calls, and sending them again until there is an answer.

use std::time::{Duration, Instant};

use http::uri::PathAndQuery;
use prost_reflect::DynamicMessage;
use rangkai_auth::Methods;
use rangkai_primitives::Agency;
use serde_json::Value;
use tonic::{Request, Status, client::Grpc};
use uuid::Uuid;

use super::{Engine, status};
use crate::{
    config::ms,
    domain::{message, problem::Problem, run::Intent},
};

/// The longest pause before a call is sent again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long a call may take when its contract does not say.
const USUAL: Duration = Duration::from_secs(10);

impl Engine {
    /// Sends a call until there is an answer that says what became of it, or none can be had.
    pub async fn send(
        &self,
        agency: Agency,
        intent: Intent,
        traceparent: Option<String>,
    ) -> Result<Value, Problem> {
        let begin = Instant::now();
        let mut pause = ms(self.config().call_pause_ms);
        let mut attempt = 1;
        loop {
            let status = match self.send_once(&agency, &intent, traceparent.as_deref()).await? {
                Ok(answer) => return read(&intent, &answer),
                Err(status) => status,
            };
            if !status::is_unknown(&status) {
                return Err(status::problem(&status));
            }
            if !intent.safe {
                return Err(Problem::outcome_unknown(
                    "a call got no answer and may not be repeated",
                ));
            }
            let over = attempt >= self.config().call_attempts
                || begin.elapsed() >= ms(self.config().call_ms)
                || self.time_for(&intent).is_zero();
            if over {
                return Err(status::problem(&status));
            }
            tracing::info!(method = intent.method, attempt, code = ?status.code(), "a call got no answer");
            tokio::time::sleep(spread(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            attempt += 1;
        }
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

/// Between half and the whole of a pause, so that many do not come back at once.
fn spread(pause: Duration) -> Duration {
    let (random, _) = Uuid::now_v7().as_u64_pair();
    let half = u64::try_from(pause.as_millis() / 2).unwrap_or(u64::MAX);
    ms(half + random % (half + 1))
}
