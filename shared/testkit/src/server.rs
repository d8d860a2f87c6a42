//! A server on a port of its own.

use std::{future, net::SocketAddr};

use rangkai_rpc::Server;
use tokio::net::TcpListener;
use tonic::transport::{Channel, Endpoint};

/// Serves `server` on a free port until the test ends; the channel talks to it.
///
/// # Errors
///
/// When no port is free.
pub async fn serve(server: Server) -> anyhow::Result<Channel> {
    let (listener, _) = listen().await?;
    serve_on(listener, server)
}

/// A free port, for blocks that must know one another's addresses before they start.
///
/// # Errors
///
/// When no port is free.
pub async fn listen() -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves `server` on `listener` until the test ends; the channel talks to it.
///
/// # Errors
///
/// When the listener has no address.
pub fn serve_on(listener: TcpListener, server: Server) -> anyhow::Result<Channel> {
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        if let Err(error) = Box::pin(server.serve(listener, future::pending())).await {
            eprintln!("the server of a test ended: {error}");
        }
    });
    Ok(Endpoint::try_from(format!("http://{address}"))?.connect_lazy())
}
