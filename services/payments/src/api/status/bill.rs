//! How a refusal about tariffs, bills, remittances and refunds looks on the wire.

use rangkai_primitives::Money;
use rangkai_proto::payments::v1::ErrorReason;
use tonic::{Code, Status};

use crate::domain::Refusal;

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        match &refusal {
            Refusal::BillNotFound | Refusal::RemittanceNotFound | Refusal::RefundNotFound => {
                no(&refusal, [])
            }
            Refusal::TariffNotFound(tariff)
            | Refusal::TariffTaken(tariff)
            | Refusal::CurrenciesMixed(tariff)
            | Refusal::AmountTooLarge(tariff) => no(&refusal, [("tariff_code", tariff.clone())]),
            Refusal::ExemptionNotFound { tariff, exemption }
            | Refusal::ExemptionNotInEffect { tariff, exemption } => {
                let tariff = ("tariff_code", tariff.clone());
                no(&refusal, [tariff, ("exemption_code", exemption.clone())])
            }
            Refusal::InstalmentsNotAllowed(tariff) => {
                no(&refusal, [("tariff_code", tariff.clone())])
            }
            Refusal::InstalmentsOutOfTerms { max_parts, smallest } => {
                let [minor, currency] = amount("min_part_minor", *smallest);
                no(&refusal, [("max_parts", max_parts.to_string()), minor, currency])
            }
            Refusal::BillNotAmendable { bill, state, instead } => {
                let state = ("state", (*state).to_owned());
                let instead = ("instead", (*instead).to_owned());
                no(&refusal, [("bill_id", bill.to_string()), state, instead])
            }
            Refusal::BillNotPaid(bill) => no(&refusal, [("bill_id", bill.to_string())]),
            Refusal::BillNotOpen { bill, state } => {
                no(&refusal, [("bill_id", bill.to_string()), ("state", state.to_string())])
            }
            Refusal::CaseAlreadyBilled { case, bill } => {
                no(&refusal, [("case_id", case.to_string()), ("bill_id", bill.to_string())])
            }
            Refusal::RefundExceedsBill { bill, refundable } => {
                let [minor, currency] = amount("refundable_minor", *refundable);
                no(&refusal, [("bill_id", bill.to_string()), minor, currency])
            }
            Refusal::BankReferenceTaken(number) => {
                no(&refusal, [("bank_reference", number.clone())])
            }
            Refusal::BankNotYours { field, bank_code } => {
                let field = ("field", (*field).to_owned());
                no(&refusal, [field, ("bank_code", bank_code.clone())])
            }
            Refusal::RefundAlreadyPaid(refund) => no(&refusal, [("refund_id", refund.to_string())]),
            Refusal::StaleEtag(etag) => no(&refusal, [("etag", etag.clone())]),
        }
    }
}

fn no<const N: usize>(refusal: &Refusal, metadata: [(&str, String); N]) -> Status {
    super::no(outcome(refusal), metadata, refusal)
}

fn outcome(refusal: &Refusal) -> (Code, ErrorReason) {
    use ErrorReason as Reason;
    match refusal {
        Refusal::TariffNotFound(_) => (Code::NotFound, Reason::TariffNotFound),
        Refusal::TariffTaken(_) => (Code::AlreadyExists, Reason::TariffTaken),
        Refusal::CurrenciesMixed(_) => (Code::FailedPrecondition, Reason::CurrenciesMixed),
        Refusal::AmountTooLarge(_) => (Code::FailedPrecondition, Reason::AmountTooLarge),
        Refusal::ExemptionNotFound { .. } => (Code::NotFound, Reason::ExemptionNotFound),
        Refusal::ExemptionNotInEffect { .. } => {
            (Code::FailedPrecondition, Reason::ExemptionNotInEffect)
        }
        Refusal::InstalmentsNotAllowed(_) => {
            (Code::FailedPrecondition, Reason::InstalmentsNotAllowed)
        }
        Refusal::InstalmentsOutOfTerms { .. } => {
            (Code::FailedPrecondition, Reason::InstalmentsOutOfTerms)
        }
        Refusal::BillNotAmendable { .. } => (Code::FailedPrecondition, Reason::BillNotAmendable),
        Refusal::BankNotYours { .. } => (Code::PermissionDenied, Reason::BankNotYours),
        Refusal::BillNotFound => (Code::NotFound, Reason::BillNotFound),
        Refusal::BillNotOpen { .. } => (Code::FailedPrecondition, Reason::BillNotOpen),
        Refusal::BillNotPaid(_) => (Code::FailedPrecondition, Reason::BillNotPaid),
        Refusal::CaseAlreadyBilled { .. } => (Code::AlreadyExists, Reason::CaseAlreadyBilled),
        Refusal::BankReferenceTaken(_) => (Code::AlreadyExists, Reason::BankReferenceTaken),
        Refusal::RemittanceNotFound => (Code::NotFound, Reason::RemittanceNotFound),
        Refusal::RefundExceedsBill { .. } => (Code::FailedPrecondition, Reason::RefundExceedsBill),
        Refusal::RefundNotFound => (Code::NotFound, Reason::RefundNotFound),
        Refusal::RefundAlreadyPaid(_) => (Code::FailedPrecondition, Reason::RefundAlreadyPaid),
        Refusal::StaleEtag(_) => (Code::Aborted, Reason::StaleEtag),
    }
}

fn amount(key: &'static str, money: Money) -> [(&'static str, String); 2] {
    [(key, money.minor().to_string()), ("currency_code", money.currency().to_string())]
}
