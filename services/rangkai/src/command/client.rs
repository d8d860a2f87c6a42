//! `rangkai client`: who may call.

use clap::Subcommand;
use serde_json::json;

use super::{Reach, calls::show};
use crate::screen::Screen;

const SERVICE: &str = "rangkai.identity.v1.ClientService";

/// What to do with clients.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Makes a client of an agency, and prints its secret once.
    Create {
        /// The agency that the client belongs to.
        #[arg(long = "for")]
        owner: String,
        /// What people call it.
        #[arg(long)]
        name: String,
        /// A scope that its tokens may hold; repeat for more.
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// A role of the officer who holds it; repeat for more.
        #[arg(long = "role")]
        roles: Vec<String>,
        #[command(flatten)]
        reach: Reach,
    },
    /// Lists clients, newest first.
    List {
        #[command(flatten)]
        reach: Reach,
    },
    /// Disables a client for good.
    Disable {
        /// The client.
        client: String,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does what the verb says.
pub async fn run(verb: Verb, screen: &mut Screen) -> anyhow::Result<()> {
    let (method, request, reach) = match verb {
        Verb::Create { owner, name, scopes, roles, reach } => {
            let request =
                json!({ "agency": owner, "displayName": name, "scopes": scopes, "roles": roles });
            ("CreateClient", request, reach)
        }
        Verb::List { reach } => ("ListClients", json!({}), reach),
        Verb::Disable { client, reach } => ("DisableClient", json!({ "clientId": client }), reach),
    };
    show(screen, &reach, &format!("{SERVICE}/{method}"), request).await
}
