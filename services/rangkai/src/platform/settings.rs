//! What each block is told when they run together: its own defaults, the environment, and then
//! what only the composition knows.

use std::path::Path;

use rangkai_auth::{AuthConfig, CredentialsConfig};
use rangkai_config::{Secret, load};
use rangkai_db::DatabaseConfig;
use rangkai_identity::ClientConfig;

use super::{Addresses, Secrets, addresses::endpoint};

/// The circumstances of one platform.
pub struct Settings<'a> {
    pub folder: &'a Path,
    pub addresses: Addresses,
    pub secrets: &'a Secrets,
}

impl Settings<'_> {
    pub fn identity(&self) -> anyhow::Result<rangkai_identity::Config> {
        let mut config: rangkai_identity::Config =
            load("identity", rangkai_identity::DEFAULTS, None)?;
        config.server.listen = self.addresses.identity;
        self.keep("identity", &mut config.database);
        self.trust(&mut config.auth);
        config.clients.push(client("admin", "platform", &self.secrets.admin));
        // An agency of its own: by itself the engine may act for no other.
        config.clients.push(client("workflow", "workflow", &self.secrets.workflow));
        config.clients.push(ClientConfig {
            scopes: vec!["events.read".to_owned(), "events.read_all".to_owned()],
            acts_for_agencies: false,
            ..client("messaging", "messaging", &self.secrets.messaging)
        });
        Ok(config)
    }

    pub fn payments(&self) -> anyhow::Result<rangkai_payments::Config> {
        let mut config: rangkai_payments::Config =
            load("payments", rangkai_payments::DEFAULTS, None)?;
        config.server.listen = self.addresses.payments;
        self.keep("payments", &mut config.database);
        self.trust(&mut config.auth);
        Ok(config)
    }

    pub fn registration(&self) -> anyhow::Result<rangkai_registration::Config> {
        let mut config: rangkai_registration::Config =
            load("registration", rangkai_registration::DEFAULTS, None)?;
        config.server.listen = self.addresses.registration;
        self.keep("registration", &mut config.database);
        self.trust(&mut config.auth);
        Ok(config)
    }

    pub fn messaging(&self) -> anyhow::Result<rangkai_messaging::Config> {
        let mut config: rangkai_messaging::Config =
            load("messaging", rangkai_messaging::DEFAULTS, None)?;
        config.server.listen = self.addresses.messaging;
        self.keep("messaging", &mut config.database);
        self.trust(&mut config.auth);
        config.endpoints = [
            ("payments".to_owned(), endpoint(self.addresses.payments)),
            ("registration".to_owned(), endpoint(self.addresses.registration)),
            ("workflow".to_owned(), endpoint(self.addresses.workflow)),
        ]
        .into();
        config.credentials = Some(self.credentials("messaging", &self.secrets.messaging));
        Ok(config)
    }

    pub fn workflow(&self) -> anyhow::Result<rangkai_workflow::Config> {
        let mut config: rangkai_workflow::Config =
            load("workflow", rangkai_workflow::DEFAULTS, None)?;
        config.server.listen = self.addresses.workflow;
        self.keep("workflow", &mut config.database);
        self.trust(&mut config.auth);
        config.endpoints =
            self.addresses.named().map(|(block, at)| (block.to_owned(), endpoint(at))).into();
        config.credentials = Some(self.credentials("workflow", &self.secrets.workflow));
        Ok(config)
    }

    /// Who a block is when it calls another.
    fn credentials(&self, client: &str, secret: &Secret) -> CredentialsConfig {
        CredentialsConfig {
            client_id: client.to_owned(),
            client_secret: secret.clone(),
            scope: String::new(),
            identity: endpoint(self.addresses.identity),
        }
    }

    /// Keeps the data of `block` in the folder.
    fn keep(&self, block: &str, database: &mut DatabaseConfig) {
        let file = self.folder.join(format!("{block}.db"));
        database.url = Secret::from(format!("sqlite://{}?mode=rwc", file.display()));
        database.key = self.secrets.vault_key.clone();
    }

    /// Trusts the tokens of this platform's identity block.
    fn trust(&self, auth: &mut AuthConfig) {
        auth.issuer = format!("http://{}", self.addresses.identity);
        auth.identity = Some(endpoint(self.addresses.identity));
    }
}

/// A client of the platform, which may act for every agency.
fn client(id: &str, agency: &str, secret: &Secret) -> ClientConfig {
    ClientConfig {
        id: id.to_owned(),
        secret: secret.clone(),
        agency: agency.to_owned(),
        scopes: vec!["all".to_owned()],
        roles: Vec::new(),
        acts_for_agencies: true,
    }
}
