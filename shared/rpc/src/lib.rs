//! Serving gRPC and calling it: one way to start, to stop, to read a request and to say no.

mod block;
mod body;
mod breakers;
mod call;
mod check;
mod client;
mod config;
mod encoded;
mod health;
mod limits;
mod observe;
mod page;
mod reflection;
mod rules;
mod server;
mod status;
mod stop;
mod tls;
mod trace;
mod violations;

pub use block::{Block, run};
pub use breakers::breakers;
pub use call::call;
pub use client::Client;
pub use config::{ServerConfig, TlsConfig};
pub use encoded::Encoded;
pub use health::Ready;
pub use limits::remaining;
pub use page::page_token;
pub use rangkai_auth::{EndpointConfig, EndpointError, connect};
pub use rules::RuleError;
pub use server::{ServeError, Server};
pub use status::{database, internal, refusal, spelled};
pub use stop::{shutdown_signal, stop_token};
pub use tls::TlsError;
pub use violations::Violations;
