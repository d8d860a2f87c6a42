//! `rangkai workflow check` and `draw`: what can be said of files without a server.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::ValueEnum;
use rangkai_workflow::{
    Finding, Functions, Severity,
    drawing::{self, Format, Marks},
};
use serde_json::{Value, json};

use super::file;
use crate::screen::Screen;

/// How findings are printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shape {
    /// One line for each, for people.
    Text,
    /// One JSON array of all of them, for editors.
    Json,
}

/// How a workflow is drawn.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Picture {
    /// As text in the language of Mermaid.
    Mermaid,
    /// As an SVG image.
    Svg,
}

/// What is known of one file.
struct Checked {
    name: String,
    findings: Vec<Finding>,
}

/// Checks all files; the code is that of a failure when one of them cannot be published.
pub fn run(files: &[PathBuf], shape: Shape, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let functions = Functions::new(rangkai_proto::pool().clone());
    // All are read first, so that nothing half done is printed when one is not there.
    let texts: Vec<String> =
        files.iter().map(|file| file::text_or_input(file)).collect::<anyhow::Result<_>>()?;
    let named = files.iter().zip(&texts);
    let checked: Vec<Checked> = named.map(|(file, text)| check(file, text, &functions)).collect();
    match shape {
        Shape::Text => {
            for line in checked.iter().flat_map(lines) {
                screen.line(line)?;
            }
        }
        Shape::Json => screen.line(serde_json::to_string_pretty(&as_json(&checked))?)?,
    }
    let sound = checked.iter().all(Checked::is_sound);
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Draws a file; one with mistakes is a failure, and they are printed instead.
pub fn draw(file: &Path, picture: Picture, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let functions = Functions::new(rangkai_proto::pool().clone());
    match rangkai_workflow::check(&file::text_or_input(file)?, &functions) {
        Ok(definition) => {
            let format = match picture {
                Picture::Mermaid => Format::Mermaid,
                Picture::Svg => Format::Svg,
            };
            let drawing = drawing::draw(&definition, &Marks::default(), format);
            screen.line(drawing.trim_end())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(findings) => {
            for line in lines(&Checked { name: file::shown(file), findings }) {
                screen.line(line)?;
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn check(file: &Path, text: &str, functions: &Functions) -> Checked {
    let findings = match rangkai_workflow::check(text, functions) {
        Ok(definition) => definition.warnings,
        Err(findings) => findings,
    };
    Checked { name: file::shown(file), findings }
}

impl Checked {
    fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Error)
    }
}

fn lines(checked: &Checked) -> Vec<String> {
    let Checked { name, findings } = checked;
    let mut lines: Vec<_> = findings.iter().map(|finding| format!("{name}:{finding}")).collect();
    if checked.is_sound() {
        lines.push(format!("{name}: can be published"));
    }
    lines
}

fn as_json(checked: &[Checked]) -> Value {
    let of_file = |Checked { name, findings }: &Checked| -> Vec<Value> {
        findings.iter().map(|finding| finding_as_json(name, finding)).collect()
    };
    checked.iter().flat_map(of_file).collect()
}

fn finding_as_json(file: &str, finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({
        "file": file,
        "severity": severity,
        "code": finding.code,
        "line": finding.line,
        "column": finding.column,
        "pointer": finding.pointer,
        "message": finding.message,
        "help": finding.mend,
    })
}
