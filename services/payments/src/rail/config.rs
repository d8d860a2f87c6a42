//! What the block reads about the rail from its surroundings.

use serde::{Deserialize, Serialize};

/// How mass payments leave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RailsConfig {
    /// Which rail.
    pub kind: RailKind,
    /// How many orders a second it can take.
    pub orders_per_second: u32,
    /// How many orders it is given at once, at most.
    pub batch: u32,
    /// How long to wait after a look that found nothing.
    pub interval_ms: u64,
    /// After how long a call counts as silence.
    pub timeout_ms: u64,
    /// Whose account pays.
    pub debtor: DebtorConfig,
}

/// Which rail pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RailKind {
    /// Files that an operator takes to the bank.
    File,
    /// Nobody is paid.
    Sandbox,
}

/// Whose account pays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DebtorConfig {
    /// Whose it is.
    pub name: String,
    /// Its bank: a BIC, or the three digits of the national bank code.
    pub institution: String,
    /// Its number.
    pub account: String,
}
