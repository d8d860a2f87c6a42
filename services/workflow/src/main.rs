//! Starts the workflow building block.

use rangkai_primitives::Clock;
use rangkai_workflow::{Config, DEFAULTS, run};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(config) = rangkai_config::start::<Config>("workflow", DEFAULTS)? else {
        return Ok(());
    };
    let _telemetry = rangkai_telemetry::start("workflow", &config.telemetry)?;
    let listener = TcpListener::bind(config.server.listen).await?;
    run(config, Clock::system(), listener, rangkai_rpc::stop_token()?).await
}
