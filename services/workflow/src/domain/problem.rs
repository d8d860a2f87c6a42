//! Errors of a workflow, as problem details (RFC 9457).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::definition::{STANDARD_ERROR_NAMES, STANDARD_ERRORS};

/// An error of a task or of a whole instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The type, a URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status, as HTTP counts them.
    pub status: u16,
    /// What went wrong, in short.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What went wrong, in full; holds no personal data unless it is `computed`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The task that failed, as a pointer into the document; empty until it is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instance: String,
    /// What the callee said, an object of one member: `grpc` with code, message and details, or
    /// `http` with status and content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee: Option<Box<Value>>,
    /// Whether an author's expression made the title or the detail, out of whatever it read.
    #[serde(default)]
    pub computed: bool,
    /// How the engine may go on from here; no author sees it.
    #[serde(default)]
    pub fate: Fate,
}

/// What is known about the effect of whatever failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate {
    /// It may have happened although it failed: a repetition keeps its request id.
    #[serde(default)]
    pub unknown: bool,
    /// It must not be repeated, whatever the author's retry says.
    #[serde(default)]
    pub last: bool,
    /// The least time to wait before a repetition, as the callee asked.
    #[serde(default)]
    pub wait_ms: u32,
}

impl Problem {
    /// An error of one of the standard types, such as `timeout`.
    #[must_use]
    pub fn standard(name: &str, title: &str, detail: impl Into<String>) -> Self {
        let status = STANDARD_ERROR_NAMES.iter().find(|(known, _)| *known == name);
        Self {
            kind: format!("{STANDARD_ERRORS}{name}"),
            status: status.map_or(500, |(_, status)| *status),
            title: title.to_owned(),
            detail: detail.into(),
            ..Self::default()
        }
    }

    /// A call whose effect nobody knows and that must not be repeated.
    #[must_use]
    pub fn outcome_unknown(detail: impl Into<String>) -> Self {
        let problem = Self::standard("communication", "outcome unknown", detail);
        Self { fate: Fate { unknown: true, last: true, wait_ms: 0 }, ..problem }
    }

    /// What of it may be told to whoever reads a history: nothing that may name a person.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.callee = None;
        if self.computed {
            (self.title, self.detail) = (String::new(), String::new());
        }
        self
    }

    /// The same, raised by the task at `pointer` unless it says where.
    #[must_use]
    pub fn at(mut self, pointer: &str) -> Self {
        if self.instance.is_empty() {
            pointer.clone_into(&mut self.instance);
        }
        self
    }

    /// The error as expressions see it.
    #[must_use]
    pub fn value(&self) -> Value {
        let mut members = Map::new();
        members.insert("type".to_owned(), json!(self.kind));
        members.insert("status".to_owned(), json!(self.status));
        for (name, text) in
            [("title", &self.title), ("detail", &self.detail), ("instance", &self.instance)]
        {
            if !text.is_empty() {
                members.insert(name.to_owned(), json!(text));
            }
        }
        if let Some(Value::Object(said)) = self.callee.as_deref() {
            members.extend(said.clone());
        }
        Value::Object(members)
    }
}
