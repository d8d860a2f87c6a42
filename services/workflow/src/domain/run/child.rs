//! Running another workflow.

use serde_json::Value;
use uuid::Uuid;

use super::{
    bounds::MAX_GENERATIONS,
    continuation::{Doing, Thread},
    effects::Child,
    machine::{Machine, Next},
    scope::Extra,
    work::set,
};
use crate::domain::{
    definition::{Run, Task},
    instance::Kind,
    problem::Problem,
};

impl Machine<'_> {
    /// Has another instance started.
    pub fn begin_child(
        &mut self,
        thread: &mut Thread,
        task: &Task,
        run: &Run,
        input: Value,
    ) -> Next {
        let child = match self.child(thread, run, &input) {
            Ok(child) => child,
            Err(problem) => return Next::Fail(problem),
        };
        let id = child.id;
        self.note(Kind::ChildStarted, &task.pointer, id.to_string(), None);
        self.children.push(child);
        if !run.waits {
            return Next::Done { raw: input, flow: None };
        }
        set(thread, Doing::Child { id });
        Next::Wait
    }

    fn child(&self, thread: &Thread, run: &Run, input: &Value) -> Result<Child, Problem> {
        if self.stand.generation >= MAX_GENERATIONS {
            let detail = format!("more than {MAX_GENERATIONS} workflows run each other");
            return Err(Problem::standard("runtime", "a bound was reached", detail));
        }
        let input = self.evaluate(thread, &run.input, input, Extra::default())?;
        // The same place in the same attempt is the same child.
        let name = format!("child {}", thread.identity());
        Ok(Child {
            id: Uuid::new_v5(&self.setting.instance, name.as_bytes()),
            namespace: run.namespace.clone(),
            name: run.name.clone(),
            version: run.version.clone(),
            input,
            awaited: run.waits,
        })
    }
}
