//! The search attributes of an instance: which of them a step changes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    definition::Definition,
    run::continuation::{Continuation, End},
};

/// The attributes that a turn gave another value, on this thread, which must be one that may block.
///
/// What is seen of an instance is its raw input at first, then its `$context`, and its output once it
/// has completed.
#[must_use]
pub fn changed(
    definition: &Definition,
    before: &Continuation,
    after: &Continuation,
) -> BTreeMap<String, String> {
    let is_first = before.steps == 0;
    let values =
        |seen: Option<&Value>| seen.map(|it| definition.attributes.values(it)).unwrap_or_default();
    let mut changed = values(is_first.then_some(&after.raw_input));
    if seen(before) != seen(after) {
        let known = values(seen(before));
        let mut now = values(seen(after));
        now.retain(|name, value| known.get(name) != Some(value));
        changed.extend(now);
    }
    changed
}

fn seen(continuation: &Continuation) -> Option<&Value> {
    match &continuation.end {
        None => Some(&continuation.root.context),
        Some(End::Completed(output)) => Some(output),
        Some(End::Faulted(_) | End::Cancelled) => None,
    }
}
