//! `rangkai bring`: what an agency brings, each from a file.

use std::path::PathBuf;

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand};
use serde_json::json;
use uuid::Uuid;

use super::{Reach, calls::show, file};
use crate::{
    dynamic::{self, call},
    screen::Screen,
};

/// What the file holds.
#[derive(Debug, Subcommand)]
pub enum What {
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
    let session = from.reach.for_an_agency()?;
    let mut requests = file::requests(&from.file)?;
    let place = |position| format!("{}, entry {}", from.file.display(), position + 1);
    for (position, request) in requests.iter_mut().enumerate() {
        dynamic::fits(method, request).with_context(|| place(position))?;
        // The same entry makes the same request, so a file can be brought again after a mistake.
        let content = format!("{method} {request}");
        let request_id = Uuid::new_v5(&Uuid::NAMESPACE_OID, content.as_bytes());
        request["requestId"] = request_id.to_string().into();
    }
    let count = requests.len();
    for (position, request) in requests.into_iter().enumerate() {
        call(&session, method, request).await.with_context(|| place(position))?;
    }
    let file = from.file.display();
    screen.line(format!("published {count} entries of {file}{}", from.reach.owner()))?;
    Ok(())
}
