//! Definitions: a document of the workflow DSL, read strictly, checked, ready to run.

mod arguments;
mod attributes;
mod authentication;
mod calls;
mod described;
mod document;
mod effect;
mod effects;
mod emits;
mod event;
mod events;
mod expressions;
mod failure;
mod failures;
mod finding;
mod flow;
mod functions;
mod grpc;
mod http;
mod loops;
mod model;
mod oauth;
mod openapi;
mod operations;
mod paths;
mod reader;
mod runs;
mod scalar;
mod schedule;
mod schedules;
mod schema;
mod secrets;
mod shapes;
mod target;
mod tasks;
mod template;
mod told;
mod wait;
mod works;
mod yaml;

pub use attributes::Attributes;
pub use authentication::{Authentication, Credential};
pub use described::{Around, Described, references};
pub use effect::{Effect, EffectKind};
pub use emits::{RESERVED as RESERVED_EVENTS, is_attribute};
pub use event::{Consume, Correlation, Emit, EventFilter, Foreach, Listen, Match, Read, Until};
pub use failure::{
    Backoff, Catch, ErrorFilter, Raise, Retry, STANDARD_ERROR_NAMES, STANDARD_ERRORS, Try,
    canonical_error_type, read_status,
};
pub use finding::{Finding, Severity};
pub use functions::Functions;
pub use http::RESERVED;
pub use model::{
    Case, Definition, Document, Flow, For, Fork, Input, Output, Run, Task, Tasks, TurnNames, Work,
};
pub use oauth::TokenRequest;
pub use openapi::{OpenApi, Operation, Parameter, Place};
pub use operations::BODY;
pub use schedule::{Schedule, Times, Timetable};
pub use schema::Schema;
pub use secrets::Secrets;
pub use target::{Call, Http, HttpOutput, Target, encode, takes_request_id};
pub use template::Template;
pub use told::{Language, Told, Words};
pub use wait::{LONGEST, Span, read_span};

use aws_lc_rs::digest::{SHA256, digest};
use reader::Reader;

/// Reads a document and checks everything that can be known before it runs.
///
/// # Errors
///
/// Every finding at once, in the order of the text.
pub fn check(text: &str, functions: &Functions) -> Result<Definition, Vec<Finding>> {
    let mut reader = Reader::new(functions);
    let root = yaml::parse(text, &mut reader.findings);
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    let definition = root.as_ref().and_then(|root| reader.definition(root, text, sum));
    let mut findings = reader.findings;
    findings.sort_by_key(|finding| (finding.line, finding.column));
    let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    match definition {
        Some(definition) if !broken => Ok(Definition { warnings: findings, ..definition }),
        Some(_) | None => Err(or_empty(findings)),
    }
}

/// An empty text breaks no rule of YAML, and is no workflow.
fn or_empty(mut findings: Vec<Finding>) -> Vec<Finding> {
    if findings.is_empty() {
        findings.push(Finding {
            severity: Severity::Error,
            code: "yaml.empty",
            line: 1,
            column: 1,
            pointer: String::new(),
            message: "the document is empty".to_owned(),
            mend: "begin with document: and do:".to_owned(),
        });
    }
    findings
}
