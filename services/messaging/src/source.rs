//! The other blocks whose facts this one follows.

use anyhow::bail;
use rangkai_auth::{Credentials, CredentialsConfig};
use rangkai_db::Db;
use rangkai_events::Source;
use rangkai_rpc::{Client, connect};

use crate::config::Config;

/// The blocks that can be followed: every other one.
const BLOCKS: [&str; 4] = ["identity", "payments", "registration", "workflow"];

/// The logs that `config` names.
pub fn open(db: &Db, config: &Config) -> anyhow::Result<Vec<Source>> {
    if let Some(name) = config.endpoints.keys().find(|name| !BLOCKS.contains(&name.as_str())) {
        bail!("endpoints.{name} is none of {}", BLOCKS.join(", "));
    }
    let open = |credentials: &CredentialsConfig| -> anyhow::Result<Credentials> {
        let identity = connect(&credentials.identity)?;
        Ok(Credentials::new(credentials, identity, db.clock().clone()))
    };
    let credentials = config.credentials.as_ref().map(open).transpose()?;
    let mut sources = Vec::new();
    for block in BLOCKS {
        let Some(endpoint) = config.endpoints.get(block) else { continue };
        let mut client = Client::new(connect(endpoint)?);
        if let Some(credentials) = &credentials {
            client = client.with_credentials(credentials.clone());
        }
        sources.push(Source::new("messaging", block, client));
    }
    Ok(sources)
}
