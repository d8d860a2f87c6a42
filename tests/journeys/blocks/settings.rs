//! What each block is told, by its environment alone.

use std::net::SocketAddr;

use rangkai::Addresses;
use rangkai_config::Secret;
use rangkai_db::DatabaseConfig;

/// What the blocks know of each other.
pub(super) struct Settings<'a> {
    pub(super) addresses: &'a Addresses,
    pub(super) admin: &'a Secret,
    pub(super) engine: &'a Secret,
    pub(super) filter: &'a str,
}

impl Settings<'_> {
    /// The environment of one block.
    pub(super) fn environment(
        &self,
        block: &str,
        address: SocketAddr,
        database: &DatabaseConfig,
    ) -> Vec<(String, String)> {
        let identity = url(self.addresses.identity);
        let mut settings = vec![
            ("SERVER__LISTEN", address.to_string()),
            ("DATABASE__URL", database.url.reveal().to_owned()),
            ("DATABASE__KEY", database.key.reveal().to_owned()),
            ("DATABASE__MAX_CONNECTIONS", "10".to_owned()),
            ("TELEMETRY__FILTER", self.filter.to_owned()),
            ("TELEMETRY__JSON", "true".to_owned()),
            ("AUTH__ISSUER", identity.clone()),
        ];
        match block {
            "identity" => settings.push(("CLIENTS", self.clients())),
            "workflow" => settings.extend(self.engine(address, &identity)),
            // Whoever dies while it sends is given up after seconds instead of minutes.
            "messaging" => settings.extend([
                ("DELIVERY__BATCH", "4".to_owned()),
                ("DELIVERY__PARALLEL", "4".to_owned()),
                ("DELIVERY__TIMEOUT_SECONDS", "1".to_owned()),
                ("DELIVERY__HOLD_SECONDS", "3".to_owned()),
                ("DELIVERY__POLL_MAX_MS", "1000".to_owned()),
            ]),
            _ => {}
        }
        if block != "identity" {
            settings.push(("AUTH__IDENTITY__URL", identity));
        }
        let prefix = block.to_uppercase();
        settings.into_iter().map(|(name, value)| (format!("{prefix}__{name}"), value)).collect()
    }

    /// The clients that exist before anybody can make one.
    fn clients(&self) -> String {
        let client = |id: &str, secret: &Secret| {
            format!(
                r#"{{id="{id}", secret="{}", agency="platform", scopes=["all"], acts_for_agencies=true}}"#,
                secret.reveal()
            )
        };
        format!("[{}, {}]", client("admin", self.admin), client("workflow", self.engine))
    }

    fn engine(&self, address: SocketAddr, identity: &str) -> Vec<(&'static str, String)> {
        vec![
            // A stable name, as a pod has one: what this process led before it died goes on at once.
            ("ENGINE__HOLDER", format!("engine-{}", address.port())),
            ("ENDPOINTS__IDENTITY__URL", identity.to_owned()),
            ("ENDPOINTS__PAYMENTS__URL", url(self.addresses.payments)),
            ("ENDPOINTS__REGISTRATION__URL", url(self.addresses.registration)),
            ("ENDPOINTS__MESSAGING__URL", url(self.addresses.messaging)),
            ("CREDENTIALS__CLIENT_ID", "workflow".to_owned()),
            ("CREDENTIALS__CLIENT_SECRET", self.engine.reveal().to_owned()),
            ("CREDENTIALS__IDENTITY__URL", identity.to_owned()),
        ]
    }
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}
