//! When the process is asked to stop.

use tokio::signal::unix;
use tokio_util::sync::CancellationToken;

/// Resolves when the process is asked to stop.
///
/// # Errors
///
/// When the signal handlers cannot be installed.
pub fn shutdown_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = unix::signal(unix::SignalKind::terminate())?;
    let mut interrupt = unix::signal(unix::SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// A token that is cancelled when the process is asked to stop.
///
/// # Errors
///
/// When the signal handlers cannot be installed.
pub fn stop_token() -> std::io::Result<CancellationToken> {
    let asked = shutdown_signal()?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        asked.await;
        stopping.cancel();
    });
    Ok(stop)
}
