//! How a refusal about reconciliation, closed days and disputes looks on the wire.

use rangkai_proto::payments::v1::ErrorReason as Reason;
use tonic::{Code, Status};

use super::no;
use crate::domain::ReconciliationRefusal as Refusal;

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let outcome = outcome(&refusal);
        let one = |key: &'static str, value: String| no(outcome, [(key, value)], &refusal);
        match &refusal {
            Refusal::StatementImported(id) => one("statement_id", id.to_string()),
            Refusal::StatementUnbalanced { expected, currency } => {
                let minor = ("expected_minor", expected.to_string());
                no(outcome, [minor, ("currency_code", currency.to_string())], &refusal)
            }
            Refusal::StatementGap { expected } => {
                let minor = ("expected_minor", expected.minor().to_string());
                no(outcome, [minor, ("currency_code", expected.currency().to_string())], &refusal)
            }
            Refusal::StatementOutOfOrder(day)
            | Refusal::DayNotOver(day)
            | Refusal::DayClosed(day)
            | Refusal::DayOutOfOrder(day) => one("day", day.to_string()),
            Refusal::BreakResolved(id)
            | Refusal::BreakNotProposed(id)
            | Refusal::ResolutionUnfit(id)
            | Refusal::StillUnmatched(id) => one("break_id", id.to_string()),
            Refusal::StatementMissing(bank) => one("bank_code", bank.clone()),
            Refusal::BreaksOpen(count) => one("count", count.to_string()),
            Refusal::DisputeKnown(id) => one("dispute_id", id.to_string()),
            Refusal::DisputeEnded { dispute, state } => {
                let id = ("dispute_id", dispute.to_string());
                no(outcome, [id, ("state", state.as_str().to_owned())], &refusal)
            }
            Refusal::BreakNotFound
            | Refusal::SamePerson
            | Refusal::LedgerNotSound
            | Refusal::DisputeNotFound => no(outcome, [], &refusal),
            Refusal::BankShort { account, amount, available_minor } => {
                let known = available_minor.map(|held| ("available_minor", held.to_string()));
                let said = [
                    ("account_code", account.as_str().to_owned()),
                    ("amount_minor", amount.minor().to_string()),
                    ("currency_code", amount.currency().to_string()),
                ];
                no(outcome, said.into_iter().chain(known), &refusal)
            }
        }
    }
}

fn outcome(refusal: &Refusal) -> (Code, Reason) {
    match refusal {
        Refusal::StatementImported(_) => (Code::AlreadyExists, Reason::StatementImported),
        Refusal::StatementUnbalanced { .. } => {
            (Code::FailedPrecondition, Reason::StatementUnbalanced)
        }
        Refusal::StatementGap { .. } => (Code::FailedPrecondition, Reason::StatementGap),
        Refusal::StatementOutOfOrder(_) => (Code::FailedPrecondition, Reason::StatementOutOfOrder),
        Refusal::BreakNotFound => (Code::NotFound, Reason::BreakNotFound),
        Refusal::BreakResolved(_) => (Code::FailedPrecondition, Reason::BreakResolved),
        Refusal::BreakNotProposed(_) => (Code::FailedPrecondition, Reason::BreakNotProposed),
        Refusal::ResolutionUnfit(_) => (Code::FailedPrecondition, Reason::ResolutionUnfit),
        Refusal::StillUnmatched(_) => (Code::FailedPrecondition, Reason::StillUnmatched),
        Refusal::SamePerson => (Code::PermissionDenied, Reason::SamePerson),
        Refusal::DayNotOver(_) => (Code::FailedPrecondition, Reason::DayNotOver),
        Refusal::DayClosed(_) => (Code::AlreadyExists, Reason::DayClosed),
        Refusal::DayOutOfOrder(_) => (Code::FailedPrecondition, Reason::DayOutOfOrder),
        Refusal::StatementMissing(_) => (Code::FailedPrecondition, Reason::StatementMissing),
        Refusal::BreaksOpen(_) => (Code::FailedPrecondition, Reason::BreaksOpen),
        Refusal::LedgerNotSound => (Code::FailedPrecondition, Reason::LedgerNotSound),
        Refusal::DisputeNotFound => (Code::NotFound, Reason::DisputeNotFound),
        Refusal::DisputeKnown(_) => (Code::AlreadyExists, Reason::DisputeKnown),
        Refusal::DisputeEnded { .. } => (Code::FailedPrecondition, Reason::DisputeEnded),
        Refusal::BankShort { .. } => (Code::FailedPrecondition, Reason::BankShort),
    }
}
