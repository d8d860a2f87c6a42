//! Calling the blocks as a client.

use std::path::Path;

use rangkai_auth::{Credentials, CredentialsConfig, connect};
use rangkai_config::Secret;
use rangkai_primitives::{Agency, Clock};
use tonic::{Request, Status, metadata::MetadataValue, transport::Channel};
use uuid::Uuid;

use crate::platform::{Addresses, Secrets, endpoint};

/// Who a client is.
#[derive(Clone, Debug)]
pub struct Login {
    /// The client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// The agency to act for, where the client may act for several.
    pub agency: Option<Agency>,
}

/// One client's connections to the five blocks.
#[derive(Clone)]
pub struct Session {
    credentials: Credentials,
    agency: Option<Agency>,
    identity: Channel,
    payments: Channel,
    registration: Channel,
    messaging: Channel,
    workflow: Channel,
}

impl Login {
    /// The administrator of the platform in `folder`, acting for `agency`.
    ///
    /// # Errors
    ///
    /// When the folder holds no secrets.
    pub fn admin(folder: &Path, agency: Option<Agency>) -> anyhow::Result<Self> {
        let client_secret = Secrets::read(folder)?.admin;
        Ok(Self { client_id: "admin".to_owned(), client_secret, agency })
    }
}

impl Session {
    /// Prepares to call the blocks; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When an address is not usable.
    pub fn open(addresses: &Addresses, login: &Login, clock: Clock) -> anyhow::Result<Self> {
        let identity = connect(&endpoint(addresses.identity))?;
        let config = CredentialsConfig {
            client_id: login.client_id.clone(),
            client_secret: login.client_secret.clone(),
            scope: String::new(),
            identity: endpoint(addresses.identity),
        };
        Ok(Self {
            credentials: Credentials::new(&config, identity.clone(), clock),
            agency: login.agency.clone(),
            identity,
            payments: connect(&endpoint(addresses.payments))?,
            registration: connect(&endpoint(addresses.registration))?,
            messaging: connect(&endpoint(addresses.messaging))?,
            workflow: connect(&endpoint(addresses.workflow))?,
        })
    }

    /// A request that shows the client's token.
    ///
    /// # Errors
    ///
    /// When identity gives no token.
    pub async fn ask<T>(&self, message: T) -> Result<Request<T>, Status> {
        let token = self.credentials.token(self.agency.as_ref()).await?;
        let mut value = MetadataValue::try_from(format!("Bearer {}", token.reveal()))
            .map_err(|_| Status::internal("the token cannot be sent"))?;
        value.set_sensitive(true);
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", value);
        Ok(request)
    }

    /// The way to the block that serves `package`, such as `rangkai.payments.v1`.
    ///
    /// # Errors
    ///
    /// When no block serves it.
    pub fn channel(&self, package: &str) -> anyhow::Result<Channel> {
        let channel = match package {
            "rangkai.identity.v1" => &self.identity,
            "rangkai.payments.v1" => &self.payments,
            "rangkai.registration.v1" => &self.registration,
            "rangkai.messaging.v1" => &self.messaging,
            "rangkai.workflow.v1" => &self.workflow,
            _ => anyhow::bail!("no block serves the package `{package}`"),
        };
        Ok(channel.clone())
    }

    /// A fresh request id.
    #[must_use]
    pub fn request_id() -> String {
        Uuid::now_v7().to_string()
    }
}
