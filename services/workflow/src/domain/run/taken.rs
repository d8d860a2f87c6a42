//! What tasks took that somebody notices, and what nobody knows.

use serde_json::Value;

use super::{
    continuation::{Continuation, Doing, Frame, Hold, Open, Taking, Thread},
    machine::Machine,
};
use crate::domain::{
    definition::{Definition, EffectKind, Task},
    problem::Problem,
};

impl Continuation {
    /// Whether it only goes forward: a final step was taken, or may have been, or is on its way.
    #[must_use]
    pub fn is_past_final_step(&self, definition: &Definition) -> bool {
        let on_its_way = self.calls().into_values().any(|task| is_final(definition, &task));
        let children = self.taking.values().any(|taking| is_final(definition, &taking.task));
        self.is_final || self.doubts_final(definition) || on_its_way || children
    }

    /// Whether nobody knows if a final step was taken.
    #[must_use]
    pub fn doubts_final(&self, definition: &Definition) -> bool {
        let mut doubts = self.open.iter().filter(|open| open.hold == Hold::InDoubt);
        doubts.any(|open| is_final(definition, &open.task))
    }

    /// Whether it has something to do by itself about its end.
    #[must_use]
    pub fn is_winding_up(&self) -> bool {
        let idle = self.awaited.is_empty() && self.root.frames.is_empty();
        self.end.is_none() && self.ending.is_some() && idle
    }

    fn take(&mut self, open: Open) {
        self.open.retain(|other| other.identity != open.identity);
        self.open.push(open);
    }
}

impl Machine<'_> {
    /// Notes what the innermost task did to the world, now that it is done. What gives something back
    /// takes nothing itself.
    pub fn take_effect(&mut self, thread: &Thread, task: &Task, output: &Value) {
        let Some(frame) = thread.frames.last() else { return };
        if self.stand.ending.is_some() {
            return;
        }
        match task.effect.kind {
            EffectKind::None => {}
            EffectKind::Provisional => {
                let open = open(thread, frame, Hold::Taken, Some(output.clone()));
                self.stand.take(open);
            }
            EffectKind::Final => self.go_final(),
        }
        if let Some(name) = &task.effect.undoes {
            let ending = format!("/{name}");
            let found = self.stand.open.iter().rposition(|open| open.task.ends_with(&ending));
            found.map(|at| self.stand.open.remove(at));
        }
    }

    /// Notes that nobody knows what the innermost task did to the world.
    pub fn doubt(&mut self, thread: &Thread, problem: &Problem) {
        let Some(frame) = thread.frames.last() else { return };
        let marked = self.effect_of(&frame.task) != EffectKind::None;
        if marked && problem.fate.unknown && self.stand.ending.is_none() {
            let open = open(thread, frame, Hold::InDoubt, None);
            self.stand.take(open);
        }
    }

    /// Notes that the innermost task did nothing, as whoever was asked says.
    pub fn deny(&mut self, thread: &Thread, problem: &Problem) {
        let Some(frame) = thread.frames.last() else { return };
        if !problem.fate.unknown && self.effect_of(&frame.task) != EffectKind::None {
            let identity = mark(thread, frame);
            self.stand.open.retain(|open| open.identity != identity);
        }
    }

    /// Sees what the innermost task does to its end, though nothing waits for it any more, if somebody
    /// would notice: once it is known to have taken something, that is given back.
    pub fn see_through(&mut self, thread: &Thread) {
        let Some(frame) = thread.frames.last() else { return };
        let (id, child) = match &frame.work {
            Doing::Call { id, .. } => (*id, false),
            Doing::Child { id } => (*id, true),
            Doing::List { .. }
            | Doing::Try(_)
            | Doing::For(_)
            | Doing::Fork { .. }
            | Doing::Listen(_)
            | Doing::Wait { .. } => return,
        };
        // What is announced by this very turn is not sent.
        let unsent = self.calls.iter().any(|intent| intent.id == id)
            || self.children.iter().any(|started| started.id == id);
        if unsent || self.effect_of(&frame.task) == EffectKind::None {
            return;
        }
        let (identity, task) = (mark(thread, frame), frame.task.clone());
        self.stand.awaited.insert(id, task.clone());
        self.stand.taking.insert(id, Taking { identity, task, input: frame.input.clone(), child });
    }

    /// Lets the innermost task, which is begun once more, wait itself for what was seen through.
    pub fn take_over(&mut self, thread: &Thread) {
        let Some(frame) = thread.frames.last() else { return };
        let identity = mark(thread, frame);
        let stand = &mut self.stand;
        let same = |taking: &Taking| taking.identity == identity;
        stand.awaited.retain(|call, _| !stand.taking.get(call).is_some_and(same));
        stand.taking.retain(|_, taking| !same(taking));
    }

    /// Leaves it to the end to give back what was taken within `identity`, an attempt that failed.
    pub fn let_go_of(&mut self, identity: &str) {
        for open in self.stand.open.iter_mut().filter(|open| open.hold == Hold::Taken) {
            let within = open.identity.strip_prefix(identity);
            if within.is_some_and(|rest| rest.starts_with(['>', '['])) {
                open.hold = Hold::Abandoned;
            }
        }
    }

    /// Notes what became of something that nothing waited for.
    pub fn hear_late(&mut self, taking: Taking, task: &str, answer: &Result<Value, Problem>) {
        let Taking { identity, input, .. } = taking;
        let known = self
            .stand
            .open
            .iter()
            .any(|open| open.identity == identity && open.hold == Hold::Taken);
        match (answer, self.effect_of(task)) {
            // Whoever asked again heard the same.
            _ if known => {}
            (Ok(output), EffectKind::Provisional) => {
                let (hold, output) = (Hold::Abandoned, Some(output.clone()));
                self.stand.take(Open { identity, task: task.to_owned(), input, output, hold });
            }
            (Ok(_), EffectKind::Final) => {
                self.stand.open.retain(|open| open.identity != identity);
                self.go_final();
            }
            (Err(problem), _) if problem.fate.unknown => {
                let hold = Hold::InDoubt;
                self.stand.take(Open {
                    identity,
                    task: task.to_owned(),
                    input,
                    output: None,
                    hold,
                });
            }
            (Ok(_) | Err(_), _) => self.stand.open.retain(|open| open.identity != identity),
        }
    }

    /// What a task does to the world, as its author marked it.
    pub fn effect_of(&self, task: &str) -> EffectKind {
        self.setting.definition.task(task).map_or(EffectKind::None, |task| task.effect.kind)
    }

    /// From here on it only goes forward: what was taken stays, but for what nothing waits for.
    fn go_final(&mut self) {
        self.stand.is_final = true;
        let definition = self.setting.definition;
        self.stand.open.retain(|open| match open.hold {
            Hold::Taken => false,
            Hold::Abandoned => true,
            Hold::InDoubt => !is_final(definition, &open.task),
        });
    }
}

fn is_final(definition: &Definition, task: &str) -> bool {
    definition.task(task).is_some_and(|task| task.effect.kind == EffectKind::Final)
}

fn open(thread: &Thread, frame: &Frame, hold: Hold, output: Option<Value>) -> Open {
    let (identity, task) = (mark(thread, frame), frame.task.clone());
    Open { identity, task, input: frame.input.clone(), output, hold }
}

/// What tells that which the innermost task takes from all else: each child takes for itself, while
/// the same request takes once, however often it is sent.
fn mark(thread: &Thread, frame: &Frame) -> String {
    match &frame.work {
        Doing::Child { id } => format!("{} {id}", thread.identity()),
        Doing::List { .. }
        | Doing::Try(_)
        | Doing::For(_)
        | Doing::Fork { .. }
        | Doing::Listen(_)
        | Doing::Wait { .. }
        | Doing::Call { .. } => thread.identity(),
    }
}
