//! Reading input, output, export, schemas, durations and time limits.

use super::expressions::Scope;
use super::model::{Input, Output};
use super::reader::{Reader, Spot, nearest};
use super::schema::Schema;
use super::template::Template;
use super::wait::{Span, read_span};
use super::yaml::Kind;

impl Reader<'_> {
    /// Reads `input`.
    pub fn input(&mut self, spot: Option<Spot<'_>>, scope: Scope) -> Input {
        let Some(mut fields) = spot.and_then(|spot| self.fields(&spot)) else {
            return Input::default();
        };
        let schema = fields.take("schema").and_then(|spot| self.schema(&spot));
        let from = fields.take("from").and_then(|spot| self.shape(&spot, scope));
        self.close(fields);
        Input { schema, from }
    }

    /// Reads `output` or `export`.
    pub fn output(&mut self, spot: Option<Spot<'_>>, scope: Scope) -> Output {
        let Some(mut fields) = spot.and_then(|spot| self.fields(&spot)) else {
            return Output::default();
        };
        let shape = fields.take("as").and_then(|spot| self.shape(&spot, scope));
        let schema = fields.take("schema").and_then(|spot| self.schema(&spot));
        self.close(fields);
        Output { shape, schema }
    }

    fn schema(&mut self, spot: &Spot<'_>) -> Option<Schema> {
        let mut fields = self.fields(spot)?;
        if let Some(spot) = fields.take("format") {
            let format = self.text(&spot).unwrap_or_default();
            if format != "json" && !format.starts_with("json:") {
                let message = format!("schemas of the format {format} are not read");
                self.wrong(&spot, "feature.unsupported", message, "write a JSON Schema");
            }
        }
        let document = fields.take("document");
        if let Some(spot) = fields.take("resource") {
            let message = "schemas are not fetched from elsewhere".to_owned();
            self.wrong(&spot, "feature.refused", message, "write the schema under document");
        } else if document.is_none() {
            let message = "document is missing".to_owned();
            self.wrong(spot, "key.missing", message, "add the schema under document");
        }
        self.close(fields);
        let spot = document?;
        match Schema::parse(spot.node.value()) {
            Ok(schema) => Some(schema),
            Err(message) => {
                let message = format!("this is no JSON Schema: {message}");
                self.wrong(&spot, "schema.wrong", message, "correct the schema");
                None
            }
        }
    }

    /// Reads a duration: an object of units, ISO 8601, or an expression that gives one.
    pub fn duration(&mut self, spot: &Spot<'_>, scope: Scope) -> Option<Span> {
        let template = self.template(spot, scope)?;
        let Template::Constant(value) = template else {
            if let Template::Expression(_) = template {
                return Some(Span::Computed(template));
            }
            // The schema of the language knows no expressions inside an object of units.
            self.kind(spot, "a duration without expressions inside");
            return None;
        };
        match read_span(&value) {
            Ok(span) => Some(Span::Fixed(span)),
            Err(message) => {
                let mend = "write an object such as { days: 7 } or ISO 8601 such as P7D";
                self.wrong(spot, "value.duration", message, mend);
                None
            }
        }
    }

    /// Reads `timeout`: an object with `after`, or the name of one.
    pub fn timeout(&mut self, spot: Option<Spot<'_>>, scope: Scope) -> Option<Span> {
        let spot = spot?;
        if let Kind::Text(name, _) = &spot.node.kind {
            let found = self.names.timeouts.get(name).cloned();
            return found.unwrap_or_else(|| {
                let known = self.names.timeouts.keys().map(String::as_str);
                let near = nearest(name, known).map(str::to_owned);
                self.unknown_name(&spot, "timeout", "timeouts", near.as_deref());
                None
            });
        }
        let mut fields = self.fields(&spot)?;
        let after = self.need(&mut fields, "after");
        self.close(fields);
        after.and_then(|spot| self.duration(&spot, scope))
    }

    /// Notes a name that `use` does not define.
    pub fn unknown_name(&mut self, spot: &Spot<'_>, kind: &str, key: &str, near: Option<&str>) {
        let name = self.text(spot).unwrap_or_default();
        let mend = match near {
            Some(near) => format!("did you mean {near}?"),
            None => format!("define it under use.{key}"),
        };
        self.wrong(spot, "name.unknown", format!("there is no {kind} called {name}"), &mend);
    }
}
