//! Facts about statements, breaks, closed days and disputes.

use rangkai_db::{DbErr, Tx};
use rangkai_events::{Fact, record, record_many};
use rangkai_proto::payments::v1 as wire;

use crate::domain::{BankStatement, Break, ClosedDay, Dispute, DisputeState};

/// Breaks were found.
pub async fn breaks_found(tx: &Tx, breaks: &[Break]) -> Result<(), DbErr> {
    let fact = |it: &Break| {
        let (break_id, statement_id) = (it.id.to_string(), it.statement.to_string());
        Fact::of(tx, it.id.uuid(), &wire::BreakFound { break_id, statement_id })
    };
    record_many(tx, breaks.iter().map(fact).collect()).await
}

/// A statement was imported; what was found with it was told before.
pub async fn statement_imported(tx: &Tx, statement: &BankStatement) -> Result<(), DbErr> {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let imported = wire::StatementImported {
        statement_id: statement.id.to_string(),
        day: Some(rangkai_proto::date(statement.day)),
        line_count: count(statement.line_count),
        break_count: count(statement.break_count),
    };
    record(tx, statement.id.uuid(), &imported).await
}

/// Somebody said what a break is.
pub async fn resolution_proposed(tx: &Tx, it: &Break) -> Result<(), DbErr> {
    record(tx, it.id.uuid(), &wire::ResolutionProposed { break_id: it.id.to_string() }).await
}

/// A break was resolved.
pub async fn break_resolved(tx: &Tx, it: &Break) -> Result<(), DbErr> {
    let (break_id, statement_id) = (it.id.to_string(), it.statement.to_string());
    record(tx, it.id.uuid(), &wire::BreakResolved { break_id, statement_id }).await
}

/// What a resolved break waited for came; what it had posted is taken back.
pub async fn break_settled(tx: &Tx, it: &Break) -> Result<(), DbErr> {
    record(tx, it.id.uuid(), &wire::BreakSettled { break_id: it.id.to_string() }).await
}

/// A day was closed.
pub async fn day_closed(tx: &Tx, day: &ClosedDay) -> Result<(), DbErr> {
    let fact = wire::DayClosed {
        day: Some(rangkai_proto::date(day.day)),
        hash: data_encoding::HEXLOWER.encode(&day.hash),
    };
    record(tx, day.id.uuid(), &fact).await
}

/// A dispute is where it stands now.
pub async fn dispute_changed(tx: &Tx, dispute: &Dispute) -> Result<(), DbErr> {
    let subject = dispute.id.uuid();
    let (dispute_id, bill_id) = (dispute.id.to_string(), dispute.bill.to_string());
    let (case_id, amount) = (dispute.case.to_string(), Some(dispute.amount.into()));
    match dispute.state {
        DisputeState::Open => {
            record(tx, subject, &wire::DisputeOpened { dispute_id, bill_id, case_id, amount }).await
        }
        DisputeState::Answered => {
            let fact = wire::DisputeAnswered { dispute_id, bill_id, case_id, amount };
            record(tx, subject, &fact).await
        }
        DisputeState::Won => {
            record(tx, subject, &wire::DisputeWon { dispute_id, bill_id, case_id, amount }).await
        }
        DisputeState::Lost => {
            record(tx, subject, &wire::DisputeLost { dispute_id, bill_id, case_id, amount }).await
        }
    }
}
