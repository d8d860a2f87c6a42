//! What the way out refuses, from the outside of the crate's one entrance.

mod addresses;
mod calls;
mod urls;

use crate::{Destination, OutboundConfig};

fn config(allow: Vec<Destination>) -> OutboundConfig {
    OutboundConfig {
        allow,
        connect_timeout_ms: 5_000,
        timeout_ms: 10_000,
        max_request_bytes: 1_000,
        max_answer_bytes: 1_000,
        authority_file: None,
    }
}

fn destination(host: &str) -> Destination {
    Destination { host: host.to_owned(), ports: Vec::new(), http: false, addresses: Vec::new() }
}
