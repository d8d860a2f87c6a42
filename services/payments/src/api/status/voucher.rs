//! How a refusal about pools, vouchers and merchants looks on the wire.

use rangkai_primitives::Money;
use rangkai_proto::payments::v1::ErrorReason;
use tonic::{Code, Status};

use crate::domain::VoucherRefusal;

impl From<VoucherRefusal> for Status {
    fn from(refusal: VoucherRefusal) -> Self {
        match &refusal {
            VoucherRefusal::PoolNotFound
            | VoucherRefusal::VoucherNotFound
            | VoucherRefusal::MerchantNotFound
            | VoucherRefusal::Refused => no(&refusal, []),
            VoucherRefusal::PoolTaken(pool)
            | VoucherRefusal::PoolShort(pool)
            | VoucherRefusal::PoolFull(pool)
            | VoucherRefusal::NotInGroup(pool) => no(&refusal, [("pool_code", pool.clone())]),
            VoucherRefusal::DocumentTaken(document) => {
                no(&refusal, [("document", document.clone())])
            }
            VoucherRefusal::PoolCurrency { pool, currency } => {
                let currency = ("currency_code", currency.to_string());
                no(&refusal, [("pool_code", pool.clone()), currency])
            }
            VoucherRefusal::StateMismatch { serial, state } => {
                let serial = ("serial_number", serial.to_string());
                no(&refusal, [serial, ("state", state.to_string())])
            }
            VoucherRefusal::GuessesExhausted(time) => {
                no(&refusal, [("retry_time", time.to_rfc3339())])
            }
            VoucherRefusal::VoucherShort { remaining } => {
                no(&refusal, amount("remaining_minor", *remaining))
            }
            VoucherRefusal::MerchantTaken(merchant) => {
                no(&refusal, [("merchant_id", merchant.to_string())])
            }
            VoucherRefusal::OwedLess { owed } => no(&refusal, amount("owed_minor", *owed)),
        }
    }
}

fn no<const N: usize>(refusal: &VoucherRefusal, metadata: [(&str, String); N]) -> Status {
    super::no(outcome(refusal), metadata, refusal)
}

const fn outcome(refusal: &VoucherRefusal) -> (Code, ErrorReason) {
    use ErrorReason as Reason;
    use VoucherRefusal as No;
    match refusal {
        No::PoolNotFound => (Code::NotFound, Reason::PoolNotFound),
        No::PoolTaken(_) => (Code::AlreadyExists, Reason::PoolTaken),
        No::PoolShort(_) => (Code::FailedPrecondition, Reason::PoolShort),
        No::PoolCurrency { .. } => (Code::FailedPrecondition, Reason::PoolCurrency),
        No::PoolFull(_) => (Code::FailedPrecondition, Reason::PoolFull),
        No::DocumentTaken(_) => (Code::AlreadyExists, Reason::PoolDocumentTaken),
        No::VoucherNotFound => (Code::NotFound, Reason::VoucherNotFound),
        No::StateMismatch { .. } => (Code::FailedPrecondition, Reason::VoucherStateMismatch),
        No::Refused => (Code::PermissionDenied, Reason::VoucherRefused),
        No::GuessesExhausted(_) => (Code::ResourceExhausted, Reason::GuessesExhausted),
        No::VoucherShort { .. } => (Code::FailedPrecondition, Reason::VoucherShort),
        No::MerchantNotFound => (Code::NotFound, Reason::MerchantNotFound),
        No::MerchantTaken(_) => (Code::AlreadyExists, Reason::MerchantTaken),
        No::NotInGroup(_) => (Code::FailedPrecondition, Reason::MerchantNotInGroup),
        No::OwedLess { .. } => (Code::FailedPrecondition, Reason::OwedLess),
    }
}

fn amount(key: &'static str, money: Money) -> [(&'static str, String); 2] {
    [(key, money.minor().to_string()), ("currency_code", money.currency().to_string())]
}
