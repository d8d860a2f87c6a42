//! Which tasks of a list can be reached.

use super::model::{Flow, Task, Work};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Returns the tasks of a list that nothing leads to.
pub fn unreachable(tasks: &[Arc<Task>]) -> Vec<Arc<Task>> {
    let mut reached = BTreeSet::new();
    let mut open = vec![0];
    while let Some(position) = open.pop() {
        let Some(task) = tasks.get(position) else { continue };
        if reached.insert(position) {
            open.extend(next(task));
        }
    }
    let lost = tasks.iter().enumerate().filter(|(position, _)| !reached.contains(position));
    lost.map(|(_, task)| Arc::clone(task)).collect()
}

fn next(task: &Task) -> Vec<usize> {
    let mut flows = Vec::new();
    let mut default = false;
    if let Work::Switch(cases) = &task.work {
        flows.extend(cases.iter().map(|case| case.then));
        default = cases.iter().any(|case| case.when.is_none());
    }
    if !default {
        flows.push(task.then);
    }
    // A task that is skipped passes on to the next one.
    if task.condition.is_some() {
        flows.push(Flow::Continue);
    }
    let positions = flows.into_iter().filter_map(|flow| match flow {
        Flow::Continue => Some(task.position + 1),
        Flow::To(position) => Some(position),
        Flow::Exit | Flow::End => None,
    });
    positions.collect()
}
