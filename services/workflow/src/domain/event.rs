//! Events: facts of the blocks, as workflows see them.

use rangkai_primitives::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The longest value that events are looked up by.
const LONGEST_KEY: usize = 200;
/// The most values of one event that it can be looked up by.
const MOST_KEYS: usize = 48;

/// A fact in the attributes of `CloudEvents` 1.0, its data as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What tells it from all others: made of source and id.
    pub id: Uuid,
    /// Its type, such as `rangkai.payments.v1.BillPaid`.
    pub kind: String,
    /// The whole of it.
    pub envelope: Value,
}

/// What an event is looked up by.
#[derive(Clone, Debug, PartialEq)]
pub enum Keys {
    /// Each of these.
    Each(Vec<Vec<u8>>),
    /// Whatever anybody looks for.
    Any,
}

/// What an event is kept under that whoever looks for its type must see; no path begins like this.
pub const ANY: &[u8] = b"*";

/// An event in an instance's mail.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// The event.
    pub event: Event,
    /// When it arrived here.
    pub time: Timestamp,
}

impl Event {
    /// The event with these attributes and data.
    #[must_use]
    pub fn new(
        (source, id): (&str, &str),
        (kind, subject): (&str, &str),
        time: Timestamp,
        data: &Value,
    ) -> Self {
        let envelope = json!({
            "specversion": "1.0",
            "id": id,
            "source": source,
            "type": kind,
            "subject": subject,
            "time": time.to_rfc3339(),
            "datacontenttype": "application/json",
            "data": data,
        });
        Self { id: identity(source, id), kind: kind.to_owned(), envelope }
    }

    /// An event that a workflow tells of. However it names its source, it is never taken for a fact
    /// of a block.
    #[must_use]
    pub fn emitted((source, id): (&str, &str), kind: String, envelope: Value) -> Self {
        Self { id: identity(&format!("workflow\n{source}"), id), kind, envelope }
    }

    /// Every short value in it with the path to it: what it can be looked up by. One with too many
    /// of them is looked up by [`ANY`] instead: whoever waits for its type looks at it.
    #[must_use]
    pub fn keys(&self) -> Keys {
        let mut keys = Vec::new();
        collect("", &self.envelope, &mut keys);
        if keys.len() > MOST_KEYS { Keys::Any } else { Keys::Each(keys) }
    }
}

/// What tells an event from all others.
#[must_use]
pub fn identity(source: &str, id: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{source}\n{id}").as_bytes())
}

/// What an event is looked up by that has `value` at `path`, as in `.data.caseId`.
#[must_use]
pub fn key(path: &str, value: &Value) -> Option<Vec<u8>> {
    let text = match value {
        Value::String(text) if text.len() <= LONGEST_KEY => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(format!("{path}\n{text}").into_bytes())
}

/// Whether `text` is a plain path to one value, as in `.data.caseId`.
#[must_use]
pub fn is_path(text: &str) -> bool {
    text.strip_prefix('.').is_some_and(|names| {
        names.split('.').all(|name| {
            name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
    })
}

fn collect(path: &str, value: &Value, keys: &mut Vec<Vec<u8>>) {
    if let Value::Object(members) = value {
        let members: &Map<_, _> = members;
        for (name, member) in members {
            collect(&format!("{path}.{name}"), member, keys);
        }
    } else if keys.len() <= MOST_KEYS && !path.is_empty() {
        keys.extend(key(path, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_found_by_each_of_its_values() {
        let data = json!({"caseId": "7", "amount": {"units": "5"}, "list": [1]});
        let event = Event::new(("s", "1"), ("t", "b"), Timestamp::UNIX_EPOCH, &data);

        let Keys::Each(keys) = event.keys() else { panic!("it has few values") };

        for (path, value) in [(".data.caseId", "7"), (".data.amount.units", "5"), (".subject", "b")]
        {
            assert!(is_path(path));
            assert!(keys.contains(&key(path, &json!(value)).unwrap()), "{path}");
        }
        let wide: Map<_, _> = (0..MOST_KEYS).map(|at| (format!("n{at}"), json!(at))).collect();
        let wide = Event::new(("s", "2"), ("t", "b"), Timestamp::UNIX_EPOCH, &json!(wide));
        assert_eq!(wide.keys(), Keys::Any);
        assert!(!is_path(".data.a | length") && !is_path(".") && !is_path(".a[0]"));
    }
}
