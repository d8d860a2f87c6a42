//! `rangkai service`: checking, publishing and listing services.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Reach, calls::show, file};
use crate::{dynamic::call, screen::Screen};

const SERVICE: &str = "rangkai.registration.v1.CatalogueService";

/// What to do with services.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Checks a file; prints every mistake with line and column.
    Check {
        /// The service: its form, rules, roles, fee, limits and record.
        file: PathBuf,
        #[command(flatten)]
        reach: Reach,
    },
    /// Publishes a file. A published version stays as it is.
    Publish {
        /// The service.
        file: PathBuf,
        #[command(flatten)]
        reach: Reach,
    },
    /// Lists the published services of the agency.
    List {
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does what the verb says; a file with mistakes is a failure.
pub async fn run(verb: Verb, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Check { file, reach } => return check(screen, &file, &reach).await,
        Verb::Publish { file, reach } => {
            if check(screen, &file, &reach).await? == ExitCode::FAILURE {
                return Ok(ExitCode::FAILURE);
            }
            let request = json!({ "definition": file::text(&file)? });
            let method = format!("{SERVICE}/PublishService");
            let answer = call(&reach.for_an_agency()?, &method, request).await?;
            let text = |key| answer["service"][key].as_str().unwrap_or_default();
            let (name, version) = (text("name"), text("version"));
            screen.line(format!("published the service {name} {version}{}", reach.owner()))?;
        }
        Verb::List { reach } => {
            show(screen, &reach, &format!("{SERVICE}/ListServices"), json!({})).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn check(screen: &mut Screen, file: &Path, reach: &Reach) -> anyhow::Result<ExitCode> {
    let request = json!({ "definition": file::text(file)? });
    let answer = call(&reach.session()?, &format!("{SERVICE}/CheckService"), request).await?;
    let findings = answer["findings"].as_array().cloned().unwrap_or_default();
    for finding in &findings {
        let text = finding["message"].as_str().unwrap_or_default();
        let at = |key: &str| finding[key].as_u64().unwrap_or(1);
        let place = format!("{}:{}:{}", file.display(), at("line"), at("column"));
        screen.line(format!("{place}: {} {text}", finding["pointer"].as_str().unwrap_or("/")))?;
    }
    if findings.iter().any(Value::is_object) {
        return Ok(ExitCode::FAILURE);
    }
    screen.line(format!("{}: can be published", file.display()))?;
    Ok(ExitCode::SUCCESS)
}
