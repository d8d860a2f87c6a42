//! The interpreter, tried out without a database: what happens is said by the test.

mod calls;
mod clocks;
mod days;
mod doubts;
mod drawing;
mod effects;
mod events;
mod failures;
mod flow;
mod http;
mod loops;
mod messages;
mod others;
mod terms;
mod texts;
mod time;
mod timeline;

use std::time::Duration;

use rangkai_primitives::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::{
    definition::{Definition, Functions, check},
    event::{Event, Mail},
    instance::Kind,
    problem::Problem,
    run::{
        self, Child, Happening, Intent, Setting, Subscription, Turn,
        continuation::{Continuation, End},
    },
};

/// An instance under test.
pub struct Run {
    definition: Definition,
    pub stand: Continuation,
    pub calls: Vec<Intent>,
    pub subscriptions: Vec<Subscription>,
    pub events: Vec<Event>,
    pub children: Vec<Child>,
    pub history: Vec<(Kind, String)>,
    pub now: Timestamp,
}

/// Reads a workflow whose `do` is `tasks`, in YAML without indentation.
pub fn workflow(tasks: &str) -> Definition {
    let indented: Vec<_> = tasks.lines().map(|line| format!("  {line}")).collect();
    document(&format!("do:\n{}", indented.join("\n")))
}

/// Reads a workflow whose document ends with `rest`.
pub fn document(rest: &str) -> Definition {
    let head = "document: {dsl: 1.0.3, namespace: test, name: test, version: 1.0.0}";
    let functions = Functions::new(rangkai_proto::pool().clone());
    match check(&format!("{head}\n{rest}\n"), &functions) {
        Ok(definition) => definition,
        Err(findings) => {
            let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
            panic!("{}\nin\n{rest}", findings.join("\n"))
        }
    }
}

/// The instance of every test: what is derived from it is always the same.
pub const INSTANCE: Uuid = Uuid::from_u128(7);

impl Run {
    /// Starts an instance and runs it until it waits.
    pub fn start(definition: Definition, input: Value) -> Self {
        let mut run = Self::new(definition, input);
        run.turn(Vec::new());
        run
    }

    /// An instance that has not begun, and that others run.
    pub fn at_generation(definition: Definition, generation: u32) -> Self {
        let mut run = Self::new(definition, json!({}));
        run.stand.generation = generation;
        run
    }

    fn new(definition: Definition, input: Value) -> Self {
        let now = Timestamp::UNIX_EPOCH + Duration::from_hours(24 * 365 * 50);
        Self {
            definition,
            stand: Continuation::new(input, now),
            calls: Vec::new(),
            subscriptions: Vec::new(),
            events: Vec::new(),
            children: Vec::new(),
            history: Vec::new(),
            now,
        }
    }

    /// Lets things happen. The continuation goes through storage each time.
    pub fn turn(&mut self, happenings: Vec<Happening>) {
        let stored = serde_json::to_vec(&self.stand).unwrap();
        let stand: Continuation = serde_json::from_slice(&stored).unwrap();
        assert_eq!(stand, self.stand);
        let turn = run::turn(self.setting(), stand, happenings);
        self.take(turn);
    }

    /// Lets time pass.
    pub fn pass(&mut self, span: Duration) {
        self.now += span;
        self.turn(Vec::new());
    }

    /// Answers the call that was announced last.
    pub fn answer(&mut self, answer: Result<Value, Problem>) {
        let call = self.calls.last().unwrap().id;
        self.turn(vec![Happening::Answered { call, answer }]);
    }

    /// Lets an event arrive.
    pub fn event(&mut self, kind: &str, id: &str, data: &Value) {
        let event = Event::new(("//payments", id), (kind, "subject"), self.now, data);
        self.turn(vec![Happening::Arrived(Mail { event, time: self.now })]);
    }

    /// Cancels the instance.
    pub fn cancel(&mut self) {
        let turn = run::cancel(self.setting(), self.stand.clone(), "no longer wanted");
        self.take(turn);
        self.wind_up();
    }

    /// Breaks a turn off in which this happens, as a fault of the engine does.
    pub fn break_off(&mut self, happenings: Vec<Happening>) {
        let stand = self.stand.clone();
        let turn = run::give_up(self.setting(), stand, ("it broke off", happenings));
        self.take(turn);
    }

    /// Takes the turn that an instance takes by itself when it comes to its end.
    pub fn wind_up(&mut self) {
        if self.stand.is_winding_up() {
            self.turn(Vec::new());
        }
    }

    /// What the instance gave.
    pub fn output(&self) -> &Value {
        match &self.stand.end {
            Some(End::Completed(output)) => output,
            other => panic!("{other:?} at {:?}", self.stand.positions()),
        }
    }

    /// The error that ended the instance: the last word of its type, its status and its task.
    pub fn fault(&self) -> (&str, u16, &str) {
        match &self.stand.end {
            Some(End::Faulted(problem)) => {
                let kind = problem.kind.rsplit('/').next().unwrap_or_default();
                (kind, problem.status, &problem.instance)
            }
            other => panic!("{other:?} at {:?}", self.stand.positions()),
        }
    }

    /// How often something happened.
    pub fn count(&self, kind: Kind) -> usize {
        self.history.iter().filter(|(found, _)| *found == kind).count()
    }

    /// What it runs.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    fn setting(&self) -> Setting<'_> {
        Setting { definition: &self.definition, instance: INSTANCE, now: self.now }
    }

    fn take(&mut self, turn: Turn) {
        self.stand = turn.continuation;
        self.calls.extend(turn.calls);
        self.subscriptions.extend(turn.subscriptions);
        self.events.extend(turn.events);
        self.children.extend(turn.children);
        for entry in turn.history {
            assert_eq!(usize::try_from(entry.sequence).unwrap(), self.history.len() + 1);
            self.history.push((entry.kind, entry.task));
        }
    }
}

/// A definite error of a callee.
pub fn refused(status: u16) -> Problem {
    Problem { status, ..Problem::standard("communication", "refused", "") }
}

/// No answer, however often the engine asked.
pub fn silence() -> Problem {
    let mut problem = refused(503);
    problem.fate.unknown = true;
    problem
}

/// A call that every test may make.
pub const REFUND: &str = "\
call: rangkai.payments.v1.RefundService.IssueRefund:1@default
with: { billId: \"${ .bill }\", reason: test }";
