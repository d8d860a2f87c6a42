//! What moves money between which accounts of the chart.

use super::{AccountCode, BankAccount};

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
    /// The treasury said no to a claim: its amount is not refunded.
    RefundRejected,
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
    ChargeTaken(BankAccount),
    /// A bank took money that it owes now, or was told to have money that it has not.
    BankClaimed(BankAccount),
    /// A bank made good what was claimed from it.
    BankClaimMet(BankAccount),
    /// A bank holds money that is not the agency's.
    BankExceeded(BankAccount),
    /// A bank took back what was not the agency's, or booked what was recorded.
    BankExcessTaken(BankAccount),
}

impl Occasion {
    /// The account that is debited, the one that is credited, and the name that the books use.
    pub const fn posting(self) -> (AccountCode, AccountCode, &'static str) {
        use AccountCode::{
            Appropriation, Bank, BankCharges, BankClaims, Credits, Disbursement, Disputes,
            MerchantsPayable, Receivable, RefundsPayable, Revenue, Suspense, Transfers, Treasury,
            VoucherPool, VouchersOutstanding,
        };
        match self {
            Self::BillIssued => (Receivable, Revenue, "bill.issued"),
            Self::BillPaid => (Bank, Receivable, "bill.paid"),
            Self::BillExpired => (Revenue, Receivable, "bill.expired"),
            Self::BillCancelled => (Revenue, Receivable, "bill.cancelled"),
            Self::BillCredited => (Revenue, Credits, "bill.credited"),
            Self::RefundIssued => (Revenue, RefundsPayable, "refund.issued"),
            Self::RefundPaid => (RefundsPayable, Bank, "refund.paid"),
            Self::RefundRejected => (RefundsPayable, Revenue, "refund.rejected"),
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
            Self::ChargeTaken(of) => (BankCharges, of.asset(), "charge.taken"),
            Self::BankClaimed(of) => (BankClaims, of.asset(), "bank.claimed"),
            Self::BankClaimMet(of) => (of.asset(), BankClaims, "bank.claim_met"),
            Self::BankExceeded(of) => (of.asset(), of.excess(), "bank.exceeded"),
            Self::BankExcessTaken(of) => (of.excess(), of.asset(), "bank.excess_taken"),
        }
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        self.posting().2
    }
}
