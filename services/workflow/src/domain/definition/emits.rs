//! Reading `emit`.

use super::event::Emit;
use super::expressions::Scope;
use super::model::Work;
use super::reader::{Reader, Spot, child};
use super::template::Template;
use serde_json::Value;

/// The types that only blocks tell of.
pub const RESERVED: &str = "rangkai.";

impl Reader<'_> {
    /// Reads an `emit`.
    pub fn emit(&mut self, spot: &Spot<'_>) -> Option<Work> {
        let mut fields = self.fields(spot)?;
        let event = self.need(&mut fields, "event");
        self.close(fields);
        let mut fields = event.and_then(|spot| self.fields(&spot))?;
        let with = self.need(&mut fields, "with");
        self.close(fields);
        let with = with?;
        let members = self.members(&with)?;
        for name in ["source", "type"] {
            if !members.iter().any(|(key, _)| key.name == name) {
                let message = format!("{name} is missing");
                let mend = "an event says what it is (type) and where it comes from (source)";
                self.wrong(&with, "key.missing", message, mend);
            }
        }
        for (key, node) in members {
            let spot = Spot { node, pointer: child(&with.pointer, &key.name) };
            if key.name != "data" && !is_attribute(&key.name) {
                let message = format!("{} is no name of an attribute of an event", key.name);
                let mend = "use lower-case letters and digits only, as CloudEvents does";
                self.error(key.mark, &spot.pointer, "value.name", message, mend);
            }
        }
        let event = self.template(&with, Scope::Body)?;
        if let Some(kind) = constant_type(&event).filter(|kind| kind.starts_with(RESERVED)) {
            let message = format!("{kind} is told by a block only");
            let mend = "name the event after your agency, as in id.go.polri.sim.renewed";
            self.wrong(&with, "event.reserved", message, mend);
        }
        Some(Work::Emit(Emit { event }))
    }
}

/// Whether a name is one of an attribute (`CloudEvents` 1.0, section 3.1).
#[must_use]
pub fn is_attribute(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn constant_type(event: &Template) -> Option<&str> {
    match event {
        Template::Constant(event) => event.get("type").and_then(Value::as_str),
        Template::Object(members) => {
            let (_, kind) = members.iter().find(|(name, _)| name == "type")?;
            kind.constant().and_then(Value::as_str)
        }
        Template::Expression(_) | Template::Array(_) => None,
    }
}
