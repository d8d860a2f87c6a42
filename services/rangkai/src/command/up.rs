//! `rangkai up`: the five blocks until stopped.

use std::path::PathBuf;

use clap::Args;
use rangkai_primitives::Clock;
use rangkai_telemetry::TelemetryConfig;

use crate::{
    platform::{Addresses, FIRST_PORT, Platform},
    screen::Screen,
};

/// Where to run.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The folder of the data; made where there is none.
    #[arg(long, default_value = "rangkai-data")]
    data: PathBuf,
    /// The port of the first block; the others follow it.
    #[arg(long, default_value_t = FIRST_PORT)]
    port: u16,
    /// What is worth logging.
    #[arg(long, default_value = "warn,rangkai=info", env = "RANGKAI_LOG")]
    log: String,
    /// Where to send traces, metrics and logs (OTLP over gRPC).
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    otlp_endpoint: Option<String>,
}

/// Runs the blocks until the process is asked to stop.
pub async fn run(arguments: Arguments, screen: &mut Screen) -> anyhow::Result<()> {
    let Arguments { data, port, log, otlp_endpoint } = arguments;
    let telemetry = TelemetryConfig { filter: log, otlp_endpoint, json: false };
    let _telemetry = rangkai_telemetry::start("rangkai", &telemetry)?;
    let stop = rangkai_rpc::shutdown_signal()?;
    let platform = Platform::start(&data, Addresses::local(port), Clock::system()).await?;
    reach(screen, &platform)?;
    platform.run_until(stop).await
}

/// Prints how to reach the blocks.
pub fn reach(screen: &mut Screen, platform: &Platform) -> anyhow::Result<()> {
    screen.heading("The blocks are running")?;
    for (block, address) in platform.addresses().named() {
        screen.line(format!("  {block:<12} http://{address}"))?;
    }
    let folder = platform.folder().display();
    let identity = platform.addresses().identity;
    screen.line(format!("  data         {folder}"))?;
    screen.line(format!("  key set      http://{identity}/.well-known/jwks.json"))?;
    screen.line(format!("  tokens       POST http://{identity}/oauth2/token"))?;
    screen
        .line(format!("  administrator: client `admin`, its secret is in {folder}/secrets.toml"))?;
    screen.line(format!("  from another terminal: rangkai instance list --data {folder}"))?;
    screen.line("  Stop with Ctrl-C.")?;
    Ok(())
}
