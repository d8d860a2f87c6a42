//! Starts the registration building block.

use rangkai_primitives::Clock;
use rangkai_registration::{Config, DEFAULTS, run};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(config) = rangkai_config::start::<Config>("registration", DEFAULTS)? else {
        return Ok(());
    };
    let _telemetry = rangkai_telemetry::start("registration", &config.telemetry)?;
    let listener = TcpListener::bind(config.server.listen).await?;
    let stop = rangkai_rpc::stop_token()?;
    run(config, Clock::system(), listener, stop).await
}
