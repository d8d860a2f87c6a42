//! Running a building block: its server and its background jobs, until stopped.

use anyhow::Context as _;
use axum::Router;
use rangkai_auth::Gate;
use rangkai_db::Db;
use tokio::{net::TcpListener, task::JoinHandle};
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

    /// Its database, whose audit log is kept sealed while the block runs.
    fn db(&self) -> &Db;

    /// Whether it can work.
    fn ready(&self) -> impl Future<Output = bool> + Send;

    /// Does its background jobs until stopped; there are none unless a block says so.
    fn work(&self, stop: CancellationToken) -> impl Future<Output = ()> + Send {
        drop(stop);
        async {}
    }
}

/// Runs `block` on `listener`, behind `gate`, until `stop` is cancelled. A server that breaks takes
/// the background jobs with it, and they take the server: a block without its jobs only looks alive.
///
/// # Errors
///
/// When the server or a background job breaks.
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
    let sealed = CancellationToken::new();
    // Whoever drops this future instead of stopping it does not leave the sealing behind.
    let _sealing = sealed.clone().drop_guard();
    let (db, until) = (block.db().clone(), sealed.clone());
    let sealing = job(&stop, async move { db.keep_audit_sealed(&until).await });
    let until = stop.clone();
    let working = job(&stop, async move { block.work(until).await });
    let ended = Box::pin(server.serve(listener, stop.clone().cancelled_owned())).await;
    stop.cancel();
    let worked = working.await;
    // The last to end, since what the others did is to be sealed too.
    sealed.cancel();
    let jobs = sealing.await.and(worked);
    ended?;
    jobs.context("a background job broke")
}

/// Starts a background job, which stops everything else when it panics.
fn job(
    stop: &CancellationToken,
    work: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()> {
    let broken = stop.clone().drop_guard();
    tokio::spawn(async move {
        work.await;
        broken.disarm();
    })
}
