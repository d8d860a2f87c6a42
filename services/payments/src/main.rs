//! Starts the payments building block.

use rangkai_payments::{Config, DEFAULTS, run};
use rangkai_primitives::Clock;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(config) = rangkai_config::start::<Config>("payments", DEFAULTS)? else {
        return Ok(());
    };
    let _telemetry = rangkai_telemetry::start("payments", &config.telemetry)?;
    let listener = TcpListener::bind(config.server.listen).await?;
    let stop = rangkai_rpc::stop_token()?;
    run(config, Clock::system(), listener, stop).await
}
