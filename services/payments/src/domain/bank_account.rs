//! Where the money of an agency lies at banks.

use std::str::FromStr;

use super::AccountCode;

/// An account of the agency at a bank, by what it is for. Several may lie at the same bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BankAccount {
    /// Takes what is collected.
    Collection,
    /// Pays people.
    Disbursement,
    /// Pays those who take vouchers.
    Vouchers,
}

impl BankAccount {
    const ALL: [Self; 3] = [Self::Collection, Self::Disbursement, Self::Vouchers];

    /// The account of the chart that says what is in it.
    pub const fn asset(self) -> AccountCode {
        match self {
            Self::Collection => AccountCode::Bank,
            Self::Disbursement => AccountCode::Disbursement,
            Self::Vouchers => AccountCode::VoucherPool,
        }
    }

    /// The account of the chart that says what of it is not the agency's.
    pub const fn excess(self) -> AccountCode {
        match self {
            Self::Collection => AccountCode::BankExcess,
            Self::Disbursement => AccountCode::DisbursementExcess,
            Self::Vouchers => AccountCode::VoucherExcess,
        }
    }

    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Disbursement => "disbursement",
            Self::Vouchers => "vouchers",
        }
    }
}

impl FromStr for BankAccount {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or("is no account at a bank")
    }
}
