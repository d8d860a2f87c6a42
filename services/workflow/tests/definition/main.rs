//! Reading and checking definitions: a whole one, and every kind of mistake.

mod effects;
mod elsewhere;
mod good;
mod metadata;
mod mistakes;
mod schedules;

use rangkai_workflow::{Definition, Finding, Functions, check};

/// The functions of the blocks.
fn functions() -> Functions {
    Functions::new(rangkai_proto::pool().clone())
}

/// Reads a document that must be right.
fn read(text: &str) -> Definition {
    check(text, &functions()).unwrap_or_else(|findings| panic!("{}", list(&findings)))
}

/// The findings, one on a line.
fn list(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).map(|line| line + "\n").collect()
}

/// A document with these tasks.
fn with_tasks(tasks: &str) -> String {
    format!("{HEADER}do:\n{tasks}")
}

/// Four lines that every document begins with.
const HEADER: &str = "document: { dsl: 1.0.3, namespace: test, name: test, version: 1.0.0 }\n";
