//! Where a voucher stands.

use std::{fmt, str::FromStr};

/// Where a voucher stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoucherState {
    Preactivated,
    Activated,
    Suspended,
    /// Its PIN was wrong too often.
    Blocked,
    Redeemed,
    Cancelled,
    Expired,
    /// It ended, and what could redeem it was erased.
    Purged,
}

impl VoucherState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Preactivated,
        Self::Activated,
        Self::Suspended,
        Self::Blocked,
        Self::Redeemed,
        Self::Cancelled,
        Self::Expired,
        Self::Purged,
    ];

    /// Whether there is still something to redeem, sooner or later.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::Preactivated | Self::Activated | Self::Suspended | Self::Blocked)
    }

    /// The states of vouchers that are alive.
    pub fn alive() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(|state| state.is_alive()).map(Self::as_str)
    }

    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preactivated => "preactivated",
            Self::Activated => "activated",
            Self::Suspended => "suspended",
            Self::Blocked => "blocked",
            Self::Redeemed => "redeemed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Purged => "purged",
        }
    }
}

impl FromStr for VoucherState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or("is not a state of a voucher")
    }
}

impl fmt::Display for VoucherState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
