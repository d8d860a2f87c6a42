//! The search attributes of an instance: which of them a step changes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    definition::Definition,
    run::continuation::{Continuation, End},
};

/// The attributes that a turn gave another value, on this thread, which must be one that may block.
///
/// What is seen of an instance is its `$context`, and its output once it has completed.
#[must_use]
pub fn changed(
    definition: &Definition,
    before: &Continuation,
    after: &Continuation,
) -> BTreeMap<String, String> {
    let Some(now) = seen(after) else { return BTreeMap::new() };
    let known = seen(before).unwrap_or(&Value::Null);
    if now == known {
        return BTreeMap::new();
    }
    let known = definition.attributes.values(known);
    let mut values = definition.attributes.values(now);
    values.retain(|name, value| known.get(name) != Some(value));
    values
}

fn seen(continuation: &Continuation) -> Option<&Value> {
    match &continuation.end {
        None => Some(&continuation.root.context),
        Some(End::Completed(output)) => Some(output),
        Some(End::Faulted(_) | End::Cancelled) => None,
    }
}
