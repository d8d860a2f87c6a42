//! The chart of accounts: what the block itself keeps books about.

use std::str::FromStr;

/// An account that the block itself posts to. Agencies open others beside these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountCode {
    /// What parliament or a programme gave to be paid out.
    Appropriation,
    /// Money at the collecting banks.
    Bank,
    /// What banks keep for their service.
    BankCharges,
    /// What banks took and owe: booked twice, to too much, or never booked though it was told.
    BankClaims,
    /// Money at the collecting banks that is not the agency's, until the bank takes it back or books
    /// what was recorded.
    BankExcess,
    /// What the agency owes to payers who paid too much.
    Credits,
    /// Money at the bank that pays out.
    Disbursement,
    /// As the excess at the collecting banks, at the bank that pays out.
    DisbursementExcess,
    /// Payments that a payer or a bank disputes.
    Disputes,
    /// What merchants redeemed and have not yet been paid.
    MerchantsPayable,
    /// Bills issued and not yet paid.
    Receivable,
    /// Refunds issued and not yet paid.
    RefundsPayable,
    /// Fees of bills.
    Revenue,
    /// Money that came in and belongs to no bill yet.
    Suspense,
    /// What went out to people.
    Transfers,
    /// Money handed on to the state treasury.
    Treasury,
    /// As the excess at the collecting banks, at the bank that pays for vouchers.
    VoucherExcess,
    /// Money set aside for vouchers.
    VoucherPool,
    /// Vouchers issued and not yet redeemed.
    VouchersOutstanding,
}

/// On which side an account grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountKind {
    Asset,
    Equity,
    Expense,
    Liability,
    Revenue,
}

impl AccountCode {
    /// Every account of the chart.
    pub const ALL: &[Self] = &[
        Self::Appropriation,
        Self::Bank,
        Self::BankCharges,
        Self::BankClaims,
        Self::BankExcess,
        Self::Credits,
        Self::Disbursement,
        Self::DisbursementExcess,
        Self::Disputes,
        Self::MerchantsPayable,
        Self::Receivable,
        Self::RefundsPayable,
        Self::Revenue,
        Self::Suspense,
        Self::Transfers,
        Self::Treasury,
        Self::VoucherExcess,
        Self::VoucherPool,
        Self::VouchersOutstanding,
    ];

    /// On which side it grows.
    pub const fn kind(self) -> AccountKind {
        match self {
            Self::Bank
            | Self::BankClaims
            | Self::Disbursement
            | Self::Receivable
            | Self::Treasury
            | Self::VoucherPool => AccountKind::Asset,
            Self::Appropriation => AccountKind::Equity,
            Self::BankCharges | Self::Transfers => AccountKind::Expense,
            Self::BankExcess
            | Self::Credits
            | Self::DisbursementExcess
            | Self::Disputes
            | Self::MerchantsPayable
            | Self::RefundsPayable
            | Self::Suspense
            | Self::VoucherExcess
            | Self::VouchersOutstanding => AccountKind::Liability,
            Self::Revenue => AccountKind::Revenue,
        }
    }

    /// Whether it says what lies at banks, which may have less than was counted on.
    pub const fn is_at_banks(self) -> bool {
        matches!(self, Self::Bank | Self::Disbursement | Self::VoucherPool)
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Appropriation => "appropriation",
            Self::Bank => "bank",
            Self::BankCharges => "bank_charges",
            Self::BankClaims => "bank_claims",
            Self::BankExcess => "bank_excess",
            Self::Credits => "credits",
            Self::Disbursement => "disbursement",
            Self::DisbursementExcess => "disbursement_excess",
            Self::Disputes => "disputes",
            Self::MerchantsPayable => "merchants_payable",
            Self::Receivable => "receivable",
            Self::RefundsPayable => "refunds_payable",
            Self::Revenue => "revenue",
            Self::Suspense => "suspense",
            Self::Transfers => "transfers",
            Self::Treasury => "treasury",
            Self::VoucherExcess => "voucher_excess",
            Self::VoucherPool => "voucher_pool",
            Self::VouchersOutstanding => "vouchers_outstanding",
        }
    }
}

impl AccountKind {
    const ALL: &[Self] =
        &[Self::Asset, Self::Equity, Self::Expense, Self::Liability, Self::Revenue];

    /// Whether a debit makes it larger.
    pub const fn grows_by_debit(self) -> bool {
        matches!(self, Self::Asset | Self::Expense)
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Equity => "equity",
            Self::Expense => "expense",
            Self::Liability => "liability",
            Self::Revenue => "revenue",
        }
    }
}

impl FromStr for AccountCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text).ok_or("is not an account")
    }
}

impl FromStr for AccountKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or("is not a kind")
    }
}
