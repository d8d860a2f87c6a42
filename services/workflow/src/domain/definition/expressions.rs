//! Reading expressions, and values with expressions in them.

use super::reader::{Reader, Spot, child, nearest};
use super::scalar::TextPlace;
use super::template::Template;
use super::yaml::Kind;
use rangkai_expression::Expression;
use serde_json::Value;

/// Where an expression stands: decides which variables it may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `input.from` of the workflow.
    WorkflowInput,
    /// `output.as` of the workflow.
    WorkflowOutput,
    /// `if` and `input.from` of a task.
    Start,
    /// Whatever a task does, and its `output.as`.
    Body,
    /// `export.as` of a task.
    Export,
    /// The credentials of a call, which are looked up apart from everything else.
    Credentials,
}

impl Scope {
    fn variables(self) -> &'static [&'static str] {
        match self {
            Self::WorkflowInput => &["workflow", "runtime", "secrets", "authorization"],
            Self::Credentials => &["secrets"],
            Self::WorkflowOutput => {
                &["workflow", "runtime", "secrets", "authorization", "context", "input"]
            }
            Self::Start => &["workflow", "runtime", "secrets", "authorization", "context", "task"],
            Self::Body => {
                &["workflow", "runtime", "secrets", "authorization", "context", "task", "input"]
            }
            Self::Export => &[
                "workflow",
                "runtime",
                "secrets",
                "authorization",
                "context",
                "task",
                "input",
                "output",
            ],
        }
    }
}

impl Reader<'_> {
    /// Reads a field that holds an expression, bare or in `${ }`.
    pub fn expression(&mut self, spot: &Spot<'_>, scope: Scope) -> Option<Expression> {
        let Kind::Text(text, place) = &spot.node.kind else {
            // A bare `true` is an expression too.
            if let Kind::Bool(_) | Kind::Number(_) = &spot.node.kind {
                let place = TextPlace::Folded(spot.node.mark);
                return self.compile(spot, &spot.node.value().to_string(), (place, 0), scope);
            }
            self.kind(spot, "an expression");
            return None;
        };
        let (inner, ahead) = inside(text).unwrap_or((text, 0));
        self.compile(spot, inner, (*place, ahead), scope)
    }

    /// Reads a value in which strings of the form `${ … }` are expressions.
    pub fn template(&mut self, spot: &Spot<'_>, scope: Scope) -> Option<Template> {
        match &spot.node.kind {
            Kind::Text(text, place) => {
                if let Some((inner, ahead)) = inside(text) {
                    let expression = self.compile(spot, inner, (*place, ahead), scope)?;
                    return Some(Template::Expression(expression));
                }
                self.warn_embedded(spot, text);
                Some(Template::Constant(Value::String(text.clone())))
            }
            Kind::List(_) => {
                let items = self.items(spot)?;
                let read: Vec<_> = items.iter().map(|item| self.template(item, scope)).collect();
                let items = read.into_iter().collect::<Option<Vec<_>>>()?;
                let constant = items.iter().map(Template::constant).collect::<Option<Vec<_>>>();
                Some(match constant {
                    Some(values) => Template::Constant(values.into_iter().cloned().collect()),
                    None => Template::Array(items),
                })
            }
            Kind::Map(members) => {
                let read: Vec<_> = members
                    .iter()
                    .map(|(key, node)| {
                        let pointer = child(&spot.pointer, &key.name);
                        let value = self.template(&Spot { node, pointer }, scope)?;
                        Some((key.name.clone(), value))
                    })
                    .collect();
                let members = read.into_iter().collect::<Option<Vec<_>>>()?;
                let constant = members.iter().all(|(_, value)| value.constant().is_some());
                let whole = constant.then(|| Template::Constant(spot.node.value()));
                Some(whole.unwrap_or(Template::Object(members)))
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {
                Some(Template::Constant(spot.node.value()))
            }
        }
    }

    /// Reads `from` or `as`: a text is an expression, an object holds some.
    pub fn shape(&mut self, spot: &Spot<'_>, scope: Scope) -> Option<Template> {
        match &spot.node.kind {
            Kind::Text(..) => Some(Template::Expression(self.expression(spot, scope)?)),
            Kind::Map(_) => self.template(spot, scope),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) => {
                self.kind(spot, "an expression or an object");
                None
            }
        }
    }

    fn compile(
        &mut self,
        spot: &Spot<'_>,
        text: &str,
        (place, ahead): (TextPlace, usize),
        scope: Scope,
    ) -> Option<Expression> {
        let known: Vec<String> = scope
            .variables()
            .iter()
            .map(|name| (*name).to_owned())
            .chain(self.variables.iter().cloned())
            .collect();
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        self.check_secrets(spot, text);
        let error = match Expression::compile(text, &names) {
            Ok(expression) => return Some(expression),
            Err(error) => error,
        };
        let mark = match &spot.node.kind {
            Kind::Text(text, _) => place.of(text, ahead + error.offset),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) | Kind::Map(_) => {
                spot.node.mark
            }
        };
        let unknown = text.get(error.offset..).and_then(|rest| rest.strip_prefix('$'));
        let (code, mend) = match unknown {
            Some(rest) => {
                let name = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                let name = name.into_iter().next().unwrap_or_default();
                let mend = match nearest(name, names.iter().copied()) {
                    Some(near) => format!("did you mean ${near}?"),
                    None => format!("the variables here are ${}", names.join(", $")),
                };
                ("expression.variable", mend)
            }
            None => ("expression.syntax", "correct the expression (the language is jq)".to_owned()),
        };
        self.error(mark, &spot.pointer, code, error.message, &mend);
        None
    }

    fn warn_embedded(&mut self, spot: &Spot<'_>, text: &str) {
        if text.contains("${") {
            let message = "this text is taken as it is; ${ } inside a text is no expression";
            let mend = "write the whole value as one expression, such as ${ \"Hello \" + .name }";
            let (mark, pointer) = (spot.node.mark, spot.pointer.clone());
            self.warn(mark, &pointer, "expression.embedded", message.to_owned(), mend);
        }
    }

    /// Finds `$secrets.name` and `$secrets["name"]` that no one declared.
    fn check_secrets(&mut self, spot: &Spot<'_>, text: &str) {
        for rest in text.split("$secrets").skip(1) {
            let rest = rest.trim_start_matches(['.', '[', '"', ' ']);
            let end = rest
                .find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '-'));
            let name = &rest[..end.unwrap_or(rest.len())];
            if !name.is_empty() && !self.names.secrets.iter().any(|secret| secret == name) {
                let message = format!("the secret {name} is not declared");
                self.wrong(spot, "secret.undeclared", message, "add its name to use.secrets");
            }
        }
    }
}

/// The inside of `${ … }` and where it begins, if the whole text has that form.
pub fn inside(text: &str) -> Option<(&str, usize)> {
    let start = text.len() - text.trim_start().len();
    let inner = text.trim().strip_prefix("${")?.strip_suffix('}')?;
    Some((inner, start + 2))
}
