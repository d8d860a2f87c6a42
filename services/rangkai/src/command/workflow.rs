//! `rangkai workflow`: checking, drawing, publishing and listing definitions.

use std::{path::PathBuf, process::ExitCode};

use clap::Subcommand;
use serde_json::json;

use super::{
    Reach,
    calls::show,
    check::{self, Picture, Shape},
    file,
};
use crate::{dynamic::call, screen::Screen};

const SERVICE: &str = "rangkai.workflow.v1.DefinitionService";

/// What to do with workflows.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Checks files without a server; prints every mistake with line, column and how to mend it.
    Check {
        /// The workflows; `-` reads one from standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// How the findings are printed: for people, or as JSON for editors.
        #[arg(long, value_enum, default_value_t = Shape::Text)]
        format: Shape,
    },
    /// Draws a file without a server.
    Draw {
        /// The workflow; `-` reads it from standard input.
        file: PathBuf,
        /// How it is drawn: as text in the language of Mermaid, or as an image.
        #[arg(long, value_enum, default_value_t = Picture::Mermaid)]
        format: Picture,
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
        Verb::Check { files, format } => return check::run(&files, format, screen),
        Verb::Draw { file, format } => return check::draw(&file, format, screen),
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
