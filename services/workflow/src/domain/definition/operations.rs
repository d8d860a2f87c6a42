//! Reading `call: openapi`.

use std::sync::Arc;

use super::described::Described;
use super::expressions::Scope;
use super::openapi::{OpenApi, Operation, Parameter};
use super::reader::{Reader, Spot, child, nearest};
use super::target::{Call, Http, Target};
use super::template::Template;
use super::yaml::{Key, Kind, Node};
use serde_json::{Map, Value};

/// The member of `parameters` that holds the body, unless a parameter has that name.
pub const BODY: &str = "body";

impl Reader<'_> {
    /// Reads the `with` of a `call: openapi`.
    pub fn openapi(&mut self, spot: &Spot<'_>) -> Option<Call> {
        let mut fields = self.fields(spot)?;
        let document = self.need(&mut fields, "document");
        let document = document.and_then(|spot| self.openapi_document(&spot));
        let id = self.need(&mut fields, "operationId");
        let parameters = fields.take("parameters");
        let authentication = self.authentication_of(&mut fields);
        let (output, redirect) = self.http_answer(&mut fields);
        self.close(fields);
        let (document, id) = (document?, id?);
        let operation = self.operation(&id, &document)?;
        self.check_parameters(parameters.as_ref().unwrap_or(&id), parameters.is_some(), &operation);
        let arguments = match parameters {
            Some(spot) => self.template(&spot, Scope::Body)?,
            None => Template::Constant(Value::Object(Map::new())),
        };
        let method = operation.method.clone();
        let operation = Some(Arc::new(operation));
        Some(Call {
            function: format!("openapi {}", self.text(&id)?),
            target: Target::Http(Http { method, operation, expands: true, output, redirect }),
            with: None,
            arguments,
            authentication,
        })
    }

    fn openapi_document(&mut self, spot: &Spot<'_>) -> Option<Arc<OpenApi>> {
        match self.described(spot)? {
            Described::OpenApi(document) => Some(document),
            Described::Proto(_) => {
                let message = "it names protobuf descriptors".to_owned();
                self.wrong(spot, "descriptors.kind", message, "name an OpenAPI document");
                None
            }
        }
    }

    fn operation(&mut self, spot: &Spot<'_>, document: &OpenApi) -> Option<Operation> {
        let id = self.text(spot)?;
        match document.operation(&id) {
            Some(Ok(operation)) => Some(operation),
            Some(Err(why)) => {
                let message = format!("{id} cannot be called: {why}");
                let mend = "call it with call: http, or call another operation";
                self.wrong(spot, "feature.unsupported", message, mend);
                None
            }
            None => {
                let known = document.operations();
                let mend = match nearest(&id, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("the operations are {}", known.join(", ")),
                };
                let message = format!("the document knows no operation {id}");
                self.wrong(spot, "function.unknown", message, &mend);
                None
            }
        }
    }

    fn check_parameters(&mut self, spot: &Spot<'_>, present: bool, operation: &Operation) {
        let members: &[(Key, Node)] = match &spot.node.kind {
            Kind::Map(members) if present => members,
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(..)
            | Kind::List(_)
            | Kind::Map(_) => {
                if present {
                    self.kind(spot, "an object");
                    return;
                }
                &[]
            }
        };
        let names = operation.parameters.iter().map(|it| it.name.as_str());
        let names: Vec<&str> = names.chain(operation.body.map(|_| BODY)).collect();
        for (key, node) in members {
            let pointer = child(&spot.pointer, &key.name);
            if let Some(known) = operation.parameters.iter().find(|it| it.name == key.name) {
                self.check_parameter(&Spot { node, pointer }, known);
            } else if !names.contains(&key.name.as_str()) {
                let mend = match nearest(&key.name, names.iter().copied()) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("the parameters are {}", names.join(", ")),
                };
                let message = format!("the operation has no parameter {}", key.name);
                self.error(key.mark, &pointer, "argument.unknown", message, &mend);
            }
        }
        let required = operation.parameters.iter().filter(|it| it.required);
        let required = required.map(|it| it.name.as_str());
        let body = operation.body.filter(|required| *required).map(|_| BODY);
        for name in required.chain(body) {
            if !members.iter().any(|(key, _)| key.name == name) {
                let message = format!("the operation needs {name}");
                self.wrong(spot, "argument.missing", message, &format!("add {name}"));
            }
        }
    }

    fn check_parameter(&mut self, spot: &Spot<'_>, parameter: &Parameter) {
        let found: &[&str] = match &spot.node.kind {
            Kind::Text(text, _) if text.trim_start().starts_with("${") => return,
            Kind::Text(..) => &["string"],
            Kind::Number(number) if number.is_f64() => &["number"],
            Kind::Number(_) => &["integer", "number"],
            Kind::Bool(_) => &["boolean"],
            Kind::Null => &["null"],
            Kind::List(_) => &["array"],
            Kind::Map(_) => &["object"],
        };
        let types = &parameter.types;
        if !types.is_empty() && !types.iter().any(|it| found.contains(&it.as_str())) {
            let expected = types.join(" or ");
            let message = format!("expected {expected}, found {}", spot.node.describe());
            self.wrong(spot, "argument.kind", message, "write what the document says");
        }
    }
}
