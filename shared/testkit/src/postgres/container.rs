//! A server in a container.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use testcontainers::{
    GenericImage, ImageExt as _, core::IntoContainerPort as _, runners::AsyncRunner as _,
};
use tokio::time::{Instant, sleep};

use super::{MAX_CONNECTIONS, Server, connect, watchdog::Watchdog};

const NAME: &str = "postgres";
const TAG: &str = "15";

/// Says whether an engine answers and has the image. Nothing is downloaded behind one's back.
pub(super) fn is_possible() -> bool {
    Command::new("docker")
        .args(["image", "inspect", &format!("{NAME}:{TAG}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Starts the container and waits until it takes connections.
pub(super) async fn start() -> anyhow::Result<Server> {
    let container = GenericImage::new(NAME, TAG)
        .with_exposed_port(5432.tcp())
        .with_env_var("POSTGRES_HOST_AUTH_METHOD", "trust")
        .with_cmd([
            "-c".to_owned(),
            format!("max_connections={MAX_CONNECTIONS}"),
            "-c".to_owned(),
            "log_min_messages=fatal".to_owned(),
        ])
        .start()
        .await?;
    let remove = r#"docker rm --force --volumes "$1""#;
    let watchdog = Watchdog::run_at_the_end(remove, &[container.id()])?;
    let port = container.get_host_port_ipv4(5432).await?;
    let host = container.get_host().await?;
    // Dropping it would stop the server; the watchdog removes it instead.
    std::mem::forget(container);

    let server = Server::at(&format!("postgres://postgres@{host}:{port}"), Some(watchdog));
    // It is asked, for it says nothing: a server that logs only what is fatal does not tell that it is
    // ready. The image starts it twice, and the first time, for its set-up, not on the network.
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        match connect(&server.url("postgres")).await {
            Ok(connection) => {
                connection.close().await?;
                return Ok(server);
            }
            Err(error) if Instant::now() > end => return Err(error),
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}
