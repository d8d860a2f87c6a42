//! `rangkai instance`: runs of workflows.

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Reach, calls::show};
use crate::screen::Screen;

const SERVICE: &str = "rangkai.workflow.v1.InstanceService";

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Starts a run of the newest version of a workflow.
    Start {
        /// The namespace of the workflow.
        namespace: String,
        /// Its name.
        name: String,
        /// What it is given, as JSON.
        #[arg(long, default_value = "{}")]
        input: String,
        /// The case that it serves: the id of an application.
        #[arg(long)]
        case: Option<String>,
        #[command(flatten)]
        reach: Reach,
    },
    /// Prints a run after every change, until it ends.
    Watch {
        /// The run.
        instance: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Lists runs, newest first.
    List {
        #[command(flatten)]
        reach: Reach,
    },
    /// Lists what happened to a run.
    History {
        /// The run.
        instance: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Cancels a run.
    Cancel {
        /// The run.
        instance: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does what the verb says.
pub async fn run(verb: Verb, screen: &mut Screen) -> anyhow::Result<()> {
    let (method, request, reach) = match verb {
        Verb::Start { namespace, name, input, case, reach } => {
            let input: Value = serde_json::from_str(&input).context("--input is not JSON")?;
            let case = case.unwrap_or_default();
            let request =
                json!({ "namespace": namespace, "name": name, "input": input, "caseId": case });
            ("StartInstance", request, reach)
        }
        Verb::Watch { instance, reach } => {
            ("WatchInstance", json!({ "instanceId": instance }), reach)
        }
        Verb::List { reach } => ("ListInstances", json!({}), reach),
        Verb::History { instance, reach } => {
            ("ListHistory", json!({ "instanceId": instance, "pageSize": 500 }), reach)
        }
        Verb::Cancel { instance, reason, reach } => {
            ("CancelInstance", json!({ "instanceId": instance, "reason": reason }), reach)
        }
    };
    show(screen, &reach, &format!("{SERVICE}/{method}"), request).await
}
