//! `rangkai instance`: runs of workflows.

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::{Reach, calls::show, check::Picture};
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
    List(Box<Wanted>),
    /// Tells what happened to a run, for those whom it is about.
    Timeline {
        /// The run.
        instance: String,
        /// The language.
        #[arg(long, value_enum, default_value_t = Language::Id)]
        language: Language,
        #[command(flatten)]
        reach: Reach,
    },
    /// Draws a run: what is done, where it stands, what failed.
    Draw {
        /// The run.
        instance: String,
        /// How it is drawn: as text in the language of Mermaid, or as an image.
        #[arg(long, value_enum, default_value_t = Picture::Mermaid)]
        format: Picture,
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

/// The language of a timeline.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Language {
    /// Indonesian.
    Id,
    /// English.
    En,
}

/// Which runs to list.
#[derive(Args, Debug)]
pub struct Wanted {
    /// Only those of this namespace.
    #[arg(long, default_value = "")]
    namespace: String,
    /// Only those of this workflow.
    #[arg(long, default_value = "")]
    name: String,
    /// Only those of this version.
    #[arg(long = "of-version", default_value = "")]
    version: String,
    /// Only those in this state.
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Only those with this value of a search attribute: `NAME=VALUE`.
    #[arg(long = "attribute", requires = "name")]
    attributes: Vec<String>,
    #[command(flatten)]
    reach: Reach,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum State {
    /// It has a step to take.
    Running,
    /// It waits.
    Waiting,
    /// It came to its end.
    Completed,
    /// An error ended it.
    Faulted,
    /// It was cancelled.
    Cancelled,
}

impl Wanted {
    fn request(&self) -> Value {
        let pair = |text: &String| {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            (name.to_owned(), Value::from(value))
        };
        let attributes: Map<String, Value> = self.attributes.iter().map(pair).collect();
        let state = self.state.map_or("INSTANCE_STATE_UNSPECIFIED", |state| match state {
            State::Running => "INSTANCE_STATE_RUNNING",
            State::Waiting => "INSTANCE_STATE_WAITING",
            State::Completed => "INSTANCE_STATE_COMPLETED",
            State::Faulted => "INSTANCE_STATE_FAULTED",
            State::Cancelled => "INSTANCE_STATE_CANCELLED",
        });
        json!({
            "namespace": self.namespace,
            "name": self.name,
            "version": self.version,
            "state": state,
            "attributes": attributes,
        })
    }
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
        Verb::List(wanted) => ("ListInstances", wanted.request(), wanted.reach),
        Verb::Timeline { instance, language, reach } => {
            let language = match language {
                Language::Id => "TIMELINE_LANGUAGE_INDONESIAN",
                Language::En => "TIMELINE_LANGUAGE_ENGLISH",
            };
            ("GetTimeline", json!({ "instanceId": instance, "language": language }), reach)
        }
        Verb::Draw { instance, format, mut reach } => {
            let format = match format {
                Picture::Mermaid => "DRAWING_FORMAT_MERMAID",
                Picture::Svg => "DRAWING_FORMAT_SVG",
            };
            // A picture is of use without the JSON around it.
            reach.field.get_or_insert_with(|| "/drawing/content".to_owned());
            ("DrawInstance", json!({ "instanceId": instance, "format": format }), reach)
        }
        Verb::History { instance, reach } => {
            ("ListHistory", json!({ "instanceId": instance, "pageSize": 500 }), reach)
        }
        Verb::Cancel { instance, reason, reach } => {
            ("CancelInstance", json!({ "instanceId": instance, "reason": reason }), reach)
        }
    };
    show(screen, &reach, &format!("{SERVICE}/{method}"), request).await
}
