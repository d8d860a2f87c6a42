//! Starts the registration building block.

use clap::Parser as _;
use rangkai_config::Options;
use rangkai_primitives::Clock;
use rangkai_registration::{Config, DEFAULTS, run};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Registration: services of agencies, applications, decisions and records.
#[derive(clap::Parser, Debug)]
#[command(name = "rangkai-registration", version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { options } = Arguments::parse();
    let config: Config = rangkai_config::load("registration", DEFAULTS, options.config.as_deref())?;
    if options.print_config {
        print(&config)?;
        return Ok(());
    }
    let _telemetry = rangkai_telemetry::start("registration", &config.telemetry)?;
    let listener = TcpListener::bind(config.server.listen).await?;
    let stop = CancellationToken::new();
    let signal = rangkai_rpc::shutdown_signal()?;
    let stopper = stop.clone();
    tokio::spawn(async move {
        signal.await;
        stopper.cancel();
    });
    Box::pin(run(config, Clock::system(), listener, stop)).await
}

#[expect(clippy::print_stdout, reason = "it was asked for on the command line")]
fn print(config: &Config) -> anyhow::Result<()> {
    println!("{}", rangkai_config::print(config)?);
    Ok(())
}
