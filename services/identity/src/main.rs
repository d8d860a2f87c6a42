//! Starts the identity building block.

use std::io::Write as _;

use clap::Parser;
use rangkai_config::Options;
use rangkai_identity::{Config, DEFAULTS};
use rangkai_primitives::Clock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The identity building block of Rangkai.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { options } = Arguments::parse();
    let config: Config = rangkai_config::load("identity", DEFAULTS, options.config.as_deref())?;
    if options.print_config {
        std::io::stdout().write_all(rangkai_config::print(&config)?.as_bytes())?;
        return Ok(());
    }
    let _telemetry = rangkai_telemetry::start("identity", &config.telemetry)?;
    let listener = TcpListener::bind(config.server.listen).await?;
    let stop = CancellationToken::new();
    let asked = rangkai_rpc::shutdown_signal()?;
    tokio::spawn({
        let stop = stop.clone();
        async move {
            asked.await;
            stop.cancel();
        }
    });
    rangkai_identity::run(config, Clock::system(), listener, stop).await
}
