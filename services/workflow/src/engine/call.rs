//! Sending announced calls, and sending them again until there is an answer.

use std::{sync::Arc, time::Duration};

use rangkai_primitives::Agency;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Engine,
    calls::Resting,
    status::{Failed, Meaning},
};
use crate::{
    config::ms,
    domain::{
        definition::{Call, Definition, Target, Work},
        problem::{Fate, Problem},
        run::Intent,
    },
};

/// How much longer each pause is than the one before, after a failure inside the callee.
const GROWTH: u32 = 4;

/// A call on its way.
#[derive(Clone, Debug)]
pub struct Sending {
    /// Whose it is.
    pub agency: Agency,
    /// What is sent.
    pub intent: Intent,
    /// The definition that announced it.
    pub definition: Arc<Definition>,
    /// The trace that it belongs to.
    pub traceparent: Option<String>,
}

/// What came of sending a call once: an answer or not, or what forbids to send it.
pub type Sent = Result<Result<Value, Failed>, Problem>;

impl Engine {
    /// Sends a call until there is an answer that says what became of it, or none can be had.
    ///
    /// A call that may be repeated and gets no answer is sent again for as long as its task may
    /// take, without end if nothing says how long: a callee that is away for hours is back some time.
    /// Where the callee failed inside, it may do so every time, and the task hears of it after a while.
    pub async fn send(&self, sending: Sending, resting: Resting) -> Result<Value, Problem> {
        let (mut failures, mut refused, intent) = (0, false, &sending.intent);
        while !self.is_late(intent) {
            let failed = match self.send_once(&sending).await? {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            if failed.problem.status == 401 && !refused && self.forgets_token(&sending) {
                // The callee did not take the kept token, which is forgotten by now; nothing happened.
                refused = true;
                continue;
            }
            let meaning = failed.meaning;
            failures += u32::from(meaning == Meaning::Failure);
            let over = match meaning {
                Meaning::Answer => true,
                Meaning::Unsent => false,
                Meaning::Failure => !intent.safe || failures >= self.config().call_failures,
                Meaning::Silence => !intent.safe,
            };
            if over {
                return Err(failed.problem);
            }
            let pause = match meaning {
                Meaning::Failure => self.pause_after(failures),
                Meaning::Answer | Meaning::Unsent | Meaning::Silence => self.pause(intent),
            };
            let title = &failed.problem.title;
            tracing::info!(method = intent.method, ?pause, title, "a call got no answer");
            let pause = pause.max(failed.asked);
            let left = intent.deadline.map(|end| (end - self.now()).to_std().unwrap_or_default());
            let pause = left.map_or(pause, |left| left.min(pause));
            // Whoever would lead the instance next sends no call again that is not safe.
            let rests = intent.safe && meaning != Meaning::Failure;
            let long = rests && pause > ms(self.config().poll_max_ms);
            if long {
                resting.begin(intent.id, self.now() + pause);
            }
            tokio::time::sleep(pause).await;
            resting.end(intent.id);
        }
        Err(late(intent.safe))
    }

    async fn send_once(&self, sending: &Sending) -> Sent {
        match sending.call().map(|call| (call, &call.target)) {
            Some((call, Target::Host { host, method })) => {
                self.call_host(sending, call, (host, method)).await
            }
            Some((call, Target::Http(http))) => self.call_http(sending, call, http).await,
            Some((_, Target::Block(method))) => self.call_block(sending, method).await,
            None => Err(Problem::standard("runtime", "lost", "the call is no longer defined")),
        }
    }

    /// Whether a call was sent with a token that was kept, and is kept no longer.
    fn forgets_token(&self, sending: &Sending) -> bool {
        let Some(call) = sending.call() else { return false };
        let fetched = call.authentication.as_ref().filter(|it| it.is_fetched());
        if let Some(authentication) = fetched {
            self.forget_token(sending, authentication);
        }
        fetched.is_some() || matches!(call.target, Target::Block(_))
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

    fn is_late(&self, intent: &Intent) -> bool {
        intent.deadline.is_some_and(|deadline| deadline <= self.now())
    }

    /// What is left for a call: what is `usual`, or what its task leaves, which may be more where it
    /// is the task that says so, and never more than `most`.
    pub(in crate::engine) fn time_for(
        &self,
        intent: &Intent,
        usual: Duration,
        most: Duration,
    ) -> Duration {
        let left = intent.deadline.map(|deadline| deadline - self.now());
        let left = left.map_or(usual, |left| left.to_std().unwrap_or_default());
        left.min(most)
    }
}

impl Sending {
    /// The call, as the definition says it.
    fn call(&self) -> Option<&Call> {
        match &self.definition.task(&self.intent.task)?.work {
            Work::Call(call) => Some(call),
            Work::Do(_)
            | Work::Set(_)
            | Work::Switch(_)
            | Work::Try(_)
            | Work::For(_)
            | Work::Fork(_)
            | Work::Emit(_)
            | Work::Run(_)
            | Work::Listen(_)
            | Work::Wait(_)
            | Work::Raise(_) => None,
        }
    }
}

/// The time of the task was over before there was an answer.
pub fn late(safe: bool) -> Problem {
    let problem = Problem::standard("timeout", "timeout", "no answer came in time");
    Problem { fate: Fate { unknown: true, last: !safe, wait_ms: 0 }, ..problem }
}

/// Between half and the whole of a pause, so that many do not come back at once.
fn spread(pause: Duration) -> Duration {
    let (random, _) = Uuid::now_v7().as_u64_pair();
    let half = u64::try_from(pause.as_millis() / 2).unwrap_or(u64::MAX);
    ms(half + random % (half + 1))
}
