//! Reading `run`.

use super::expressions::Scope;
use super::model::{Run, Work};
use super::reader::{Reader, Spot};
use super::template::Template;
use serde_json::{Map, Value};

/// What the language can run that is no workflow.
const FOREIGN: [&str; 3] = ["container", "script", "shell"];

impl Reader<'_> {
    /// Reads a `run`: of a workflow, since the engine runs no foreign code.
    pub fn run(&mut self, spot: &Spot<'_>) -> Option<Work> {
        let members = self.members(spot)?;
        if let Some((key, _)) = members.iter().find(|(key, _)| FOREIGN.contains(&key.name.as_str()))
        {
            let message = format!("run: {} is refused: the engine runs no foreign code", key.name);
            let mend = "offer it as a gRPC method, and call that";
            self.error(key.mark, &spot.pointer, "feature.refused", message, mend);
            return None;
        }
        let mut fields = self.fields(spot)?;
        let workflow = self.need(&mut fields, "workflow");
        let waits = fields.take("await").and_then(|spot| self.flag(&spot)).unwrap_or(true);
        if let Some(spot) = fields.take("return") {
            let message = "return says what to keep of a process that is no workflow".to_owned();
            self.wrong(&spot, "feature.refused", message, "leave it out");
        }
        self.close(fields);
        let mut fields = workflow.and_then(|spot| self.fields(&spot))?;
        let namespace = self.need(&mut fields, "namespace").and_then(|spot| self.label(&spot));
        let name = self.need(&mut fields, "name").and_then(|spot| self.label(&spot));
        let version = match fields.take("version") {
            Some(spot) if self.text(&spot)? == "latest" => Some(String::new()),
            Some(spot) => self.version(&spot),
            None => Some(String::new()),
        };
        let input = match fields.take("input") {
            Some(spot) => self.template(&spot, Scope::Body),
            None => Some(Template::Constant(Value::Object(Map::new()))),
        };
        self.close(fields);
        let (namespace, name, version, input) = (namespace?, name?, version?, input?);
        Some(Work::Run(Run { namespace, name, version, input, waits }))
    }
}
