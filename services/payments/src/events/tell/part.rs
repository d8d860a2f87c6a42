//! Facts about parts of bills.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::payments::v1::{BillPartOverdue, BillPartPaid};

use crate::domain::{Bill, Part, Receipt};

/// A part of a bill was paid.
pub async fn part_paid(tx: &Tx, bill: &Bill, part: &Part, receipt: &Receipt) -> Result<(), DbErr> {
    let fact = BillPartPaid {
        bill_id: bill.id.to_string(),
        case_id: bill.case.to_string(),
        part_id: part.id.to_string(),
        number: part.number,
        amount: Some(part.amount.into()),
        pay_time: Some(rangkai_proto::time(receipt.pay_time)),
        bank_reference: receipt.reference.clone(),
    };
    record(tx, bill.id.uuid(), &fact).await
}

/// A part of a bill was not paid in time.
pub async fn part_overdue(tx: &Tx, bill: &Bill, part: &Part) -> Result<(), DbErr> {
    let fact = BillPartOverdue {
        bill_id: bill.id.to_string(),
        case_id: bill.case.to_string(),
        part_id: part.id.to_string(),
        number: part.number,
        amount: Some(part.amount.into()),
        due_time: Some(rangkai_proto::time(part.due_time)),
    };
    record(tx, bill.id.uuid(), &fact).await
}
