//! The chart of accounts: what the block itself keeps books about, and what moves money between
//! which of its accounts.

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
    /// What the agency owes to payers who paid too much.
    Credits,
    /// Money at the bank that pays out.
    Disbursement,
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

/// What moves money between two accounts of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Occasion {
    BillIssued,
    BillPaid,
    BillExpired,
    BillCancelled,
    /// What was paid of a bill that ended before all of it was becomes its payer's credit.
    BillCredited,
    RefundIssued,
    RefundPaid,
    /// A refund becomes a credit for the payer's next bill.
    RefundCredited,
    /// The treasury paid a refund that was claimed from it.
    RefundClaimed,
    /// Collected money was handed on to the treasury.
    TreasurySwept,
    /// Money came in that belongs to no bill.
    SuspenseReceived,
    /// Money in suspense pays a bill.
    SuspenseApplied,
    /// Money in suspense becomes its payer's credit.
    SuspenseCredited,
    /// Money in suspense goes back to its payer.
    SuspenseReturned,
    /// Money in the platform's suspense is handed on to the agency whose bill it pays.
    SuspenseForwarded,
    /// A credit pays a bill.
    CreditApplied,
    /// A credit goes back to its payer.
    CreditRefunded,
    /// Money arrived that is to be paid out.
    FundsReceived,
    /// Unused money to be paid out went back.
    FundsReturned,
    /// Money went out to people.
    PaymentsSettled,
    /// Money that had gone out came back.
    PaymentsReturned,
    /// Money was set aside for vouchers.
    PoolFunded,
    /// Money set aside for vouchers was given back.
    PoolDrained,
    VoucherIssued,
    VoucherRedeemed,
    /// A voucher ended before all of it was redeemed.
    VoucherEnded,
    /// A redemption was taken back.
    VoucherRestored,
    MerchantPaid,
    /// A payment is disputed: its money is held.
    DisputeOpened,
    /// The agency keeps the money.
    DisputeWon,
    /// The money goes back through the bank.
    DisputeLost,
    /// A bank kept a fee.
    ChargeTaken,
}

impl AccountCode {
    /// Every account of the chart.
    pub const ALL: &[Self] = &[
        Self::Appropriation,
        Self::Bank,
        Self::BankCharges,
        Self::Credits,
        Self::Disbursement,
        Self::Disputes,
        Self::MerchantsPayable,
        Self::Receivable,
        Self::RefundsPayable,
        Self::Revenue,
        Self::Suspense,
        Self::Transfers,
        Self::Treasury,
        Self::VoucherPool,
        Self::VouchersOutstanding,
    ];

    /// On which side it grows.
    pub const fn kind(self) -> AccountKind {
        match self {
            Self::Bank
            | Self::Disbursement
            | Self::Receivable
            | Self::Treasury
            | Self::VoucherPool => AccountKind::Asset,
            Self::Appropriation => AccountKind::Equity,
            Self::BankCharges | Self::Transfers => AccountKind::Expense,
            Self::Credits
            | Self::Disputes
            | Self::MerchantsPayable
            | Self::RefundsPayable
            | Self::Suspense
            | Self::VouchersOutstanding => AccountKind::Liability,
            Self::Revenue => AccountKind::Revenue,
        }
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Appropriation => "appropriation",
            Self::Bank => "bank",
            Self::BankCharges => "bank_charges",
            Self::Credits => "credits",
            Self::Disbursement => "disbursement",
            Self::Disputes => "disputes",
            Self::MerchantsPayable => "merchants_payable",
            Self::Receivable => "receivable",
            Self::RefundsPayable => "refunds_payable",
            Self::Revenue => "revenue",
            Self::Suspense => "suspense",
            Self::Transfers => "transfers",
            Self::Treasury => "treasury",
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

impl Occasion {
    /// The account that is debited, the one that is credited, and the name that the books use.
    pub const fn posting(self) -> (AccountCode, AccountCode, &'static str) {
        use AccountCode::{
            Appropriation, Bank, BankCharges, Credits, Disbursement, Disputes, MerchantsPayable,
            Receivable, RefundsPayable, Revenue, Suspense, Transfers, Treasury, VoucherPool,
            VouchersOutstanding,
        };
        match self {
            Self::BillIssued => (Receivable, Revenue, "bill.issued"),
            Self::BillPaid => (Bank, Receivable, "bill.paid"),
            Self::BillExpired => (Revenue, Receivable, "bill.expired"),
            Self::BillCancelled => (Revenue, Receivable, "bill.cancelled"),
            Self::BillCredited => (Revenue, Credits, "bill.credited"),
            Self::RefundIssued => (Revenue, RefundsPayable, "refund.issued"),
            Self::RefundPaid => (RefundsPayable, Bank, "refund.paid"),
            Self::RefundCredited => (RefundsPayable, Credits, "refund.credited"),
            Self::RefundClaimed => (RefundsPayable, Treasury, "refund.claimed"),
            Self::TreasurySwept => (Treasury, Bank, "treasury.swept"),
            Self::SuspenseReceived => (Bank, Suspense, "suspense.received"),
            Self::SuspenseApplied => (Suspense, Receivable, "suspense.applied"),
            Self::SuspenseCredited => (Suspense, Credits, "suspense.credited"),
            Self::SuspenseReturned => (Suspense, RefundsPayable, "suspense.returned"),
            Self::SuspenseForwarded => (Suspense, Bank, "suspense.forwarded"),
            Self::CreditApplied => (Credits, Receivable, "credit.applied"),
            Self::CreditRefunded => (Credits, RefundsPayable, "credit.refunded"),
            Self::FundsReceived => (Disbursement, Appropriation, "funds.received"),
            Self::FundsReturned => (Appropriation, Disbursement, "funds.returned"),
            Self::PaymentsSettled => (Transfers, Disbursement, "payments.settled"),
            Self::PaymentsReturned => (Disbursement, Transfers, "payments.returned"),
            Self::PoolFunded => (VoucherPool, Appropriation, "pool.funded"),
            Self::PoolDrained => (Appropriation, VoucherPool, "pool.drained"),
            Self::VoucherIssued => (Transfers, VouchersOutstanding, "voucher.issued"),
            Self::VoucherRedeemed => (VouchersOutstanding, MerchantsPayable, "voucher.redeemed"),
            Self::VoucherEnded => (VouchersOutstanding, Transfers, "voucher.ended"),
            Self::VoucherRestored => (MerchantsPayable, VouchersOutstanding, "voucher.restored"),
            Self::MerchantPaid => (MerchantsPayable, VoucherPool, "merchant.paid"),
            Self::DisputeOpened => (Revenue, Disputes, "dispute.opened"),
            Self::DisputeWon => (Disputes, Revenue, "dispute.won"),
            Self::DisputeLost => (Disputes, Bank, "dispute.lost"),
            Self::ChargeTaken => (BankCharges, Bank, "charge.taken"),
        }
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        self.posting().2
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
