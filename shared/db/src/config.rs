//! What a block reads from its surroundings about its database.

use rangkai_config::Secret;
use serde::{Deserialize, Serialize};

/// How to reach the database.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite://path?mode=rwc` or `postgres://…`.
    pub url: Secret,
    /// The most connections held at once.
    pub max_connections: u32,
    /// The master key of the vault: 32 bytes in base64. It never lies in the database, and there is
    /// none to begin with.
    #[serde(default)]
    pub key: Secret,
    /// Whether to bring the schema up to date at the start; where it is off, a schema that is behind
    /// stops the start.
    pub migrate: bool,
}
