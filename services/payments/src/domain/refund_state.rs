//! How a refund goes back, and where it stands.

use std::{fmt, str::FromStr};

/// How money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundMode {
    /// The bank pays it back.
    Source,
    /// It becomes a credit for the payer's next bill.
    CreditNextBill,
    /// The treasury pays it, which has the money already.
    TreasuryClaim,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// The bank is to pay it.
    Issued,
    Paid,
    /// It is a credit now.
    Credited,
    /// A claim whose documents are not handed in yet.
    Drafted,
    Submitted,
    /// Something is to be completed.
    Returned,
    /// The treasury is to pay it.
    Approved,
    Rejected,
}

impl RefundMode {
    const ALL: [Self; 3] = [Self::Source, Self::CreditNextBill, Self::TreasuryClaim];

    /// The mode in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::CreditNextBill => "credit_next_bill",
            Self::TreasuryClaim => "treasury_claim",
        }
    }

    /// In which state a refund begins.
    pub const fn first_state(self) -> RefundState {
        match self {
            Self::Source => RefundState::Issued,
            Self::CreditNextBill => RefundState::Credited,
            Self::TreasuryClaim => RefundState::Drafted,
        }
    }
}

impl RefundState {
    const ALL: [Self; 8] = [
        Self::Issued,
        Self::Paid,
        Self::Credited,
        Self::Drafted,
        Self::Submitted,
        Self::Returned,
        Self::Approved,
        Self::Rejected,
    ];

    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Paid => "paid",
            Self::Credited => "credited",
            Self::Drafted => "drafted",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

impl FromStr for RefundMode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or("is not a mode")
    }
}

impl FromStr for RefundState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or("is not a state of a refund")
    }
}

impl fmt::Display for RefundState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
