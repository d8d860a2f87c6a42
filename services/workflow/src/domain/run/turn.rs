//! One turn of an instance, from outside.

use std::collections::BTreeMap;

use rangkai_primitives::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    bounds::bound,
    continuation::{Continuation, End, Thread, earlier},
    effects::Turn,
    machine::{Machine, Next, Outcome},
    signal::Signal,
};
use crate::domain::{definition::Definition, event::Mail, problem::Problem};

/// What a turn may know besides the continuation.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The workflow.
    pub definition: &'a Definition,
    /// The instance.
    pub instance: Uuid,
    /// The moment of this turn.
    pub now: Timestamp,
}

/// What happened to an instance.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// A call was answered or failed for good, or a child ended.
    Answered {
        /// The call or the child.
        call: Uuid,
        /// The answer as JSON, or the error.
        answer: Result<Value, Problem>,
    },
    /// An event arrived that may be one it waits for.
    Arrived(Mail),
}

impl Continuation {
    /// An instance that was just started with `raw_input`; the first turn begins it.
    #[must_use]
    pub fn new(raw_input: Value, now: Timestamp) -> Self {
        Self {
            raw_input,
            input: Value::Null,
            started: now,
            deadline: None,
            root: Thread {
                list: "/do".to_owned(),
                single: false,
                path: String::new(),
                context: Value::Null,
                variables: BTreeMap::new(),
                deadline: None,
                runs: BTreeMap::new(),
                frames: Vec::new(),
            },
            generation: 0,
            reports: false,
            taken: std::collections::BTreeSet::new(),
            steps: 0,
            history: 0,
            serial: 0,
            awaited: BTreeMap::new(),
            cancelled: false,
            reason: String::new(),
            open: Vec::new(),
            taking: BTreeMap::new(),
            is_final: false,
            ending: None,
            end: None,
        }
    }
}

/// Takes an instance from where it stands to where it has to wait again. Whatever is due by now
/// happens too, in the order of time.
#[must_use]
pub fn turn(setting: Setting<'_>, continuation: Continuation, happenings: Vec<Happening>) -> Turn {
    let mut machine = Machine::new(setting, continuation);
    machine.begin();
    for happening in happenings {
        match happening {
            Happening::Answered { call, answer } => {
                if let Some(task) = machine.stand.awaited.remove(&call) {
                    machine.awaited(call, &task, answer);
                } else {
                    machine.tell(&Signal::Answer(call, answer));
                }
            }
            Happening::Arrived(mail) => {
                machine.pass_time(mail.time.min(setting.now));
                if !machine.stand.taken.contains(&mail.event.id) {
                    machine.tell(&Signal::Event(&mail));
                }
            }
        }
    }
    machine.pass_time(setting.now);
    machine.finish(true)
}

/// Cancels an instance: nothing more is begun, and announced calls are seen to their end. What is to
/// be undone is left to the next turn, and one that comes to its end already goes on with that.
#[must_use]
pub fn cancel(setting: Setting<'_>, continuation: Continuation, reason: &str) -> Turn {
    let mut machine = Machine::new(setting, continuation);
    let stand = &mut machine.stand;
    if stand.end.is_none() && stand.ending.is_none() && !stand.cancelled {
        let calls = stand.calls();
        stand.awaited.extend(calls);
        stand.cancelled = true;
        reason.clone_into(&mut stand.reason);
        let mut root = machine.take_root();
        machine.cut(&mut root, 0);
        machine.stand.root = root;
    }
    machine.finish(false)
}

/// Goes on with an instance whose turn broke off, as it would again: it faults, or gives up what it
/// was undoing. Evaluates nothing; of what happened, it keeps the answers to what somebody notices.
#[must_use]
pub fn give_up(
    setting: Setting<'_>,
    continuation: Continuation,
    (detail, happenings): (&str, Vec<Happening>),
) -> Turn {
    let mut machine = Machine::new(setting, continuation);
    let problem = Problem::standard("runtime", "the engine failed", detail);
    if machine.stand.ending.is_some() {
        machine.break_off_undo(problem);
    } else if machine.stand.end.is_none() {
        machine.fault(problem);
    }
    for happening in happenings {
        if let Happening::Answered { call, answer } = happening
            && let Some(task) = machine.stand.awaited.remove(&call)
        {
            machine.awaited(call, &task, answer);
        }
    }
    machine.finish(false)
}

impl Machine<'_> {
    fn begin(&mut self) {
        if self.stand.steps > 0 || self.stand.end.is_some() || self.stand.cancelled {
            return;
        }
        let started = self.stand.started;
        match self.workflow_input() {
            Ok((input, timeout)) => {
                self.stand.deadline = timeout.map(|span| started + span);
                self.stand.root.deadline = self.stand.deadline;
                self.stand.input = input.clone();
                let mut root = self.take_root();
                let outcome = self.go(&mut root, Next::Start { position: 0, input });
                self.keep(root, outcome);
            }
            Err(problem) => self.fault(problem),
        }
    }

    /// Lets everything happen that is due by `moment`, the earliest first.
    fn pass_time(&mut self, moment: Timestamp) {
        while let Some(due) = self.stand.due().filter(|due| *due <= moment) {
            let over = self.stand.deadline.is_some_and(|deadline| deadline <= due);
            if over && self.stand.ending.is_none() {
                let detail = "the time of the workflow is over";
                self.fault(Problem::standard("timeout", "timeout", detail));
                return;
            }
            self.tell(&Signal::Due(due));
        }
    }

    fn tell(&mut self, signal: &Signal<'_>) {
        if self.stand.end.is_some() {
            return;
        }
        let mut root = self.take_root();
        let outcome = self.signal(&mut root, signal);
        if self.stand.ending.is_some() {
            self.keep_undoing(root, outcome);
        } else {
            self.keep(root, outcome);
        }
    }

    fn keep(&mut self, mut root: Thread, outcome: Outcome) {
        let ended = match outcome {
            Outcome::Waiting => None,
            Outcome::Failed(problem) => Some(Err(problem)),
            Outcome::Done(value) | Outcome::Ended(value) => {
                self.cut(&mut root, 0);
                Some(self.workflow_output(&root, value))
            }
        };
        self.stand.root = root;
        match (self.fatal.take(), ended) {
            (Some(problem), _) | (None, Some(Err(problem))) => self.fault(problem),
            (None, Some(Ok(output))) => self.begin_to_end(End::Completed(output)),
            (None, None) => {}
        }
    }

    fn fault(&mut self, problem: Problem) {
        let mut root = self.take_root();
        self.cut(&mut root, 0);
        self.stand.root = root;
        self.begin_to_end(End::Faulted(problem));
    }

    fn finish(mut self, may_undo: bool) -> Turn {
        if self.stand.cancelled && self.stand.end.is_none() {
            self.begin_to_end(End::Cancelled);
        }
        self.end(may_undo);
        if self.stand.end.is_some() {
            self.stand.root.context = json!(null);
            self.stand.taken.clear();
        }
        let (calls, open) = (self.stand.calls(), self.stand.subscriptions());
        self.calls.retain(|intent| calls.contains_key(&intent.id));
        self.subscriptions.retain(|subscription| open.contains(&subscription.id));
        let definition = self.setting.definition;
        for intent in self.calls.iter_mut().filter(|intent| !intent.is_asked_on(definition)) {
            intent.deadline = earlier(intent.deadline, self.stand.deadline);
        }
        let children = self.stand.children();
        self.children.retain(|child| !child.awaited || children.contains(&child.id));
        Turn {
            continuation: self.stand,
            calls: self.calls,
            subscriptions: self.subscriptions,
            events: self.events,
            children: self.children,
            history: self.history,
        }
    }

    /// Comes to an end, if it is to. What is too large to be kept faults, and lets everything go that
    /// it does not need to undo what it took.
    fn end(&mut self, may_undo: bool) {
        let is_large = |stand: &Continuation| stand.end.is_none().then(|| bound(stand)).flatten();
        let too_much = |detail| Problem::standard("runtime", "too much state", detail);
        let large = is_large(&self.stand);
        if let Some(detail) = large.clone() {
            let mut root = self.take_root();
            self.cut(&mut root, 0);
            (root.context, root.variables) = (Value::Null, BTreeMap::new());
            self.stand.root = root;
            self.stand.ending = None;
            self.begin_to_end(End::Faulted(too_much(detail)));
        }
        if (self.wind_up(may_undo) || large.is_some())
            && let Some(detail) = is_large(&self.stand)
        {
            self.leave_undone(too_much(detail));
        }
    }
}
