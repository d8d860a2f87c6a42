//! Running a building block: its server and its background jobs, until stopped.

use axum::Router;
use rangkai_auth::Gate;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::{Ready, Server, ServerConfig};

/// A building block, as whoever runs it sees it.
pub trait Block: Clone + Send + Sync + 'static {
    /// Its gRPC services.
    fn routes(&self) -> Routes;

    /// What it answers as plain HTTP on the same port.
    fn json(&self) -> Option<Router> {
        None
    }

    /// Whether it can work.
    fn ready(&self) -> impl Future<Output = bool> + Send;

    /// Does its background jobs until stopped.
    fn work(&self, stop: CancellationToken) -> impl Future<Output = ()> + Send;
}

/// Runs `block` on `listener`, behind `gate`, until `stop` is cancelled. A server that breaks takes
/// the background jobs with it.
///
/// # Errors
///
/// When the server breaks.
pub async fn run(
    block: impl Block,
    config: ServerConfig,
    gate: Gate,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let asked = block.clone();
    let ready = Ready::new(move || {
        let block = asked.clone();
        async move { block.ready().await }
    });
    let server = Server { config, routes: block.routes(), json: block.json(), gate, ready };
    let until = stop.clone();
    let working = tokio::spawn(async move { block.work(until).await });
    let ended = Box::pin(server.serve(listener, stop.clone().cancelled_owned())).await;
    stop.cancel();
    working.await?;
    Ok(ended?)
}
