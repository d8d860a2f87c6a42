//! The form of a service: a JSON Schema that reaches for nothing outside itself.

use std::collections::BTreeSet;

use jsonschema::{
    PatternOptions, ValidationError, Validator, draft202012, error::ValidationErrorKind,
};
use serde_json::Value as Json;

use super::schema;
use crate::domain::{
    FieldError,
    yaml::{Findings, Place},
};

/// The most memory for one pattern, in bytes.
const PATTERN: usize = 1024 * 1024;
/// The largest set of answers, in bytes of JSON.
const ANSWERS: usize = 256 * 1024;
/// More errors than this are not listed.
const MOST: usize = 50;

/// A form, ready to check answers with.
#[derive(Clone, Debug)]
pub struct Form {
    pub schema: Json,
    validator: Validator,
}

impl Form {
    /// Reads the schema that stands here.
    pub fn read(at: &Place<'_>, found: &mut Findings) -> Option<Self> {
        if !schema::check(at, found) {
            return None;
        }
        let json = at.node.to_json();
        let meta = draft202012::meta::validator();
        let mut errors: Vec<_> = meta.iter_errors(&json).map(|error| told(&error)).collect();
        let validator = if errors.is_empty() {
            build(&json).map_err(|error| errors.push(told(&error))).ok()
        } else {
            None
        };
        for (path, message) in &errors {
            let node = at.node.nearest(path);
            let place = Place { node, pointer: format!("{}{path}", at.pointer) };
            found.add(&place, message);
        }
        Some(Self { schema: json, validator: validator? })
    }

    /// The names of the answers that the form knows.
    pub fn fields(&self) -> BTreeSet<&str> {
        let properties = self.schema.get("properties").and_then(Json::as_object);
        properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }

    /// What is wrong with the answers of a draft.
    pub fn check_draft(&self, answers: &Json) -> Vec<FieldError> {
        let known = self.fields();
        let given = answers.as_object().into_iter().flatten();
        let mut errors: Vec<_> = given
            .filter(|(name, _)| !known.contains(name.as_str()))
            .take(MOST)
            .map(|(name, _)| error(format!("answers.{}", shown(name)), "is not in the form"))
            .collect();
        errors.extend(too_large(answers));
        errors
    }

    /// What is wrong with answers that are handed in. No message repeats an answer.
    pub fn check(&self, answers: &Json) -> Vec<FieldError> {
        let mut errors: Vec<_> = too_large(answers).into_iter().collect();
        if errors.is_empty() {
            errors.extend(self.validator.iter_errors(answers).take(MOST).flat_map(|it| field(&it)));
        }
        errors.sort_by(|one, other| one.field.cmp(&other.field));
        errors
    }
}

fn build(schema: &Json) -> Result<Validator, ValidationError<'static>> {
    let patterns = PatternOptions::regex().size_limit(PATTERN).dfa_size_limit(PATTERN);
    draft202012::options()
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_pattern_options(patterns)
        .build(schema)
}

/// Where in a schema an error is, and what it says.
fn told(error: &ValidationError<'_>) -> (String, String) {
    let path = error.instance_path().as_str().to_owned();
    (path, format!("this is not JSON Schema: {error}"))
}

/// The fields that an error of the schema speaks of.
fn field(found: &ValidationError<'_>) -> Vec<FieldError> {
    let path = path(found.instance_path().as_str());
    if let ValidationErrorKind::Required { property } = found.kind() {
        let name = property.as_str().unwrap_or_default();
        return vec![error(format!("{path}.{name}"), "is required")];
    }
    if let ValidationErrorKind::AdditionalProperties { unexpected }
    | ValidationErrorKind::UnevaluatedProperties { unexpected } = found.kind()
    {
        let names = unexpected.iter().map(|name| format!("{path}.{}", shown(name)));
        return names.map(|name| error(name, "is not in the form")).collect();
    }
    vec![error(path, &format!("does not fit the form: {}", found.masked()))]
}

/// A JSON Pointer as the path of a field: `/a/0/b` is `answers.a[0].b`.
fn path(pointer: &str) -> String {
    let mut path = "answers".to_owned();
    for part in pointer.split('/').skip(1) {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            path = format!("{path}[{part}]");
        } else {
            path = format!("{path}.{}", shown(part));
        }
    }
    path
}

/// A name that somebody sent, if it is plain enough to be repeated.
fn shown(name: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if name.len() <= 64 && name.bytes().all(plain) { name } else { "?" }
}

fn too_large(answers: &Json) -> Option<FieldError> {
    let large = answers.to_string().len() > ANSWERS;
    large.then(|| error("answers".to_owned(), "must be at most 256 KiB of JSON"))
}

fn error(field: String, rule: &str) -> FieldError {
    FieldError { message: rule.to_owned(), field }
}
