//! Reading `emit`.

use super::event::Emit;
use super::expressions::Scope;
use super::model::Work;
use super::reader::{Reader, Spot, child};

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
        let emit = Emit { event: self.template(&with, Scope::Body)? };
        if emit.kind().starts_with(RESERVED) {
            let message = format!("{} is told by a block only", emit.kind());
            let mend = "name the event after your agency, as in id.go.polri.sim.renewed";
            self.wrong(&with, "event.reserved", message, mend);
        }
        Some(Work::Emit(emit))
    }
}

/// Whether a name is one of an attribute (`CloudEvents` 1.0, section 3.1).
#[must_use]
pub fn is_attribute(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
