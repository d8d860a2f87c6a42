//! Running another workflow.

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
    instance::{Kind, id_of},
    problem::Problem,
};
use serde_json::Value;

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
            id: id_of(self.setting.now, &self.setting.instance, &name),
            namespace: run.namespace.clone(),
            name: run.name.clone(),
            version: run.version.clone(),
            input,
            awaited: run.waits,
        })
    }
}
