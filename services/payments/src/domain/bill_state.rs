//! Where a bill stands.

use std::{fmt, str::FromStr};

/// Where a bill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillState {
    Open,
    Paid,
    Expired,
    Cancelled,
}

impl BillState {
    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for BillState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Open, Self::Paid, Self::Expired, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or("is not a state of a bill")
    }
}

impl fmt::Display for BillState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
