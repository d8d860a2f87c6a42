//! Everything that the rules of payments can say no to.

use rangkai_primitives::{Id, Money};
use uuid::Uuid;

use super::{Bill, BillState, Refund};

/// A rule said no. Each variant has one reason in `payments/v1/error_reason.proto`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("no tariff {0} is in effect on that day")]
    TariffNotFound(String),
    #[error("tariff {0} has an amount from that day on")]
    TariffTaken(String),
    #[error("tariff {0} is in another currency than the tariffs before it")]
    CurrenciesMixed(String),
    #[error("with tariff {0} the amount becomes too large")]
    AmountTooLarge(String),
    #[error("tariff {tariff} has no exemption {exemption}")]
    ExemptionNotFound { tariff: String, exemption: String },
    #[error("exemption {exemption} of tariff {tariff} is not in effect on that day")]
    ExemptionNotInEffect { tariff: String, exemption: String },
    #[error("tariff {0} is not paid in parts")]
    InstalmentsNotAllowed(String),
    #[error("the tariffs allow at most {max_parts} parts, none of them smaller than they say")]
    InstalmentsOutOfTerms { max_parts: i32, smallest: Money },
    #[error("there is no such bill")]
    BillNotFound,
    #[error("bill {bill} is {state}, not open")]
    BillNotOpen { bill: Id<Bill>, state: BillState },
    #[error("bill {bill} is {state}: it cannot be amended, but there is {instead}")]
    BillNotAmendable { bill: Id<Bill>, state: &'static str, instead: &'static str },
    #[error("bill {0} is not paid")]
    BillNotPaid(Id<Bill>),
    #[error("case {case} has bill {bill} for the same")]
    CaseAlreadyBilled { case: Uuid, bill: Id<Bill> },
    #[error("the bank used {0} for another payment")]
    BankReferenceTaken(String),
    #[error("the caller may not speak for bank {bank_code}")]
    BankNotYours { field: &'static str, bank_code: String },
    #[error("the bill was not paid by a remittance")]
    RemittanceNotFound,
    #[error("more than what is still refundable of bill {bill}")]
    RefundExceedsBill { bill: Id<Bill>, refundable: Money },
    #[error("there is no such refund")]
    RefundNotFound,
    #[error("refund {0} was paid with another bank reference")]
    RefundAlreadyPaid(Id<Refund>),
    #[error("the bill changed; its etag is now {0}")]
    StaleEtag(String),
}
