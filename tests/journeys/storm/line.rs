//! A caller's line to both replicas: a request is sent until it is answered.

use std::{error::Error as _, time::Duration};

use rangkai_rpc::Encoded;
use rangkai_testkit::Client;
use tokio::time::{Instant, sleep_until, timeout};
use tonic::{Code, Request, Status, client::Grpc};
use tonic_types::StatusExt as _;

use crate::journeys::dice::Dice;

/// How long one call may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// How long a caller goes on asking: longer than anything stays dead.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a caller waits whom nobody told how long to wait.
const PAUSE: Duration = Duration::from_millis(20);

/// One caller's way to both replicas.
#[derive(Clone)]
pub(super) struct Line([Client; 2]);

/// What a request came to in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done; the answer as it was sent.
    Done(Vec<u8>),
    /// A rule said no, for this reason.
    Refused(String),
    /// What nobody should be told.
    Broken(String),
}

/// How a request is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Who is asked first.
    first: usize,
    /// Both are asked at once.
    both: bool,
    /// The caller leaves after so long, and asks again.
    leaves: Option<Duration>,
}

/// What happened on the way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trace {
    /// How many calls were made.
    pub(super) calls: usize,
    /// How many of them had no answer.
    pub(super) unanswered: usize,
    /// How often both replicas were asked at once.
    pub(super) doubled: usize,
    /// How often the caller left midway.
    pub(super) left: usize,
}

impl Manner {
    /// One request in five goes to both replicas, one in ten is left midway.
    pub(super) fn thrown(dice: &mut Dice) -> Self {
        let (first, chance) = (dice.below(2), dice.below(10));
        let micros = u64::try_from(dice.below(12_000)).unwrap();
        let leaves = (chance == 2).then(|| Duration::from_micros(micros));
        Self { first, both: chance < 2, leaves }
    }

    /// One call to one of them.
    pub(super) fn plain(first: usize) -> Self {
        Self { first, both: false, leaves: None }
    }
}

impl Line {
    pub(super) fn new(clients: [Client; 2]) -> Self {
        Self(clients)
    }

    /// The way to one replica.
    pub(super) fn to(&self, replica: usize) -> Client {
        self.0[replica].clone()
    }

    /// Sends a request, the same each time, until there is an answer.
    pub(super) async fn ask(
        &self,
        manner: Manner,
        method: &'static str,
        request: &[u8],
    ) -> (Outcome, Trace) {
        let mut trace = Trace::default();
        let begun = match manner {
            Manner { both: true, .. } => self.ask_both(method, request, &mut trace).await,
            Manner { leaves: Some(after), first, .. } => {
                trace.calls += 1;
                // The answer may come before the caller leaves.
                if let Ok(answer) = timeout(after, self.send(first, method, request)).await {
                    answer.ok()
                } else {
                    trace.left += 1;
                    None
                }
            }
            Manner { .. } => None,
        };
        if let Some(outcome) = begun {
            return (outcome, trace);
        }
        let end = Instant::now() + PATIENCE;
        for turn in 0.. {
            trace.calls += 1;
            match self.send((manner.first + turn) % 2, method, request).await {
                Ok(outcome) => return (outcome, trace),
                Err((status, _)) if Instant::now() > end => {
                    return (Outcome::Broken(format!("no answer: {status:?}")), trace);
                }
                Err((_, pause)) => {
                    trace.unanswered += 1;
                    // As long as the block itself asks for.
                    sleep_until(Instant::now() + pause).await;
                }
            }
        }
        unreachable!("it goes on until there is an answer")
    }

    /// Asks both at once. Who said no may have been overtaken by the other, who is not heard: then
    /// there is no answer yet.
    async fn ask_both(
        &self,
        method: &'static str,
        request: &[u8],
        trace: &mut Trace,
    ) -> Option<Outcome> {
        trace.calls += 2;
        trace.doubled += 1;
        let (one, other) =
            tokio::join!(self.send(0, method, request), self.send(1, method, request));
        match (one.ok(), other.ok()) {
            (Some(Outcome::Done(one)), Some(Outcome::Done(other))) if one != other => {
                Some(Outcome::Broken("two answers that differ".to_owned()))
            }
            (broken @ Some(Outcome::Broken(_)), _) | (_, broken @ Some(Outcome::Broken(_))) => {
                broken
            }
            (done @ Some(Outcome::Done(_)), _) | (_, done @ Some(Outcome::Done(_))) => done,
            (Some(no), Some(_)) => Some(no),
            (None, _) | (_, None) => {
                trace.unanswered += 1;
                None
            }
        }
    }

    /// One call. No answer means that nobody knows, and how long to wait.
    async fn send(
        &self,
        replica: usize,
        method: &'static str,
        request: &[u8],
    ) -> Result<Outcome, (Status, Duration)> {
        let mut request = Request::new(request.to_vec());
        request.set_timeout(DEADLINE);
        let mut grpc = Grpc::new(self.to(replica));
        let answer = match grpc.ready().await {
            Ok(()) => grpc.unary(request, method.parse().unwrap(), Encoded).await,
            Err(error) => Err(Status::unavailable(error.to_string())),
        };
        match answer {
            Ok(answer) => Ok(Outcome::Done(answer.into_inner())),
            Err(status) if is_no_answer(&status) => {
                let told = status.get_details_retry_info().and_then(|info| info.retry_delay);
                Err((status, told.unwrap_or(PAUSE)))
            }
            Err(status) => Ok(refusal(method, &status)),
        }
    }
}

/// Whether nobody knows what became of the call. Where the connection broke, there is a source.
fn is_no_answer(status: &Status) -> bool {
    let codes = [Code::Unavailable, Code::Cancelled, Code::DeadlineExceeded, Code::Aborted];
    codes.contains(&status.code()) || status.source().is_some()
}

fn refusal(method: &str, status: &Status) -> Outcome {
    match status.get_details_error_info() {
        Some(info) if info.domain == "rangkai.payments.v1" => Outcome::Refused(info.reason),
        Some(_) | None => Outcome::Broken(format!("{method}: {status:?}")),
    }
}
