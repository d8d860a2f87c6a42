//! Facts about credits.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_primitives::Money;
use rangkai_proto::payments::v1::{CreditApplied, CreditGranted};

use crate::domain::{Bill, Credit};

/// A payer has a credit.
pub async fn credit_granted(tx: &Tx, credit: &Credit) -> Result<(), DbErr> {
    let fact = CreditGranted {
        credit_id: credit.id.to_string(),
        amount: Some(credit.amount.into()),
        source_id: credit.source.id().to_string(),
    };
    record(tx, credit.id.uuid(), &fact).await
}

/// A credit paid a bill, or some of it.
pub async fn credit_applied(
    tx: &Tx,
    credit: &Credit,
    part: Money,
    bill: &Bill,
) -> Result<(), DbErr> {
    let fact = CreditApplied {
        credit_id: credit.id.to_string(),
        bill_id: bill.id.to_string(),
        case_id: bill.case.to_string(),
        amount: Some(part.into()),
    };
    record(tx, credit.id.uuid(), &fact).await
}
