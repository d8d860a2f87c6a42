//! What the identity block reads from its surroundings.

use std::{collections::HashSet, time::Duration};

use anyhow::{Context as _, ensure};
use rangkai_auth::AuthConfig;
use rangkai_config::Secret;
use rangkai_db::DatabaseConfig;
use rangkai_primitives::Agency;
use rangkai_rpc::ServerConfig;
use rangkai_telemetry::TelemetryConfig;
use rangkai_vault::Vault;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    domain::{Configured, Principal, Scopes, SecretHash},
    ops::token::hash,
};

/// The values assumed when nothing else is said.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// The scope in the configuration that stands for all of them.
const ALL: &str = "all";
/// A shorter secret might be guessed.
const SHORTEST_SECRET: usize = 32;
/// The longest name of a client that a token request can hold.
const LONGEST_ID: usize = 64;

/// The configuration of the block; each section is defined by the crate that uses it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen, and how much to take on.
    pub server: ServerConfig,
    /// How to reach the database.
    pub database: DatabaseConfig,
    /// Where telemetry goes.
    pub telemetry: TelemetryConfig,
    /// What tokens say, and whose to trust.
    pub auth: AuthConfig,
    /// How long tokens and their keys live.
    pub tokens: TokensConfig,
    /// The clients that exist before anybody can make one.
    #[serde(default)]
    pub clients: Vec<ClientConfig>,
}

/// How long tokens and their keys live.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TokensConfig {
    /// The life of a token.
    pub life_seconds: u32,
    /// How old a signing key becomes before the next one is made.
    pub key_age_days: u32,
}

/// A client that the configuration names.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientConfig {
    /// Its name, such as `workflow`; not a UUID, and without blanks.
    pub id: String,
    /// Its secret: at least 32 characters.
    pub secret: Secret,
    /// The agency on whose behalf it acts.
    pub agency: String,
    /// The scopes that its tokens may hold; `["all"]` means every scope of the contracts.
    pub scopes: Vec<String>,
    /// The roles of the officer who holds it.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whether it may ask for tokens that act for other agencies.
    #[serde(default)]
    pub acts_for_agencies: bool,
}

impl TokensConfig {
    pub(crate) fn life(&self) -> Duration {
        Duration::from_secs(self.life_seconds.into())
    }

    pub(crate) fn key_age(&self) -> Duration {
        Duration::from_hours(24) * self.key_age_days
    }
}

/// Reads the clients that the configuration names.
pub(crate) fn clients(
    config: &[ClientConfig],
    known: &Scopes,
    vault: &Vault,
) -> anyhow::Result<Configured> {
    let mut names = HashSet::new();
    for client in config {
        ensure!(names.insert(&client.id), "clients: {} is there twice", client.id);
    }
    let read = config.iter().map(|client| {
        self::client(client, known, vault).with_context(|| format!("the client {:?}", client.id))
    });
    read.collect()
}

fn client(
    config: &ClientConfig,
    known: &Scopes,
    vault: &Vault,
) -> anyhow::Result<(Principal, SecretHash)> {
    let id = &config.id;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    ensure!(
        (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(plain),
        "its id must be 1 to {LONGEST_ID} letters, digits, dots and hyphens"
    );
    // The ids of clients that are made are UUIDs; none of them may be taken over.
    ensure!(id.parse::<Uuid>().is_err(), "its id must not be a UUID");
    ensure!(
        config.secret.reveal().len() >= SHORTEST_SECRET,
        "its secret must have at least {SHORTEST_SECRET} characters"
    );
    let agency: Agency = config.agency.parse().context("its agency")?;
    let scopes = if config.scopes.iter().any(|scope| scope == ALL) {
        known.iter().map(str::to_owned).collect()
    } else {
        config.scopes.clone()
    };
    if let Some(scope) = scopes.iter().find(|scope| !known.know(scope)) {
        anyhow::bail!("no method asks for the scope {scope:?}");
    }
    let principal = Principal {
        id: id.clone(),
        agency,
        scopes,
        roles: config.roles.clone(),
        acts_for_agencies: config.acts_for_agencies,
    };
    Ok((principal, hash(vault, config.secret.reveal())))
}
