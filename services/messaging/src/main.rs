//! Starts the messaging building block.

use rangkai_messaging::{Config, DEFAULTS, run};
use rangkai_primitives::Clock;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(config) = rangkai_config::start::<Config>("messaging", DEFAULTS)? else {
        return Ok(());
    };
    let _telemetry = rangkai_telemetry::start("messaging", &config.telemetry)?;
    let listener = TcpListener::bind(config.server.listen).await?;
    Box::pin(run(config, Clock::system(), listener, rangkai_rpc::stop_token()?)).await
}
