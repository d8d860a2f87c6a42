//! Facts about tariffs, bills and refunds.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_primitives::Timestamp;
use rangkai_proto::{
    payments::v1::{
        BillAmended, BillCancelled, BillExpired, BillIssued, BillPaid, TariffPublished,
    },
    r#type::v1::Money,
};

use crate::domain::{Bill, Receipt, Tariff};

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
        replaces_bill_id: bill.replaces.map(|id| id.to_string()).unwrap_or_default(),
    };
    record(tx, bill.id.uuid(), &fact).await
}

/// The last of a bill was paid.
pub async fn bill_paid(tx: &Tx, bill: &Bill, receipt: &Receipt) -> Result<(), DbErr> {
    paid(tx, bill, receipt.pay_time, &receipt.reference).await
}

/// A bill of nothing, or one that credits pay, is paid from the start.
pub async fn nothing_owed(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    paid(tx, bill, bill.create_time, "").await
}

/// A bill was not paid in time.
pub async fn bill_expired(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    let fact = BillExpired {
        bill_id: bill.id.to_string(),
        case_id: bill.case.to_string(),
        credited: credited(bill),
    };
    record(tx, bill.id.uuid(), &fact).await
}

/// A bill was withdrawn.
pub async fn bill_cancelled(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    let fact = BillCancelled {
        bill_id: bill.id.to_string(),
        case_id: bill.case.to_string(),
        credited: credited(bill),
    };
    record(tx, bill.id.uuid(), &fact).await
}

/// Another bill took the place of a bill.
pub async fn bill_amended(tx: &Tx, old: &Bill, new: &Bill) -> Result<(), DbErr> {
    let fact = BillAmended {
        bill_id: old.id.to_string(),
        case_id: old.case.to_string(),
        replaced_by_bill_id: new.id.to_string(),
    };
    record(tx, old.id.uuid(), &fact).await
}

/// What was paid of a bill that ended, if anything was.
fn credited(bill: &Bill) -> Option<Money> {
    (bill.paid_minor > 0).then(|| bill.paid().into())
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
