//! `rangkai call`, and what the other commands share: one call, its answer printed.

use std::io::{self, Read as _};

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use super::Reach;
use crate::{dynamic, screen::Screen};

/// Which method to call, and with what.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The method, such as `rangkai.payments.v1.BillService/GetBill`.
    method: String,
    /// The request as JSON; `-` reads it from standard input.
    #[arg(default_value = "{}")]
    request: String,
    #[command(flatten)]
    reach: Reach,
}

/// Calls the method and prints each answer.
pub async fn run(arguments: Arguments, screen: &mut Screen) -> anyhow::Result<()> {
    let Arguments { method, request, reach } = arguments;
    let text = if request == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        text
    } else {
        request
    };
    show(screen, &reach, &method, serde_json::from_str(&text)?).await
}

/// Calls `method` and prints each answer.
pub async fn show(
    screen: &mut Screen,
    reach: &Reach,
    method: &str,
    request: Value,
) -> anyhow::Result<()> {
    let session = reach.session()?;
    let mut answers = dynamic::stream(&session, method, request).await?;
    while let Some(answer) = answers.next().await? {
        print(screen, reach, &answer)?;
    }
    Ok(())
}

/// Prints an answer as JSON, or only the field that was asked for.
pub fn print(screen: &mut Screen, reach: &Reach, answer: &Value) -> anyhow::Result<()> {
    let found = match &reach.field {
        None => answer,
        Some(pointer) => {
            answer.pointer(pointer).with_context(|| format!("the answer has no field {pointer}"))?
        }
    };
    match found.as_str() {
        Some(text) => screen.line(text)?,
        None => screen.line(serde_json::to_string_pretty(found)?)?,
    }
    Ok(())
}
