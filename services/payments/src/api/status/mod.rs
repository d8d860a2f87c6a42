//! How each error looks on the wire, a file for each thing.

mod bill;
mod channel;
mod envelope;
mod ledger;
mod rail;
mod reconciliation;
mod refund;
mod suspense;
mod voucher;

use rangkai_proto::payments::v1::ErrorReason;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::error::Error;

const DOMAIN: &str = "rangkai.payments.v1";

/// The status of a change that did not happen; `request_id` is the one it was asked for with.
pub fn of_change(error: Error, request_id: Uuid) -> Status {
    let Error::Reused(reused) = error else { return error.into() };
    let metadata = [("request_id", request_id.to_string())];
    no((Code::AlreadyExists, ErrorReason::RequestIdReused), metadata, &reused)
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Ledger(refusal) => refusal.into(),
            Error::Linked(refused) => refused.into(),
            Error::Suspense(refusal) => refusal.into(),
            Error::Channel(refusal) => refusal.into(),
            Error::Envelope(refusal) => refusal.into(),
            Error::Rail(refusal) => refusal.into(),
            Error::Refund(refusal) => refusal.into(),
            Error::Voucher(refusal) => refusal.into(),
            Error::Reconciliation(refusal) => refusal.into(),
            Error::Database(source) => rangkai_rpc::database(&source),
            error @ Error::Contended => Status::aborted(error.to_string()),
            error @ (Error::Reused(_)
            | Error::PastFloor { .. }
            | Error::Unsound
            | Error::OutOfStep(_)
            | Error::NoBillingCode
            | Error::NoVoucherNumber
            | Error::NoPicture(_)) => rangkai_rpc::internal(&error),
        }
    }
}

/// A rule said no: with which code and reason, and what goes with the reason.
fn no<'a>(
    (code, reason): (Code, ErrorReason),
    metadata: impl IntoIterator<Item = (&'a str, String)>,
    refusal: &impl std::fmt::Display,
) -> Status {
    rangkai_rpc::refusal(code, DOMAIN, reason.as_str_name(), metadata, refusal)
}
