//! How a refusal of the ledger looks on the wire.

use rangkai_primitives::Currency;
use rangkai_proto::payments::v1::ErrorReason as Reason;
use tonic::{Code, Status};

use crate::domain::{LedgerRefusal, Refused};

impl From<LedgerRefusal> for Status {
    fn from(refusal: LedgerRefusal) -> Self {
        status(&refusal, None)
    }
}

impl From<Refused> for Status {
    fn from(Refused { index, refusal }: Refused) -> Self {
        status(&refusal, Some(index))
    }
}

fn status(refusal: &LedgerRefusal, index: Option<usize>) -> Status {
    let (outcome, mut metadata) = outcome(refusal);
    metadata.extend(index.map(|index| ("index", index.to_string())));
    super::no(outcome, metadata, refusal)
}

type Outcome = ((Code, Reason), Vec<(&'static str, String)>);

fn outcome(refusal: &LedgerRefusal) -> Outcome {
    use LedgerRefusal as No;
    let failed = Code::FailedPrecondition;
    let about = |key, id: &dyn ToString| vec![(key, id.to_string())];
    match refusal {
        No::AccountNotFound(id) => {
            ((Code::NotFound, Reason::AccountNotFound), about("account_id", id))
        }
        No::AccountTaken(code) => {
            ((Code::AlreadyExists, Reason::AccountTaken), about("account_code", code))
        }
        No::AccountReserved(code) => {
            ((failed, Reason::AccountReserved), about("account_code", code))
        }
        No::AccountClosed(id) => ((failed, Reason::AccountClosed), about("account_id", id)),
        No::AccountNotEmpty(id) => ((failed, Reason::AccountNotEmpty), about("account_id", id)),
        No::FloorPassed { account, code, currency, available_minor } => {
            let mut metadata = about("account_id", account);
            metadata.push(("account_code", code.clone()));
            (
                (failed, Reason::FloorPassed),
                with(metadata, "available_minor", available_minor, *currency),
            )
        }
        No::CeilingPassed { account, currency, room_minor } => {
            let metadata = with(about("account_id", account), "room_minor", room_minor, *currency);
            ((failed, Reason::CeilingPassed), metadata)
        }
        No::Overflow(id) => ((failed, Reason::BalanceOverflow), about("account_id", id)),
        No::CurrencyMismatch { account, currency } => {
            let mut metadata = about("account_id", account);
            metadata.push(("currency_code", currency.to_string()));
            ((failed, Reason::CurrencyMismatch), metadata)
        }
        No::TransferNotFound => ((Code::NotFound, Reason::TransferNotFound), Vec::new()),
        No::ReservationNotFound(id) => {
            ((Code::NotFound, Reason::ReservationNotFound), about("reservation_id", id))
        }
        No::ReservationNotOpen { reservation, state } => {
            let mut metadata = about("reservation_id", reservation);
            metadata.push(("state", state.to_string()));
            ((failed, Reason::ReservationNotOpen), metadata)
        }
        No::ReservationExpired(id) => {
            ((failed, Reason::ReservationExpired), about("reservation_id", id))
        }
        No::ReservationExceeded { reservation, currency, remaining_minor } => {
            let metadata = about("reservation_id", reservation);
            let metadata = with(metadata, "remaining_minor", remaining_minor, *currency);
            ((failed, Reason::ReservationExceeded), metadata)
        }
        No::TotalsTooLarge => ((Code::OutOfRange, Reason::TotalsTooLarge), Vec::new()),
    }
}

fn with(
    mut metadata: Vec<(&'static str, String)>,
    key: &'static str,
    minor: &dyn ToString,
    currency: Currency,
) -> Vec<(&'static str, String)> {
    metadata.extend([(key, minor.to_string()), ("currency_code", currency.to_string())]);
    metadata
}
