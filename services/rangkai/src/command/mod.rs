//! What the command line does, one file for each thing.

mod application;
mod bring;
mod calls;
mod check;
mod client;
mod file;
mod instance;
mod service;
mod task;
mod up;
mod workflow;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use rangkai_config::Secret;
use rangkai_primitives::{Agency, Clock};

use crate::{
    demo,
    platform::Addresses,
    screen::Screen,
    session::{Login, Session},
};

/// Rangkai: shared building blocks for public services.
#[derive(Debug, Parser)]
#[command(name = "rangkai", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Takes four people through the renewal of a driving licence, on this machine.
    Demo(demo::Arguments),
    /// Runs the five blocks until stopped.
    Up(up::Arguments),
    /// Checks, draws, publishes and lists workflows.
    Workflow {
        #[command(subcommand)]
        verb: workflow::Verb,
    },
    /// Checks, publishes and lists services.
    Service {
        #[command(subcommand)]
        verb: service::Verb,
    },
    /// Publishes tariffs and templates, and imports people, each from a file.
    Bring {
        #[command(subcommand)]
        what: bring::What,
    },
    /// Hands in, shows and withdraws applications.
    Application {
        #[command(subcommand)]
        verb: application::Verb,
    },
    /// Starts and watches runs of workflows.
    Instance {
        #[command(subcommand)]
        verb: instance::Verb,
    },
    /// Lists and completes the tasks of officers, decisions included.
    Task {
        #[command(subcommand)]
        verb: task::Verb,
    },
    /// Makes, lists and disables the clients that may call.
    Client {
        #[command(subcommand)]
        verb: client::Verb,
    },
    /// Calls any method with a JSON request and prints the JSON answer.
    Call(calls::Arguments),
}

pub use file::parse as parse_requests;
pub use up::reach;

/// Which platform to call, and as whom.
#[derive(Args, Clone, Debug)]
pub struct Reach {
    /// The folder of the platform that runs on this machine.
    #[arg(long, default_value = "rangkai-data", global = true)]
    data: PathBuf,
    /// The client to call as; without one, the administrator of the folder.
    #[arg(long, env = "RANGKAI_CLIENT_ID", global = true)]
    client_id: Option<String>,
    /// The secret of that client.
    #[arg(long, env = "RANGKAI_CLIENT_SECRET", hide_env_values = true, global = true)]
    client_secret: Option<String>,
    /// The agency to act for.
    #[arg(long, env = "RANGKAI_AGENCY", global = true)]
    agency: Option<Agency>,
    /// Prints only this field of the answer, a JSON Pointer such as `/instance/instanceId`.
    #[arg(long, value_name = "POINTER", global = true)]
    field: Option<String>,
}

impl Reach {
    /// A session for something that belongs to an agency: the administrator must name it.
    fn for_an_agency(&self) -> anyhow::Result<Session> {
        let named = self.client_id.is_some() || self.agency.is_some();
        anyhow::ensure!(named, "name the agency that it is for: --agency or RANGKAI_AGENCY");
        self.session()
    }

    /// Whose it is, to end a sentence with.
    fn owner(&self) -> String {
        self.agency.as_ref().map(|agency| format!(" for {agency}")).unwrap_or_default()
    }

    fn session(&self) -> anyhow::Result<Session> {
        let login = match (&self.client_id, &self.client_secret) {
            (Some(client_id), Some(secret)) => Login {
                client_id: client_id.clone(),
                client_secret: Secret::from(secret.clone()),
                agency: self.agency.clone(),
            },
            (None, None) => Login::admin(&self.data, self.agency.clone())?,
            (Some(_), None) | (None, Some(_)) => {
                anyhow::bail!("a client needs both --client-id and --client-secret")
            }
        };
        Session::open(&Addresses::read(&self.data)?, &login, Clock::system())
    }
}

/// Does what the arguments say.
///
/// # Errors
///
/// When it could not be done; a block's refusal keeps its `tonic::Status`.
pub async fn run(arguments: Arguments, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Demo(arguments) => return demo::run(arguments, screen).await,
        Command::Up(arguments) => up::run(arguments, screen).await?,
        Command::Workflow { verb } => return workflow::run(verb, screen).await,
        Command::Service { verb } => return service::run(verb, screen).await,
        Command::Bring { what } => bring::run(what, screen).await?,
        Command::Application { verb } => application::run(verb, screen).await?,
        Command::Instance { verb } => instance::run(verb, screen).await?,
        Command::Task { verb } => task::run(verb, screen).await?,
        Command::Client { verb } => client::run(verb, screen).await?,
        Command::Call(arguments) => calls::run(arguments, screen).await?,
    }
    Ok(ExitCode::SUCCESS)
}
