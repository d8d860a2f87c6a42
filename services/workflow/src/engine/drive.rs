//! Leading one instance on, from where it stands to where it waits for nobody here.

use std::{collections::BTreeSet, mem, sync::Arc, time::Instant};

use chrono::TimeDelta;
use rangkai_primitives::{Caller, Timestamp};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Engine, call::Sending, calls::Calls, measure, turn};
use crate::{
    config::ms,
    domain::{
        problem::Problem,
        run::{Happening, Intent},
    },
    error::Error,
    ops::{
        lead::{self, Loaded, Taken},
        step::{self, Step},
    },
};

/// Whoever leads one instance.
pub struct Drive {
    engine: Engine,
    taken: Taken,
    loaded: Loaded,
    calls: Calls,
    /// The calls that were sent from here, or are dealt with without.
    sent: BTreeSet<Uuid>,
    /// The answers that no step has kept yet.
    answers: Vec<(Uuid, Result<Value, Problem>)>,
    /// Whether to look at the mail and at the database's clock before the next step. What comes
    /// unseen moves the instance, so that the step is not kept.
    look: bool,
    /// The moment by this process' clock when the database's clock was last looked at.
    seen: Timestamp,
    stopping: bool,
}

/// What became of a step.
enum Stepped {
    /// There is more to wait for here.
    On,
    /// The instance moved meanwhile: look again.
    Again,
    /// Nobody here leads it any more.
    Over,
}

/// What waiting led to.
enum Waited {
    /// Something happened.
    On,
    /// The process is to stop.
    Stop,
    /// Every call pauses for long: until then, nobody needs to lead the instance.
    Rest(Timestamp),
}

impl Drive {
    /// Takes over an instance; none if it is gone, or somebody else leads it by now.
    pub async fn open(engine: Engine, taken: Taken) -> Result<Option<Self>, Error> {
        let Some(loaded) = load(&engine, &taken).await? else { return Ok(None) };
        Ok(Some(Self {
            seen: engine.now(),
            look: false,
            engine,
            taken,
            loaded,
            calls: Calls::default(),
            sent: BTreeSet::new(),
            answers: Vec::new(),
            stopping: false,
        }))
    }

    /// Leads the instance until it waits for nothing here; `nudge` says that it has mail.
    pub async fn run(mut self, nudge: &Notify, stop: &CancellationToken) -> Result<(), Error> {
        self.adopt();
        loop {
            match self.step().await? {
                Stepped::Over => return Ok(()),
                Stepped::Again => {
                    if !self.reload().await? {
                        return Ok(());
                    }
                }
                Stepped::On => match self.wait(nudge, stop).await {
                    Waited::On => {}
                    Waited::Stop => return self.engine.release(&self.taken).await,
                    Waited::Rest(until) => {
                        if self.put_aside(until).await? || !self.reload().await? {
                            return Ok(());
                        }
                    }
                },
            }
        }
    }

    /// Looks again at an instance that moved; answers whether this one still leads it.
    async fn reload(&mut self) -> Result<bool, Error> {
        let Some(loaded) = load(&self.engine, &self.taken).await? else { return Ok(false) };
        (self.loaded, self.seen) = (loaded, self.engine.now());
        self.adopt();
        Ok(true)
    }

    /// Lets go until then; whoever leads the instance next sends its calls again, as they are kept.
    async fn put_aside(&self, until: Timestamp) -> Result<bool, Error> {
        let pause = (until - self.engine.now()).to_std().unwrap_or_default();
        let whole = &self.loaded.whole;
        let due = whole.continuation.due();
        self.engine.put_aside(&self.taken, whole.instance.revision, (pause, due)).await
    }

    /// Sends what was announced and has no answer: by a process that is gone, as far as this one did
    /// not send it. Whoever leads an instance is the only one who sends for it.
    fn adopt(&mut self) {
        for intent in mem::take(&mut self.loaded.intents) {
            if self.sent.contains(&intent.id) {
                continue;
            }
            if intent.safe {
                self.send(intent);
            } else {
                let detail = "a call was announced, and nobody knows whether it was sent";
                self.sent.insert(intent.id);
                self.answers.push((intent.id, Err(Problem::outcome_unknown(detail))));
            }
        }
    }

    fn send(&mut self, intent: Intent) {
        let engine = self.engine.clone();
        self.sent.insert(intent.id);
        let (id, safe) = (intent.id, intent.safe);
        let sending = Sending {
            agency: self.taken.agency.clone(),
            intent,
            definition: Arc::clone(&self.loaded.definition),
            traceparent: self.loaded.whole.instance.traceparent.clone(),
        };
        self.calls.begin((id, safe), |resting| async move { engine.send(sending, resting).await });
    }

    /// Takes one step, and keeps it.
    async fn step(&mut self) -> Result<Stepped, Error> {
        let id = self.taken.id;
        let caller = Caller::block("workflow", self.taken.agency.clone());
        if mem::take(&mut self.look) {
            let look = move |tx| async move { lead::look(&tx, id).await };
            let seen = self.engine.db().read(caller.clone(), look).await?;
            (self.loaded.mail, self.loaded.ends) = (seen.mail, seen.ends);
            (self.loaded.now, self.seen) = (seen.now, self.engine.now());
        }
        let (mail, ends) = (mem::take(&mut self.loaded.mail), mem::take(&mut self.loaded.ends));
        let now = self.loaded.now + (self.engine.now() - self.seen).max(TimeDelta::zero());
        let stand = &self.loaded.whole.continuation;
        let due = stand.steps == 0 || stand.due().is_some_and(|due| due <= now);
        let quiet = self.answers.is_empty() && mail.is_empty() && ends.is_empty() && !due;
        if !self.calls.is_empty() && quiet {
            return Ok(Stepped::On);
        }
        let answers = self.answers.iter().chain(&ends);
        let answered = answers.clone().map(|(id, answer)| (*id, answer.is_ok())).collect();
        let seen = mail.iter().map(|mail| mail.event.id).collect();
        let answers = answers.cloned();
        let happenings = answers.map(|(call, answer)| Happening::Answered { call, answer });
        let happenings = happenings.chain(mail.into_iter().map(Happening::Arrived)).collect();
        let began = Instant::now();
        let stand = &self.loaded.whole.continuation;
        let (turn, attributes) =
            turn::take(&self.loaded.definition, (id.uuid(), now), stand, happenings).await;
        let announced = turn.calls.clone();
        let lease = ms(self.engine.config().lease_ms);
        let lead = Some((self.taken.token, lease));
        let ends = ends.into_iter().map(|(child, _)| child).collect();
        let step = Step { lead, answered, mail: seen, ends, attributes, turn };
        let both = Arc::new((self.loaded.whole.clone(), step));
        let library = self.engine.library().clone();
        let keep = move |tx| {
            let (both, library) = (Arc::clone(&both), library.clone());
            async move { step::keep(&tx, &library, both.0.clone(), both.1.clone()).await }
        };
        let parent = self.loaded.whole.instance.traceparent.clone();
        let operation = "rangkai.workflow.step";
        let kept = self.engine.db().act_for(caller, operation, parent, keep).await?;
        let Some(kept) = kept else { return Ok(Stepped::Again) };
        self.answers.clear();
        measure::kept(&self.loaded.whole, &kept.whole, began.elapsed());
        self.loaded.whole = kept.whole;
        self.engine.changed(id.uuid());
        if kept.stirs || (kept.mail && !kept.led) {
            self.engine.hint();
        }
        Ok(self.go_on(announced, (kept.led, kept.mail)))
    }

    /// Sends what was announced, and ends the calls that nothing waits for any more.
    fn go_on(&mut self, announced: Vec<Intent>, (led, mail): (bool, bool)) -> Stepped {
        // One that is asked to stop leaves to the next leader what that one may send.
        for intent in announced {
            if !self.stopping || !intent.safe {
                self.send(intent);
            }
        }
        let stand = &self.loaded.whole.continuation;
        self.calls.keep_only(&stand.calls());
        match (led, mail || stand.is_winding_up()) {
            (false, _) => Stepped::Over,
            (true, true) => Stepped::Again,
            (true, false) => Stepped::On,
        }
    }

    /// Waits for something to happen.
    async fn wait(&mut self, nudge: &Notify, stop: &CancellationToken) -> Waited {
        let poll = ms(self.engine.config().poll_max_ms);
        if self.stopping || stop.is_cancelled() {
            self.stopping = true;
            return self.drain().await;
        }
        loop {
            tokio::select! {
                Some(answer) = self.calls.next() => {
                    self.answers.push(answer);
                    while let Some(answer) = self.calls.next_now() {
                        self.answers.push(answer);
                    }
                    return Waited::On;
                }
                () = nudge.notified() => {
                    self.look = true;
                    return Waited::On;
                }
                () = stop.cancelled() => {
                    self.stopping = true;
                    return Waited::On;
                }
                () = tokio::time::sleep(poll) => {
                    let due = self.loaded.whole.continuation.due();
                    if due.is_some_and(|due| due <= self.engine.now()) {
                        self.look = true;
                        return Waited::On;
                    }
                    if let Some(until) = self.calls.rest() {
                        return Waited::Rest(until);
                    }
                }
            }
        }
    }

    /// Waits for what is under way when the process is to stop, but for no call that pauses.
    async fn drain(&mut self) -> Waited {
        let drain = ms(self.engine.config().drain_ms);
        if self.calls.rest().is_some() {
            return Waited::Stop;
        }
        match tokio::time::timeout(drain, self.calls.next()).await {
            Ok(Some(answer)) => {
                self.answers.push(answer);
                Waited::On
            }
            Ok(None) | Err(_) => Waited::Stop,
        }
    }
}

/// Loads what `taken` leads; none if somebody else leads it by now.
async fn load(engine: &Engine, taken: &Taken) -> Result<Option<Loaded>, Error> {
    let caller = Caller::block("workflow", taken.agency.clone());
    let (library, id) = (engine.library().clone(), taken.id);
    let load = move |tx| {
        let library = library.clone();
        async move { lead::load(&tx, &library, id).await }
    };
    let loaded = engine.db().read(caller, load).await?;
    let ours =
        |loaded: &Loaded| loaded.token == taken.token && !loaded.whole.instance.state.is_final();
    Ok(loaded.filter(ours))
}
