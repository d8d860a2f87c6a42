//! The identity building block: who calls, and what is true about people.
//!
//! | Room     | Holds                                       | Never holds              |
//! |----------|---------------------------------------------|--------------------------|
//! | `api`    | the wire: requests in, answers out          | queries, rules           |
//! | `oauth`  | the same as RFC 6749 and RFC 8414 spell it  | queries, rules           |
//! | `events` | the facts that this block tells             | queries, rules           |
//! | `ops`    | what happens: one function for each verb    | wire types, SQL          |
//! | `domain` | what is true: types and their rules         | `async`, I/O, wire types |
//! | `store`  | what is kept: rows and queries              | rules, wire types        |
//!
//! `issuer` mints the tokens that `ops` grants.

mod api;
mod config;
mod domain;
mod error;
mod events;
mod issuer;
mod oauth;
mod ops;
mod store;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use rangkai_auth::{AuthConfig, EndpointConfig, Gate, Methods};
use rangkai_db::Db;
use rangkai_primitives::Clock;
use rangkai_proto::identity::v1::{
    access_service_server::AccessServiceServer, client_service_server::ClientServiceServer,
    person_service_server::PersonServiceServer, token_service_server::TokenServiceServer,
};
use rangkai_rpc::Block;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use config::{ClientConfig, Config, DEFAULTS, TokensConfig};

/// How often to look whether a key is due.
const ROUND: Duration = Duration::from_secs(30);

/// The running building block: what every request needs.
#[derive(Clone, Debug)]
pub struct Identity {
    db: Db,
    scopes: domain::Scopes,
    issuer: issuer::Issuer,
}

impl Identity {
    /// Opens the database, brings its schema up to date, and makes the first signing key.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached, a migration fails, or a client of the configuration
    /// cannot be one.
    pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let db = Db::open::<store::Schema>(&config.database, clock).await?;
        let methods = Methods::all()?.iter().filter(|method| !method.is_public());
        let scopes = methods.map(|method| method.scope.clone());
        // No method asks for this one; it widens what a method answers.
        let scopes: domain::Scopes = scopes.chain([rangkai_events::READ_ALL.to_owned()]).collect();
        let issuer = issuer::Issuer::new(
            db.clone(),
            config::clients(&config.clients, &scopes, db.vault())?,
            (&config.auth.issuer, &config.auth.audience),
            (config.tokens.life(), config.tokens.key_age()),
        );
        issuer.rotate().await?;
        Ok(Self { db, scopes, issuer })
    }

    /// Every gRPC service of this block.
    #[must_use]
    pub fn routes(&self) -> Routes {
        Routes::new(PersonServiceServer::new(self.clone()))
            .add_service(AccessServiceServer::new(self.clone()))
            .add_service(ClientServiceServer::new(self.clone()))
            .add_service(TokenServiceServer::new(self.clone()))
            .add_service(rangkai_events::Log::service(self.db.clone()))
    }

    /// Tokens and keys over plain HTTP, on the same port.
    pub fn json(&self) -> axum::Router {
        oauth::router(self.clone())
    }

    /// Whether it can work.
    pub async fn ready(&self) -> bool {
        self.db.ready().await
    }

    /// Makes a new signing key if one is due: one pass of [`Identity::work`].
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn rotate_keys(&self) -> anyhow::Result<()> {
        Ok(self.issuer.rotate().await?)
    }

    /// Makes a new signing key whenever the newest is old, until stopped.
    pub async fn work(&self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(ROUND)).await.is_some() {
            if let Err(error) = self.issuer.rotate().await {
                tracing::error!(error = &error as &dyn std::error::Error, "no key was made");
            }
        }
    }
}

impl Block for Identity {
    fn routes(&self) -> Routes {
        self.routes()
    }

    fn json(&self) -> Option<axum::Router> {
        Some(self.json())
    }

    fn db(&self) -> &Db {
        &self.db
    }

    async fn ready(&self) -> bool {
        self.ready().await
    }

    async fn work(&self, stop: CancellationToken) {
        self.work(stop).await;
    }
}

/// Runs the block until it is asked to stop.
///
/// # Errors
///
/// When it cannot be opened, or the server breaks.
pub async fn run(
    config: Config,
    clock: Clock,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let gate = Gate::open(&asks_itself(&config, &listener)?).await?;
    let identity = Identity::open(&config, clock.clone()).await?;
    rangkai_rpc::run(identity, config.server, gate.with_clock(clock), listener, stop).await
}

/// Where nothing else is said, the block asks itself for the keys that verify its tokens.
fn asks_itself(config: &Config, listener: &TcpListener) -> anyhow::Result<AuthConfig> {
    let mut auth = config.auth.clone();
    if auth.identity.is_none() && auth.jwks_file.is_none() {
        // Only its operator knows by which name its certificate is good.
        anyhow::ensure!(
            config.server.tls.is_none(),
            "with TLS, auth.identity must name this block"
        );
        let mut address = listener.local_addr()?;
        match address.ip() {
            IpAddr::V4(any) if any.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(any) if any.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            IpAddr::V4(_) | IpAddr::V6(_) => {}
        }
        auth.identity = Some(EndpointConfig::at(format!("http://{address}")));
    }
    Ok(auth)
}
