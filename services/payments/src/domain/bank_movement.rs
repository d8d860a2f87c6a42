//! What the books record as having moved at banks: the side that statements are compared with.

use std::str::FromStr;

use rangkai_primitives::{Id, Money, Timestamp};
use uuid::Uuid;

use super::{BankAccount, BankReference, Flow, Recorded};

/// Money that moved at a bank, as the books have it. Payments of envelopes are not among these: a
/// million of them are compared envelope by envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankMovement {
    pub id: Id<BankMovement>,
    pub account: BankAccount,
    pub purpose: Purpose,
    /// The thing that says so.
    pub source: Uuid,
    pub flow: Flow,
    pub amount: Money,
    /// None while nobody knows which bank it was.
    pub bank_code: Option<String>,
    /// The bank's own number; none while nobody knows it.
    pub number: Option<String>,
    pub moved: Timestamp,
}

/// Why money moved at a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A payer paid.
    Remittance,
    /// A refund was paid, of a bill or of a credit.
    Refund,
    /// What was in suspense went back.
    SuspenseReturned,
    /// A merchant was paid.
    MerchantPaid,
    /// Collected money was handed on.
    TreasurySwept,
    /// A dispute was lost.
    DisputeLost,
    /// Money came to be paid out.
    FundsReceived,
    /// Unused money went back.
    FundsReturned,
    /// Money came for vouchers.
    PoolFunded,
    /// Money for vouchers went back.
    PoolDrained,
    /// Money in the platform's suspense went to the agency whose bill it paid.
    ForwardedOut,
    /// The same, as that agency has it.
    ForwardedIn,
    /// People said what a line was that nobody had recorded.
    Resolved,
}

impl BankMovement {
    /// What moved for `purpose`, which `source` says.
    pub fn record(
        purpose: Purpose,
        source: Uuid,
        amount: Money,
        reference: Option<&BankReference>,
        moved: Timestamp,
    ) -> Self {
        Self {
            id: Id::generate(),
            account: purpose.account(),
            purpose,
            source,
            flow: purpose.flow(),
            amount,
            bank_code: reference.map(|reference| reference.bank_code.clone()),
            number: reference.map(|reference| reference.number.clone()),
            moved,
        }
    }

    /// As it is compared with statements.
    pub const fn recorded(&self) -> Recorded {
        Recorded {
            account: self.account,
            flow: self.flow,
            amount: self.amount,
            movement: Some(self.id),
            payouts: None,
        }
    }

    /// The same where the bank is known, whether its number is or not.
    #[must_use]
    pub fn at(self, bank_code: &str) -> Self {
        Self { bank_code: Some(bank_code.to_owned()), ..self }
    }
}

impl Purpose {
    const ALL: [Self; 13] = [
        Self::Remittance,
        Self::Refund,
        Self::SuspenseReturned,
        Self::MerchantPaid,
        Self::TreasurySwept,
        Self::DisputeLost,
        Self::FundsReceived,
        Self::FundsReturned,
        Self::PoolFunded,
        Self::PoolDrained,
        Self::ForwardedOut,
        Self::ForwardedIn,
        Self::Resolved,
    ];

    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remittance => "remittance",
            Self::Refund => "refund",
            Self::SuspenseReturned => "suspense_returned",
            Self::MerchantPaid => "merchant_paid",
            Self::TreasurySwept => "treasury_swept",
            Self::DisputeLost => "dispute_lost",
            Self::FundsReceived => "funds_received",
            Self::FundsReturned => "funds_returned",
            Self::PoolFunded => "pool_funded",
            Self::PoolDrained => "pool_drained",
            Self::ForwardedOut => "forwarded_out",
            Self::ForwardedIn => "forwarded_in",
            Self::Resolved => "resolved",
        }
    }

    const fn account(self) -> BankAccount {
        match self {
            Self::FundsReceived | Self::FundsReturned => BankAccount::Disbursement,
            Self::MerchantPaid | Self::PoolFunded | Self::PoolDrained => BankAccount::Vouchers,
            Self::Remittance
            | Self::Refund
            | Self::SuspenseReturned
            | Self::TreasurySwept
            | Self::DisputeLost
            | Self::ForwardedOut
            | Self::ForwardedIn
            | Self::Resolved => BankAccount::Collection,
        }
    }

    const fn flow(self) -> Flow {
        match self {
            Self::Remittance
            | Self::FundsReceived
            | Self::PoolFunded
            | Self::ForwardedIn
            | Self::Resolved => Flow::In,
            Self::Refund
            | Self::SuspenseReturned
            | Self::MerchantPaid
            | Self::TreasurySwept
            | Self::DisputeLost
            | Self::FundsReturned
            | Self::PoolDrained
            | Self::ForwardedOut => Flow::Out,
        }
    }
}

impl FromStr for Purpose {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or("is no purpose of a movement")
    }
}
