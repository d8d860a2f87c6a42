//! Starts the messaging building block.

use std::io::{Write as _, stdout};

use clap::Parser;
use rangkai_config::Options;
use rangkai_messaging::{Config, DEFAULTS, run};
use rangkai_primitives::Clock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Runs the messaging block until it is asked to stop.
#[derive(Parser)]
#[command(name = "rangkai-messaging", version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Options { config: file, print_config } = Arguments::parse().options;
    let config: Config = rangkai_config::load("messaging", DEFAULTS, file.as_deref())?;
    if print_config {
        return Ok(stdout().write_all(rangkai_config::print(&config)?.as_bytes())?);
    }
    let _telemetry = rangkai_telemetry::start("messaging", &config.telemetry)?;
    let listener = TcpListener::bind(config.server.listen).await?;
    let asked = rangkai_rpc::shutdown_signal()?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        asked.await;
        stopping.cancel();
    });
    run(config, Clock::system(), listener, stop).await
}
