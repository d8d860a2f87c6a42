//! Facts about tariffs, bills and refunds.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_primitives::Timestamp;
use rangkai_proto::payments::v1::{
    BillCancelled, BillExpired, BillIssued, BillPaid, RefundIssued, RefundPaid, TariffPublished,
};

use crate::domain::{Bill, Refund, Remittance, Tariff};

/// A tariff was published.
pub async fn tariff_published(tx: &Tx, tariff: &Tariff) -> Result<(), DbErr> {
    let fact = TariffPublished { tariff_id: tariff.id.to_string(), code: tariff.code.clone() };
    record(tx, tariff.id.uuid(), &fact).await
}

/// A bill was issued.
pub async fn bill_issued(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    let fact = BillIssued {
        bill_id: bill.id.to_string(),
        case_id: bill.case.to_string(),
        billing_code: bill.code.to_string(),
        amount: Some(bill.amount.into()),
        expire_time: Some(rangkai_proto::time(bill.expire_time)),
    };
    record(tx, bill.id.uuid(), &fact).await
}

/// A bill was paid by a remittance.
pub async fn bill_paid(tx: &Tx, bill: &Bill, remittance: &Remittance) -> Result<(), DbErr> {
    paid(tx, bill, remittance.pay_time, &remittance.reference.number).await
}

/// A bill of nothing is paid from the start.
pub async fn nothing_owed(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    paid(tx, bill, bill.create_time, "").await
}

/// A bill was not paid in time.
pub async fn bill_expired(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    let fact = BillExpired { bill_id: bill.id.to_string(), case_id: bill.case.to_string() };
    record(tx, bill.id.uuid(), &fact).await
}

/// A bill was withdrawn.
pub async fn bill_cancelled(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    let fact = BillCancelled { bill_id: bill.id.to_string(), case_id: bill.case.to_string() };
    record(tx, bill.id.uuid(), &fact).await
}

/// A refund was issued.
pub async fn refund_issued(tx: &Tx, refund: &Refund) -> Result<(), DbErr> {
    let fact = RefundIssued {
        refund_id: refund.id.to_string(),
        bill_id: refund.bill.to_string(),
        case_id: refund.case.to_string(),
        amount: Some(refund.amount.into()),
    };
    record(tx, refund.id.uuid(), &fact).await
}

/// A refund was paid by the bank.
pub async fn refund_paid(tx: &Tx, refund: &Refund) -> Result<(), DbErr> {
    let reference = refund.reference.as_ref().map(|reference| reference.number.clone());
    let fact = RefundPaid {
        refund_id: refund.id.to_string(),
        bill_id: refund.bill.to_string(),
        case_id: refund.case.to_string(),
        amount: Some(refund.amount.into()),
        bank_reference: reference.unwrap_or_default(),
    };
    record(tx, refund.id.uuid(), &fact).await
}

async fn paid(tx: &Tx, bill: &Bill, pay_time: Timestamp, reference: &str) -> Result<(), DbErr> {
    let fact = BillPaid {
        bill_id: bill.id.to_string(),
        case_id: bill.case.to_string(),
        amount: Some(bill.amount.into()),
        pay_time: Some(rangkai_proto::time(pay_time)),
        bank_reference: reference.to_owned(),
    };
    record(tx, bill.id.uuid(), &fact).await
}
