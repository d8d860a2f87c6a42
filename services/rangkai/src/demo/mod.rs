//! Three people on their way to a driving licence: a renewal that succeeds, one that is refused
//! after payment, one that is never paid.

mod case;
mod cast;
mod proof;
pub mod stories;

use std::{process::ExitCode, time::Duration};

use clap::Args;
use rangkai_primitives::Clock;
use rangkai_telemetry::TelemetryConfig;

use self::proof::Proof;

use crate::{
    command,
    platform::{Addresses, Platform},
    screen::Screen,
};
pub use cast::{Cast, Site};

/// How to run the demonstration.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Leaves the blocks running at the end, and prints how to reach them.
    #[arg(long)]
    keep: bool,
}

/// How the demonstration ended.
#[derive(Debug)]
pub struct Outcome {
    /// What does not hold; nothing, when all is well.
    pub broken: Vec<String>,
}

/// Runs the demonstration in a temporary folder; a promise that does not hold is a failure.
pub async fn run(arguments: Arguments, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let telemetry = TelemetryConfig { filter: "error".to_owned(), ..TelemetryConfig::default() };
    let _telemetry = rangkai_telemetry::start("rangkai", &telemetry)?;
    let stop = rangkai_rpc::shutdown_signal()?;
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), Addresses::local(0), Clock::system()).await?;

    let site = Site {
        addresses: platform.addresses(),
        admin: platform.secrets().admin.clone(),
        clock: platform.clock().clone(),
    };

    let outcome = tell(&site, screen).await?;

    if arguments.keep {
        command::reach(screen, &platform)?;
        platform.run_until(stop).await?;
    } else {
        platform.run_until(std::future::ready(())).await?;
    }
    Ok(if outcome.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Tells the four stories on running blocks that share the site's clock, and checks what must
/// hold at their end.
///
/// # Errors
///
/// When a step could not be taken.
pub async fn tell(site: &Site, screen: &mut Screen) -> anyhow::Result<Outcome> {
    screen.heading("The stage: one agency, its service, its officers, a bank")?;
    let cast = Cast::assemble(site, screen).await?;
    stories::granted(&cast, screen).await?;
    stories::refused_after_payment(&cast, screen).await?;
    stories::paid_twice(&cast, screen).await?;
    stories::never_paid(&cast, &site.clock, screen).await?;
    prove(&cast, screen).await
}

/// Checks what must hold once every case has ended.
///
/// # Errors
///
/// When a block could not be asked.
pub async fn prove(cast: &Cast, screen: &mut Screen) -> anyhow::Result<Outcome> {
    Ok(Outcome { broken: Proof::gather(cast, screen).await?.broken() })
}

/// How long any one thing may take before the demonstration gives up.
const PATIENCE: Duration = Duration::from_mins(1);
