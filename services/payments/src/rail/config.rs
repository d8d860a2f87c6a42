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
    /// The three digits by which the statements of its bank are imported; empty where `institution` is
    /// these.
    pub bank_code: String,
    /// Whether a file asks the bank to book all of its orders at once.
    pub batch_booking: bool,
}

/// The bank of the sandbox, where nobody names another one.
const SANDBOX: &str = "999";

impl RailsConfig {
    /// The bank that pays, by its three-digit code; empty while it is not set up.
    #[must_use]
    pub fn bank_code(&self) -> &str {
        let debtor = &self.debtor;
        let is_code = |code: &str| code.len() == 3 && code.bytes().all(|it| it.is_ascii_digit());
        match [&debtor.bank_code, &debtor.institution].into_iter().find(|code| is_code(code)) {
            Some(code) => code,
            None if self.kind == RailKind::Sandbox => SANDBOX,
            None => "",
        }
    }
}
