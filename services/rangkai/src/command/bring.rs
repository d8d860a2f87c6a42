//! `rangkai bring`: what an agency brings, each from a file.

use std::path::PathBuf;

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Reach, calls::show, file};
use crate::{dynamic::call, screen::Screen};

/// What the file holds.
#[derive(Debug, Subcommand)]
pub enum What {
    /// A service: its form, rules, roles, fee, limits and record.
    Service(From),
    /// A list of tariffs, each a `PublishTariffRequest`.
    Tariffs(From),
    /// A list of message templates, each a `PublishTemplateRequest`.
    Templates(From),
    /// People from the population registry, as CSV.
    People(From),
}

/// A file and where to bring it.
#[derive(Args, Debug)]
pub struct From {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    reach: Reach,
}

/// Brings it, and prints the answers.
pub async fn run(what: What, screen: &mut Screen) -> anyhow::Result<()> {
    match what {
        What::Service(From { file, reach }) => {
            let request = json!({ "definition": file::text(&file)? });
            let method = "rangkai.registration.v1.CatalogueService/PublishService";
            let answer = call(&reach.session()?, method, request).await?;
            let service = &answer["service"];
            let name = service["name"].as_str().unwrap_or_default();
            let version = service["version"].as_str().unwrap_or_default();
            screen.line(format!("published the service {name} {version}"))?;
            Ok(())
        }
        What::Tariffs(from) => {
            each(screen, &from, "rangkai.payments.v1.TariffService/PublishTariff").await
        }
        What::Templates(from) => {
            each(screen, &from, "rangkai.messaging.v1.TemplateService/PublishTemplate").await
        }
        What::People(From { file, reach }) => {
            let request = json!({ "csv": STANDARD.encode(file::text(&file)?) });
            let method = "rangkai.identity.v1.PersonService/ImportPeople";
            show(screen, &reach, method, request).await
        }
    }
}

async fn each(screen: &mut Screen, from: &From, method: &str) -> anyhow::Result<()> {
    let session = from.reach.session()?;
    let requests = file::requests(&from.file)?;
    let count = requests.len();
    for (position, request) in requests.into_iter().enumerate() {
        let place = format!("{}, entry {}", from.file.display(), position + 1);
        call(&session, method, request).await.context(place)?;
    }
    screen.line(format!("published {count} entries of {}", from.file.display()))?;
    Ok(())
}
