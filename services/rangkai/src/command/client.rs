//! `rangkai client`: who may call.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Reach, calls::show};
use crate::{dynamic::call, screen::Screen};

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
        /// Prints the two variables by which this program calls as the client.
        #[arg(long)]
        environment: bool,
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
        Verb::Create { owner, name, scopes, roles, environment, reach } => {
            let request =
                json!({ "agency": owner, "displayName": name, "scopes": scopes, "roles": roles });
            if environment {
                return made(screen, &reach, request).await;
            }
            ("CreateClient", request, reach)
        }
        Verb::List { reach } => ("ListClients", json!({}), reach),
        Verb::Disable { client, reach } => ("DisableClient", json!({ "clientId": client }), reach),
    };
    show(screen, &reach, &format!("{SERVICE}/{method}"), request).await
}

async fn made(screen: &mut Screen, reach: &Reach, request: Value) -> anyhow::Result<()> {
    let answer = call(&reach.session()?, &format!("{SERVICE}/CreateClient"), request).await?;
    let text = |pointer| answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    screen.line(format!("RANGKAI_CLIENT_ID={}", text("/client/clientId")))?;
    screen.line(format!("RANGKAI_CLIENT_SECRET={}", text("/clientSecret")))?;
    Ok(())
}
