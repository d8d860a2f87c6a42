//! `rangkai workflow`: checking, publishing and listing definitions.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Subcommand;
use rangkai_workflow::Functions;
use serde_json::json;

use super::{Reach, calls::show, file};
use crate::{dynamic::call, screen::Screen};

const SERVICE: &str = "rangkai.workflow.v1.DefinitionService";

/// What to do with workflows.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Checks a file without a server; prints every mistake with line and column.
    Check {
        /// The workflow.
        file: PathBuf,
    },
    /// Publishes a file.
    Publish {
        /// The workflow.
        file: PathBuf,
        #[command(flatten)]
        reach: Reach,
    },
    /// Lists the published workflows of the agency.
    List {
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does what the verb says; a file with mistakes is a failure.
pub async fn run(verb: Verb, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Check { file } => return check(&file, screen),
        Verb::Publish { file, reach } => {
            let request = json!({ "document": file::text(&file)? });
            let method = format!("{SERVICE}/PublishDefinition");
            let answer = call(&reach.for_an_agency()?, &method, request).await?;
            let text = |key| answer["definition"][key].as_str().unwrap_or_default();
            let (namespace, name, version) = (text("namespace"), text("name"), text("version"));
            screen.line(format!(
                "published the workflow {namespace}/{name} {version}{}",
                reach.owner()
            ))?;
        }
        Verb::List { reach } => {
            show(screen, &reach, &format!("{SERVICE}/ListDefinitions"), json!({})).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn check(file: &Path, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let text = file::text(file)?;
    let functions = Functions::new(rangkai_proto::pool().clone());
    let (findings, sound) = match rangkai_workflow::check(&text, &functions) {
        Ok(definition) => (definition.warnings, true),
        Err(findings) => (findings, false),
    };
    for finding in &findings {
        screen.line(format!("{}:{finding}", file.display()))?;
    }
    if sound {
        screen.line(format!("{}: can be published", file.display()))?;
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}
