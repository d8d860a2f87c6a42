//! The rail of files: orders leave as `pain.001`, answers come back as reports that are imported.

use std::sync::Arc;

use rangkai_db::{Db, Lease, Tx};
use rangkai_primitives::Agency;
use uuid::Uuid;

use super::{Batch, RailError, block};
use crate::{
    domain::{Outcome, Question},
    error::Error,
    iso20022::{Debtor, NEVER_LEFT, is_retry_safe},
    ops, store,
};

/// Writes a file. Every order is under way then, until the bank reports on it.
pub async fn submit(
    db: &Db,
    debtor: Arc<Debtor>,
    lease: Arc<Lease>,
    batch: Arc<Batch>,
) -> Result<Vec<(Uuid, Outcome)>, RailError> {
    let pending = batch.orders.iter().map(|order| (order.id, Outcome::Pending)).collect();
    let writing = {
        let batch = Arc::clone(&batch);
        move |tx: Tx| {
            let (debtor, lease, batch) =
                (Arc::clone(&debtor), Arc::clone(&lease), Arc::clone(&batch));
            async move {
                lease.guard(&tx).await?;
                ops::rail::write_file(&tx, batch.envelope, &batch.orders, &debtor).await?;
                Ok::<_, Error>(())
            }
        }
    };
    db.act(block(&batch.agency), "rangkai.payments.WriteRailFile", writing).await?;
    Ok(pending)
}

/// Orders in a file are under way; others never left, and from now on never will.
pub async fn inquire(
    db: &Db,
    agency: Agency,
    questions: Arc<Vec<Question>>,
) -> Result<Vec<(Uuid, Outcome)>, RailError> {
    let asked = Arc::clone(&questions);
    let closing = move |tx: Tx| {
        let asked = Arc::clone(&asked);
        async move { Ok::<_, Error>(store::rail_order::close(&tx, &asked).await?) }
    };
    let filed = db.act(block(&agency), "rangkai.payments.CloseRailOrders", closing).await?;
    let answer = |question: &Question| {
        let outcome = if filed.contains(&question.order) {
            Outcome::Pending
        } else {
            let retry_safe = is_retry_safe(NEVER_LEFT);
            Outcome::Failed { reason: NEVER_LEFT.to_owned(), retry_safe }
        };
        (question.order, outcome)
    };
    Ok(questions.iter().map(answer).collect())
}
