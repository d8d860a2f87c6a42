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
