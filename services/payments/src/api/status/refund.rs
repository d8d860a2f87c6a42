//! How a refusal about refunds, credits and the treasury looks on the wire.

use rangkai_primitives::Money;
use rangkai_proto::payments::v1::ErrorReason as Reason;
use tonic::{Code, Status};

use super::no;
use crate::domain::RefundRefusal;

impl From<RefundRefusal> for Status {
    fn from(refusal: RefundRefusal) -> Self {
        let failed = |reason| (Code::FailedPrecondition, reason);
        match &refusal {
            RefundRefusal::RefundableMismatch { bill, refundable } => {
                let [minor, currency] = amount("refundable_minor", *refundable);
                let metadata = [("bill_id", bill.to_string()), minor, currency];
                no(failed(Reason::RefundableMismatch), metadata, &refusal)
            }
            RefundRefusal::NotCovered { available, instead } => {
                let [minor, currency] = amount("available_minor", *available);
                let metadata = [minor, currency, ("instead", (*instead).to_owned())];
                no(failed(Reason::RefundNotCovered), metadata, &refusal)
            }
            RefundRefusal::DocumentMissing { refund, kind } => {
                let kind = ("document_kind", kind.as_str().to_owned());
                let metadata = [("refund_id", refund.to_string()), kind];
                no(failed(Reason::ClaimDocumentMissing), metadata, &refusal)
            }
            RefundRefusal::StateWrong { refund, state } => {
                let metadata = [("refund_id", refund.to_string()), ("state", state.to_string())];
                no(failed(Reason::RefundStateWrong), metadata, &refusal)
            }
            RefundRefusal::SamePerson(refund) => {
                let metadata = [("refund_id", refund.to_string())];
                no((Code::PermissionDenied, Reason::ClaimSamePerson), metadata, &refusal)
            }
            RefundRefusal::CreditNotFound => {
                no((Code::NotFound, Reason::CreditNotFound), [], &refusal)
            }
            RefundRefusal::CreditNotEnough { credit, left } => {
                let [minor, currency] = amount("left_minor", *left);
                let metadata = [("credit_id", credit.to_string()), minor, currency];
                no(failed(Reason::CreditNotEnough), metadata, &refusal)
            }
            RefundRefusal::SweepTooLarge { available } => {
                let metadata = amount("available_minor", *available);
                no(failed(Reason::SweepTooLarge), metadata, &refusal)
            }
            RefundRefusal::TreasuryReferenceTaken(number) => {
                let metadata = [("treasury_reference", number.clone())];
                no((Code::AlreadyExists, Reason::TreasuryReferenceTaken), metadata, &refusal)
            }
        }
    }
}

fn amount(key: &'static str, money: Money) -> [(&'static str, String); 2] {
    [(key, money.minor().to_string()), ("currency_code", money.currency().to_string())]
}
