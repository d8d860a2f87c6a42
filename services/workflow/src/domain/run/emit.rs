//! Telling of events.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    continuation::Thread,
    machine::{Machine, Next},
    scope::Extra,
};
use crate::domain::{
    definition::{Emit, RESERVED_EVENTS, Task, is_attribute},
    event::Event,
    instance::Kind,
    message::fits,
    problem::Problem,
};

impl Machine<'_> {
    /// Tells of an event; the task gives what it was given.
    pub fn emit(&mut self, thread: &Thread, task: &Task, emit: &Emit, input: Value) -> Next {
        let event = self
            .evaluate(thread, &emit.event, &input, Extra::default())
            .and_then(|event| self.event(thread, event));
        match event {
            Ok(event) => {
                self.note(Kind::EventEmitted, &task.pointer, event.kind.clone(), None);
                self.events.push(event);
                Next::Done { raw: input, flow: None }
            }
            Err(problem) => Next::Fail(problem),
        }
    }

    /// The event, with what the author left out.
    fn event(&self, thread: &Thread, written: Value) -> Result<Event, Problem> {
        let Value::Object(written) = written else { return Err(wrong("it is no object")) };
        let kind = attribute(&written, "type")?.ok_or_else(|| wrong("its type is missing"))?;
        let source =
            attribute(&written, "source")?.ok_or_else(|| wrong("its source is missing"))?;
        if kind.starts_with(RESERVED_EVENTS) {
            return Err(wrong(&format!("{kind} is told by a block only")));
        }
        // The same place in the same attempt tells of the same event.
        let id = Uuid::new_v5(&self.setting.instance, thread.identity().as_bytes()).to_string();
        let mut envelope = json!({
            "specversion": "1.0",
            "id": id,
            "time": self.setting.now.to_rfc3339(),
        });
        if written.contains_key("data") {
            envelope["datacontenttype"] = json!("application/json");
        }
        for (name, value) in &written {
            if name != "data" && !is_attribute(name) {
                return Err(wrong(&format!("{name} is no name of an attribute")));
            }
            envelope[name] = value.clone();
        }
        fits(&envelope).map_err(|reason| wrong(&reason))?;
        let id = attribute(&written, "id")?.unwrap_or(id);
        Ok(Event::emitted((&source, &id), kind, envelope))
    }
}

/// A text among the attributes of an event, if it has one of that name.
fn attribute(written: &Map<String, Value>, name: &str) -> Result<Option<String>, Problem> {
    match written.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(wrong(&format!("its {name} is no text"))),
    }
}

fn wrong(reason: &str) -> Problem {
    let detail = format!("the event cannot be told of: {reason}");
    Problem::standard("expression", "not an event", detail)
}
