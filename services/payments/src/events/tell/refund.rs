//! Facts about refunds, claims and what was handed on to the treasury.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::payments::v1::{
    ClaimApproved, ClaimRejected, ClaimReturned, ClaimSubmitted, RefundCredited, RefundIssued,
    RefundPaid, TreasurySwept,
};

use crate::domain::{Refund, RefundState, Sweep};

/// Writes a fact of the fields that all facts about refunds have.
macro_rules! fact {
    ($fact:ident, $refund:expr $(, $field:ident: $value:expr)*) => {
        $fact {
            refund_id: $refund.id.to_string(),
            bill_id: $refund.bill.map(|id| id.to_string()).unwrap_or_default(),
            case_id: $refund.case.map(|id| id.to_string()).unwrap_or_default(),
            amount: Some($refund.amount.into()),
            $($field: $value),*
        }
    };
}

/// A refund was issued.
pub async fn refund_issued(tx: &Tx, refund: &Refund) -> Result<(), DbErr> {
    record(tx, refund.id.uuid(), &fact!(RefundIssued, refund)).await
}

/// A refund was paid by the bank or the treasury.
pub async fn refund_paid(tx: &Tx, refund: &Refund, reference: &str) -> Result<(), DbErr> {
    let fact = fact!(RefundPaid, refund, bank_reference: reference.to_owned());
    record(tx, refund.id.uuid(), &fact).await
}

/// A refund became a credit.
pub async fn refund_credited(tx: &Tx, refund: &Refund) -> Result<(), DbErr> {
    record(tx, refund.id.uuid(), &fact!(RefundCredited, refund)).await
}

/// A claim on the treasury is in another state than before.
pub async fn claim_moved(tx: &Tx, claim: &Refund) -> Result<(), DbErr> {
    let id = claim.id.uuid();
    match claim.state {
        RefundState::Submitted => record(tx, id, &fact!(ClaimSubmitted, claim)).await,
        RefundState::Returned => record(tx, id, &fact!(ClaimReturned, claim)).await,
        RefundState::Approved => record(tx, id, &fact!(ClaimApproved, claim)).await,
        RefundState::Rejected => record(tx, id, &fact!(ClaimRejected, claim)).await,
        // Told as what they are.
        RefundState::Issued | RefundState::Paid | RefundState::Credited | RefundState::Drafted => {
            Ok(())
        }
    }
}

/// Collected money was handed on to the treasury.
pub async fn treasury_swept(tx: &Tx, sweep: &Sweep) -> Result<(), DbErr> {
    let fact = TreasurySwept {
        sweep_id: sweep.id.to_string(),
        amount: Some(sweep.amount.into()),
        treasury_reference: sweep.reference.clone(),
    };
    record(tx, sweep.id.uuid(), &fact).await
}
