//! The definition: a checked document of the workflow DSL, ready to run.

use super::attributes::Attributes;
use super::effect::Effect;
use super::event::{Emit, Listen};
use super::failure::{Raise, Try};
use super::finding::Finding;
use super::schedule::Schedule;
use super::schema::Schema;
use super::secrets::Secrets;
use super::target::Call;
use super::template::Template;
use super::wait::Span;
use rangkai_expression::Expression;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Tasks that run one after the other.
pub type Tasks = Arc<[Arc<Task>]>;

/// A workflow as an agency wrote it, with every name resolved and every expression compiled.
#[derive(Clone, Debug)]
pub struct Definition {
    /// What the document says of itself.
    pub document: Document,
    /// How the raw input of an instance becomes its input.
    pub input: Input,
    /// How the output of the last task becomes the output of the instance.
    pub output: Output,
    /// How long an instance may take.
    pub timeout: Option<Span>,
    /// What starts instances of it, besides whoever asks for one.
    pub schedule: Option<Schedule>,
    /// The names of the secrets that expressions may read.
    pub secrets: Vec<String>,
    /// What instances can be found by.
    pub attributes: Attributes,
    /// What those secrets are; empty until somebody who knows them says so.
    pub secret_values: Secrets,
    /// The first list of tasks, `/do`.
    pub tasks: Tasks,
    /// What a reader should know although the document is accepted.
    pub warnings: Vec<Finding>,
    /// The document as it was written.
    pub text: Arc<str>,
    /// The SHA-256 of the text: what an instance pins.
    pub digest: [u8; 32],
    pub(super) lists: BTreeMap<String, Tasks>,
}

impl Definition {
    /// Finds a task by its pointer, as in `/do/2/issueBill`.
    #[must_use]
    pub fn task(&self, pointer: &str) -> Option<&Arc<Task>> {
        let (place, _name) = pointer.rsplit_once('/')?;
        let (list, position) = place.rsplit_once('/')?;
        let task = self.list(list)?.get(position.parse::<usize>().ok()?)?;
        (*task.pointer == *pointer).then_some(task)
    }

    /// Finds a list of tasks by its pointer, as in `/do` or `/do/2/pay/catch/do`.
    #[must_use]
    pub fn list(&self, pointer: &str) -> Option<&Tasks> {
        self.lists.get(pointer)
    }

    /// Finds the list that a task stands in.
    #[must_use]
    pub fn siblings(&self, task: &Task) -> Option<&Tasks> {
        self.list(&task.list)
    }

    /// Returns every task, in the order of the document's lists.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Task>> {
        self.lists.values().flat_map(|tasks| tasks.iter())
    }
}

/// What a document says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The version of the DSL.
    pub dsl: String,
    /// The namespace that the name is unique in.
    pub namespace: String,
    /// The name of the workflow.
    pub name: String,
    /// The semantic version of this definition.
    pub version: String,
    /// A title for people.
    pub title: Option<String>,
    /// A summary for people, in Markdown.
    pub summary: Option<String>,
    /// Labels.
    pub tags: Map<String, Value>,
    /// Whatever else the author keeps here.
    pub metadata: Map<String, Value>,
}

/// How input is checked and shaped: schema first, then `from`.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// What the raw input must look like.
    pub schema: Option<Schema>,
    /// What becomes of it.
    pub from: Option<Template>,
}

/// How output (or what is exported) is shaped and checked: `as` first, then the schema.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// What becomes of the raw output.
    pub shape: Option<Template>,
    /// What the result must look like.
    pub schema: Option<Schema>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Task {
    /// Where it stands in the document, as in `/do/2/issueBill`.
    pub pointer: Arc<str>,
    /// The pointer of the list it stands in, as in `/do`.
    pub list: Arc<str>,
    /// Its place in that list, from 0.
    pub position: usize,
    /// Its name in that list.
    pub name: String,
    /// Runs only if this is true; evaluated on the raw input.
    pub condition: Option<Expression>,
    /// How its raw input becomes its input.
    pub input: Input,
    /// How its raw output becomes its output.
    pub output: Output,
    /// What becomes the new `$context`; evaluated on the output.
    pub export: Output,
    /// How long it may take.
    pub timeout: Option<Span>,
    /// Where to go when it is done.
    pub then: Flow,
    /// Whatever the author keeps here.
    pub metadata: Map<String, Value>,
    /// What it does to the world, as its author marked it.
    pub effect: Effect,
    /// What it does.
    pub work: Work,
    /// The line of its name, from 1.
    pub line: u32,
}

/// Where to go next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// To the next task of the list, or out of the list after the last one.
    #[default]
    Continue,
    /// Out of this list.
    Exit,
    /// To the end of the workflow.
    End,
    /// To the task at this position of the same list.
    To(usize),
}

/// What a task does.
#[derive(Clone, Debug)]
pub enum Work {
    /// Runs a list.
    Do(Tasks),
    /// Yields a value.
    Set(Template),
    /// Chooses where to go.
    Switch(Vec<Case>),
    /// Runs a list and handles its errors.
    Try(Box<Try>),
    /// Runs a list once for each item.
    For(Box<For>),
    /// Runs branches at the same time.
    Fork(Fork),
    /// Tells of an event.
    Emit(Emit),
    /// Waits for events.
    Listen(Arc<Listen>),
    /// Waits for a while.
    Wait(Span),
    /// Raises an error.
    Raise(Box<Raise>),
    /// Calls something.
    Call(Call),
    /// Runs another workflow.
    Run(Run),
}

impl Work {
    /// The keyword of the DSL.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Do(_) => "do",
            Self::Set(_) => "set",
            Self::Switch(_) => "switch",
            Self::Try(_) => "try",
            Self::For(_) => "for",
            Self::Fork(_) => "fork",
            Self::Emit(_) => "emit",
            Self::Listen(_) => "listen",
            Self::Wait(_) => "wait",
            Self::Raise(_) => "raise",
            Self::Call(_) => "call",
            Self::Run(_) => "run",
        }
    }
}

/// One way out of a `switch`; the first that matches is taken.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Matches if this is true; always, if there is none.
    pub when: Option<Expression>,
    /// Where it leads.
    pub then: Flow,
}

/// A list that runs once for each item of a collection.
#[derive(Clone, Debug)]
pub struct For {
    /// What gives the collection, evaluated once on the task's input.
    pub items: Expression,
    /// The variables of a turn.
    pub names: TurnNames,
    /// Whether there is another turn, evaluated before each one on what goes into it.
    pub condition: Option<Expression>,
    /// What runs: the list `…/do`. What comes out of one turn goes into the next.
    pub tasks: Tasks,
}

/// The variables that a turn of a loop may read, without the dollar sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnNames {
    /// Holds the item; `item` if nothing is said.
    pub item: String,
    /// Holds how many came before it; `index` if nothing is said.
    pub index: String,
}

/// Another workflow of the same agency, run as a child.
#[derive(Clone, Debug)]
pub struct Run {
    /// The namespace of the workflow.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its version; the newest when the child begins, if it is empty.
    pub version: String,
    /// What the child is given.
    pub input: Template,
    /// Whether the task waits for the child and gives its output; otherwise it gives its own input.
    pub waits: bool,
}

/// Branches that run at the same time, each a list of one task.
#[derive(Clone, Debug)]
pub struct Fork {
    /// The branches: the list `…/fork/branches`, each task of which is one branch.
    pub branches: Tasks,
    /// Whether the first branch that ends well ends the others.
    pub compete: bool,
}
