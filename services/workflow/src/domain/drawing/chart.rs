//! A workflow as boxes: its tasks in their order, what is within each, and where each leads.

use std::time::Duration;

use super::{mark::Mark, mark::Marks, text::plain};
use crate::domain::definition::{
    Case, Definition, Flow, Foreach, Listen, Span, Task, Tasks, Template, Work,
};

/// A workflow as it is drawn.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What people call it.
    pub title: String,
    /// Its tasks.
    pub steps: Vec<Step>,
}

/// A task as it is drawn.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands in the document.
    pub pointer: String,
    /// Its name.
    pub name: String,
    /// What it does, in a few words.
    pub note: String,
    /// The lists within it, side by side.
    pub lanes: Vec<Lane>,
    /// Where it leads.
    pub ways: Vec<Way>,
    /// What became of it, in the instance that is drawn.
    pub mark: Option<Mark>,
}

/// A list of tasks within a task.
#[derive(Clone, Debug)]
pub struct Lane {
    /// What it is for; empty where that is clear.
    pub title: &'static str,
    /// Its tasks.
    pub steps: Vec<Step>,
}

/// A way out of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// When it is taken; empty if always.
    pub label: String,
    /// Where it leads.
    pub to: Goal,
}

/// Where a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// To the task at this position of the same list.
    Step(usize),
    /// Out of the list.
    Out,
    /// To the end of the workflow.
    End,
}

/// What a kind of task has to show.
#[derive(Default)]
struct Inside<'t> {
    note: String,
    lanes: Vec<(&'static str, Vec<&'t Task>)>,
    cases: &'t [Case],
    ends: bool,
}

impl Chart {
    /// The chart of a definition, with the marks of an instance.
    #[must_use]
    pub fn of(definition: &Definition, marks: &Marks) -> Self {
        let document = &definition.document;
        let title = document.title.as_deref().unwrap_or(&document.name);
        let title = format!("{} {}", plain(title), plain(&document.version));
        Self { title, steps: steps(&all(&definition.tasks), marks) }
    }

    /// The names of the tasks that have a mark.
    #[must_use]
    pub fn marked(&self, mark: Mark) -> Vec<&str> {
        let mut found = Vec::new();
        find(&self.steps, mark, &mut found);
        found
    }
}

fn find<'c>(steps: &'c [Step], mark: Mark, found: &mut Vec<&'c str>) {
    for step in steps {
        if step.mark == Some(mark) {
            found.push(&step.name);
        }
        for lane in &step.lanes {
            find(&lane.steps, mark, found);
        }
    }
}

/// The steps of a list.
fn steps(tasks: &[&Task], marks: &Marks) -> Vec<Step> {
    let step = |(position, task): (usize, &&Task)| {
        let inside = inside(&task.work);
        let next = position + 1;
        let next = if next < tasks.len() { Goal::Step(next) } else { Goal::Out };
        let lanes = inside.lanes.iter();
        let lanes = lanes.map(|(title, tasks)| Lane { title, steps: steps(tasks, marks) });
        let condition = if task.condition.is_some() { "if … " } else { "" };
        let keyword = task.work.keyword();
        let colon = if inside.note.is_empty() { "" } else { ": " };
        Step {
            pointer: task.pointer.to_string(),
            name: plain(&task.name),
            note: format!("{condition}{keyword}{colon}{}", plain(&inside.note)),
            lanes: lanes.collect(),
            ways: ways(task, &inside, next),
            mark: marks.find(&task.pointer),
        }
    };
    tasks.iter().enumerate().map(step).collect()
}

fn ways(task: &Task, inside: &Inside<'_>, next: Goal) -> Vec<Way> {
    let goal = |flow: Flow| match flow {
        Flow::Continue => next,
        Flow::Exit => Goal::Out,
        Flow::End => Goal::End,
        Flow::To(position) => Goal::Step(position),
    };
    let way = |label: &str, to| Way { label: label.to_owned(), to };
    let mut ways: Vec<_> = inside
        .cases
        .iter()
        .map(|case| Way { label: plain(&case.name), to: goal(case.then) })
        .collect();
    let always = inside.cases.iter().any(|case| case.when.is_none());
    if !always && !inside.ends {
        let label = if ways.is_empty() { "" } else { "otherwise" };
        ways.push(way(label, goal(task.then)));
    }
    if task.condition.is_some() && !ways.contains(&way("", next)) {
        ways.push(way("if not", next));
    }
    ways
}

/// What a task has to show. The one place that knows each kind of task.
fn inside(work: &Work) -> Inside<'_> {
    let lanes = |lanes| Inside { lanes, ..Inside::default() };
    let note = |note| Inside { note, ..Inside::default() };
    match work {
        Work::Do(tasks) => lanes(vec![("", all(tasks))]),
        Work::Try(attempt) => {
            let catch = attempt.catch.tasks.iter().map(|tasks| ("catch", all(tasks)));
            lanes(std::iter::once(("try", all(&attempt.tasks))).chain(catch).collect())
        }
        Work::Fork(fork) => Inside {
            note: if fork.compete { "the first wins".to_owned() } else { String::new() },
            // A branch is a list of one.
            lanes: fork.branches.iter().map(|task| ("", vec![&**task])).collect(),
            ..Inside::default()
        },
        Work::Switch(cases) => Inside { cases, ..Inside::default() },
        Work::Raise(raise) => Inside {
            note: last(constant(&raise.error_type), '/').to_owned(),
            ends: true,
            ..Inside::default()
        },
        Work::For(each) => lanes(vec![("each", all(&each.tasks))]),
        Work::Listen(listen) => Inside {
            note: events(listen),
            lanes: listen.foreach.iter().filter_map(foreach).collect(),
            ..Inside::default()
        },
        Work::Emit(emit) => note(emit.kind().to_owned()),
        Work::Run(run) => note(run.name.clone()),
        Work::Wait(Span::Fixed(span)) => note(shown(*span)),
        Work::Call(call) => note(method(&call.function)),
        Work::Set(_) | Work::Wait(Span::Computed(_)) => Inside::default(),
    }
}

/// What is done about each event.
fn foreach(foreach: &Foreach) -> Option<(&'static str, Vec<&Task>)> {
    Some(("each", all(foreach.tasks.as_ref()?)))
}

fn all(tasks: &Tasks) -> Vec<&Task> {
    tasks.iter().map(|task| &**task).collect()
}

/// The service and the method of a function, without package, version and catalogue.
fn method(function: &str) -> String {
    let name = function.split([':', '@']).next().unwrap_or_default();
    let mut parts = name.rsplit('.').take(2).collect::<Vec<_>>();
    parts.reverse();
    parts.join(".")
}

fn events(listen: &Listen) -> String {
    let kinds = listen.to.filters().iter().filter_map(|filter| filter.event_type.as_deref());
    kinds.map(|kind| last(kind, '.')).collect::<Vec<_>>().join(", ")
}

fn last(text: &str, before: char) -> &str {
    text.rsplit(before).next().unwrap_or_default()
}

fn constant(template: &Template) -> &str {
    template.constant().and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// A span in its largest units, as in `7 d 12 h`.
fn shown(span: Duration) -> String {
    let mut left = span.as_millis();
    let mut parts = Vec::new();
    for (unit, length) in
        [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)]
    {
        if left >= length {
            parts.push(format!("{} {unit}", left / length));
            left %= length;
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_and_a_function_are_said_in_a_few_words() {
        assert_eq!(shown(Duration::from_hours(7 * 24 + 12)), "7 d 12 h");
        assert_eq!(shown(Duration::from_millis(1_500)), "1 s 500 ms");
        assert_eq!(
            method("rangkai.payments.v1.BillService.IssueBill:1@default"),
            "BillService.IssueBill"
        );
        assert_eq!(method("notify"), "notify");
    }
}
