//! One PostgreSQL server for all tests of a process.

mod container;
mod private;
mod programs;
mod watchdog;

use anyhow::Context as _;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};
use tokio::sync::OnceCell;

pub use private::PrivateServer;

use watchdog::Watchdog;

/// How many connections one server takes: many tests hold a pool each at the same time.
const MAX_CONNECTIONS: u32 = 500;

/// What to do when there is none.
const HOW_TO: &str = "the tests need PostgreSQL 15 or newer: install its server programs \
    (Debian: `apt-get install postgresql`), or let Docker run and `docker pull postgres:15`, \
    or name a server of your own in TEST_DATABASE_URL=postgres://user:password@host:port";

/// A server, and the child that ends it when this process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Server {
    base: String,
    admin: String,
    parameters: String,
    _watchdog: Option<Watchdog>,
}

impl Server {
    /// A server at `postgres://user:password@host:port/database?parameters`.
    fn at(url: &str, watchdog: Option<Watchdog>) -> Self {
        let (address, parameters) = match url.split_once('?') {
            Some((address, parameters)) => (address, format!("?{parameters}")),
            None => (url, String::new()),
        };
        let authority = address.find("://").map_or(0, |scheme| scheme + 3);
        let (base, admin) = match address[authority..].find('/') {
            Some(slash) => address.split_at(authority + slash),
            None => (address, ""),
        };
        let admin = match admin.trim_start_matches('/') {
            "" => "postgres",
            named => named,
        };
        Self { base: base.to_owned(), admin: admin.to_owned(), parameters, _watchdog: watchdog }
    }

    /// How to reach the database `name` of this server.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("{}/{name}{}", self.base, self.parameters)
    }

    /// Does one thing as the administrator.
    pub(crate) async fn administer(&self, sql: &str) -> anyhow::Result<()> {
        let admin = connect(&self.url(&self.admin)).await?;
        let done = admin.execute_unprepared(sql).await;
        admin.close().await?;
        done.map(drop).with_context(|| format!("the test server refused `{sql}`"))
    }
}

/// The server that is running, or a new one.
pub(crate) async fn server() -> anyhow::Result<&'static Server> {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER.get_or_try_init(start).await
}

async fn start() -> anyhow::Result<Server> {
    if let Some(url) = std::env::var_os("TEST_DATABASE_URL").filter(|url| !url.is_empty()) {
        let url = url.into_string().ok().context("TEST_DATABASE_URL is not UTF-8")?;
        return Ok(Server::at(&url, None));
    }
    if container::is_possible() {
        return container::start().await;
    }
    tokio::task::spawn_blocking(programs::start).await?
}

async fn connect(url: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.context("the test server cannot be reached").context(HOW_TO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_server_is_taken_apart() {
        for (url, database, admin) in [
            ("postgres://a:b@c:1", "postgres://a:b@c:1/x", "postgres"),
            ("postgres://a:b@c:1/", "postgres://a:b@c:1/x", "postgres"),
            ("postgres://c/d?host=e", "postgres://c/x?host=e", "d"),
        ] {
            let server = Server::at(url, None);

            assert_eq!(server.url("x"), database);
            assert_eq!(server.admin, admin);
        }
    }
}
