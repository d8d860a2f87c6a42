//! Walking every path of a definition: nobody may be left with something taken and not given back, or
//! without a word.
//!
//! Only what authors mark in `metadata` counts, and a definition in which nothing is marked is not
//! looked at.

use super::effect::EffectKind;
use super::model::{Flow, Task, Tasks, Work};
use super::reader::Reader;
use super::yaml::Mark;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most ways to stand at one place that are told apart.
const MOST: usize = 256;

/// What was done on the way to a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    /// The tasks that took something which is neither made good nor given back.
    open: BTreeSet<Arc<str>>,
    /// Whether a final step was taken.
    is_final: bool,
    /// Whether the person was told, after the last step that decided anything.
    told: bool,
}

type Ways = BTreeSet<Way>;

/// How a part of the document can be left.
#[derive(Debug, Default)]
struct Exits {
    /// To whatever comes next.
    on: Ways,
    /// To the end of the workflow.
    end: Ways,
    /// By an error.
    error: Ways,
}

impl Exits {
    fn also(&mut self, other: Self) {
        self.end.extend(other.end);
        self.error.extend(other.error);
        self.on.extend(other.on);
    }
}

/// The walk, and what it found.
#[derive(Default)]
struct Walk {
    /// Tasks that take something after a final step.
    late: BTreeMap<Arc<str>, u32>,
    /// Whether there are too many ways to tell them apart: then it stops.
    are_too_many: bool,
}

impl Reader<'_> {
    /// Checks every path through the tasks of a workflow.
    pub fn check_paths(&mut self, tasks: &Tasks) {
        let all: Vec<_> = self.lists.values().flat_map(|tasks| tasks.iter()).cloned().collect();
        let marked = all.iter().any(|task| task.effect.is_marked());
        if !marked || self.functions.trusts() {
            return;
        }
        self.check_marks(&all);
        let mut walk = Walk::default();
        let exits = walk.list(tasks, Ways::from([Way::default()]));
        let line = tasks.first().map_or(1, |task| task.line);
        if walk.are_too_many {
            let message =
                format!("there are more than {MOST} ways to a place: they cannot be checked");
            let mend = "put tasks that belong together into a workflow of their own, and run that";
            return self.at_line(line, "/do", "effect.paths", message, mend);
        }
        for (pointer, line) in walk.late {
            let message = "the task takes something after a final step, which only goes forward";
            let mend = "take it before the final step, or mark it as final, too";
            self.at_line(line, &pointer, "effect.after_final", message.to_owned(), mend);
        }
        let ends: Ways = exits.on.into_iter().chain(exits.end).collect();
        let open: BTreeSet<_> = ends.iter().flat_map(|way| way.open.iter().cloned()).collect();
        for task in all.iter().filter(|task| open.contains(&task.pointer)) {
            let message = "the workflow can come to its end with what this task took";
            let mend =
                "let each path from here pass a task whose effect is final, or one that undoes it";
            self.at_line(task.line, &task.pointer, "effect.open", message.to_owned(), mend);
        }
        if ends.iter().any(|way| !way.told) {
            let message = "the workflow can come to its end without a word to the person";
            let mend =
                "let each path pass a task with notice: true after the last step that decides";
            self.at_line(line, "/do", "effect.notice", message.to_owned(), mend);
        }
        if exits.error.iter().any(|way| !way.told) {
            let mark = Mark { line, column: 1 };
            let message =
                "an error that nothing catches ends the workflow without a word".to_owned();
            let mend = "put the tasks into a try that catches every error and tells the person";
            self.warn(mark, "/do", "effect.notice", message, mend);
        }
    }

    fn check_marks(&mut self, all: &[Arc<Task>]) {
        for task in all {
            let whole =
                matches!(task.work, Work::Do(_) | Work::For(_) | Work::Fork(_) | Work::Try(_));
            if whole && task.effect.kind != EffectKind::None {
                let message = "of what is within the task, only a part may be done".to_owned();
                let mend = "mark the task within it that does it";
                self.at_line(task.line, &task.pointer, "effect.kind", message, mend);
            }
            let Some(name) = &task.effect.undoes else { continue };
            let known = all
                .iter()
                .any(|other| other.name == *name && other.effect.kind == EffectKind::Provisional);
            if !known {
                let message = format!("no task {name} takes anything that could be undone");
                let mend = "name a task whose effect is provisional";
                self.at_line(task.line, &task.pointer, "effect.undoes", message, mend);
            }
        }
    }

    fn at_line(&mut self, line: u32, at: &str, code: &'static str, message: String, mend: &str) {
        self.error(Mark { line, column: 1 }, at, code, message, mend);
    }
}

impl Walk {
    fn list(&mut self, tasks: &Tasks, from: Ways) -> Exits {
        let mut exits = Exits::default();
        let mut reached: Vec<Ways> = vec![Ways::new(); tasks.len()];
        let mut waiting = vec![(0, from)];
        while let Some((position, ways)) = waiting.pop() {
            let Some(task) = tasks.get(position) else {
                exits.on.extend(ways);
                continue;
            };
            let new: Ways = ways.difference(&reached[position]).cloned().collect();
            self.are_too_many |= reached[position].len() + new.len() > MOST;
            if new.is_empty() || self.are_too_many {
                continue;
            }
            reached[position].extend(new.iter().cloned());
            for (flow, ways) in self.task(task, new, &mut exits) {
                match flow {
                    Flow::Continue => waiting.push((position + 1, ways)),
                    Flow::To(position) => waiting.push((position, ways)),
                    Flow::Exit => exits.on.extend(ways),
                    Flow::End => exits.end.extend(ways),
                }
            }
        }
        exits
    }

    /// Where a task leads, and by which ways.
    fn task(&mut self, task: &Task, ways: Ways, exits: &mut Exits) -> Vec<(Flow, Ways)> {
        let mut flows = Vec::new();
        if task.condition.is_some() {
            flows.push((Flow::Continue, ways.clone()));
        }
        if let Work::Switch(cases) = &task.work {
            let chosen: Ways = ways.iter().map(|way| self.effect(task, way.clone())).collect();
            flows.extend(cases.iter().map(|case| (case.then, chosen.clone())));
            if cases.iter().any(|case| case.when.is_none()) {
                return flows;
            }
        }
        let mut inner = self.work(&task.work, ways.clone());
        // Whatever it is, its time or an expression may fail before it did anything.
        inner.error.extend(ways);
        let done = inner.on.into_iter().map(|way| self.effect(task, way)).collect();
        exits.end.extend(inner.end);
        exits.error.extend(inner.error);
        flows.push((task.then, done));
        flows
    }

    fn work(&mut self, work: &Work, ways: Ways) -> Exits {
        match work {
            Work::Do(tasks) => self.list(tasks, ways),
            Work::For(each) => self.repeated(&each.tasks, ways),
            Work::Listen(listen) => {
                let tasks = listen.foreach.as_ref().and_then(|foreach| foreach.tasks.as_ref());
                match tasks {
                    Some(tasks) => self.repeated(tasks, ways),
                    None => Exits { on: ways, ..Exits::default() },
                }
            }
            Work::Fork(fork) => self.branches(&fork.branches, fork.compete, ways),
            Work::Try(attempt) => {
                let tried = self.list(&attempt.tasks, ways);
                let mut exits = Exits { on: tried.on, end: tried.end, error: Ways::new() };
                let catch = &attempt.catch;
                let everything = catch.errors.is_anything()
                    && catch.when.is_none()
                    && catch.except_when.is_none();
                if !everything || (catch.tasks.is_none() && catch.retry.is_some()) {
                    exits.error.extend(tried.error.iter().cloned());
                }
                match &catch.tasks {
                    Some(tasks) => exits.also(self.list(tasks, tried.error)),
                    None if catch.retry.is_none() => exits.on.extend(tried.error),
                    None => {}
                }
                exits
            }
            Work::Raise(_) => Exits { error: ways, ..Exits::default() },
            Work::Set(_)
            | Work::Switch(_)
            | Work::Emit(_)
            | Work::Wait(_)
            | Work::Call(_)
            | Work::Run(_) => Exits { on: ways, ..Exits::default() },
        }
    }

    /// A list that runs any number of times.
    fn repeated(&mut self, tasks: &Tasks, ways: Ways) -> Exits {
        let mut all = Exits { on: ways.clone(), ..Exits::default() };
        let mut new = ways;
        while !new.is_empty() && !self.are_too_many {
            let turn = self.list(tasks, new);
            new = turn.on.difference(&all.on).cloned().collect();
            all.also(turn);
        }
        all
    }

    /// Branches, whichever comes first: of those that compete, some may not have begun.
    fn branches(&mut self, branches: &Tasks, compete: bool, ways: Ways) -> Exits {
        let mut all = self.in_order(branches.iter(), compete, ways.clone());
        all.also(self.in_order(branches.iter().rev(), compete, ways));
        all
    }

    fn in_order<'t>(
        &mut self,
        branches: impl Iterator<Item = &'t Arc<Task>>,
        compete: bool,
        ways: Ways,
    ) -> Exits {
        let mut all = Exits { on: ways, ..Exits::default() };
        for branch in branches {
            let before = std::mem::take(&mut all.on);
            if compete {
                all.on.extend(before.iter().cloned());
            }
            let mut exits = Exits::default();
            for (flow, ways) in self.task(branch, before, &mut exits) {
                if flow == Flow::End {
                    exits.end.extend(ways);
                } else {
                    exits.on.extend(ways);
                }
            }
            all.also(exits);
        }
        all
    }

    fn effect(&mut self, task: &Task, mut way: Way) -> Way {
        let effect = &task.effect;
        match effect.kind {
            EffectKind::None => {}
            EffectKind::Provisional => {
                if way.is_final {
                    self.late.insert(Arc::clone(&task.pointer), task.line);
                }
                way.open.insert(Arc::clone(&task.pointer));
            }
            EffectKind::Final => {
                way.open.clear();
                way.is_final = true;
                way.told = false;
            }
        }
        if let Some(name) = &effect.undoes {
            let ending = format!("/{name}");
            way.open.retain(|pointer| !pointer.ends_with(&ending));
            way.told = false;
        }
        way.told |= effect.notice;
        way
    }
}
