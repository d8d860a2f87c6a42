//! A background job of this block: noticing parts of bills that are not paid in time.

use rangkai_primitives::{Agency, Caller, Id};

use crate::{
    Payments,
    domain::{Bill, LatePart},
    error::Error,
    ops,
};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";

impl Payments {
    /// Marks every part that is not paid in time now, each bill in a transaction of its own, and
    /// answers how many there were. One that cannot be marked does not hold up the others.
    ///
    /// Several replicas may do this at the same time: each part is marked once.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which parts are late.
    pub async fn mark_overdue(&self) -> anyhow::Result<u64> {
        let (mut marked, mut after) = (0, None);
        let batch = self.expiry.batch.max(1);
        loop {
            let caller = Caller::block(BLOCK, Agency::platform());
            let finding = move |tx| async move { ops::expiry::due_parts(&tx, after, batch).await };
            let due: Vec<_> = self.db.read(caller, finding).await?;
            let Some(last) = due.last() else { return Ok(marked) };
            after = Some((last.due_time, last.id));
            for LatePart { agency, bill, .. } in due {
                match self.mark(agency, bill).await {
                    Ok(count) => marked += count,
                    Err(error) => {
                        let error: &(dyn std::error::Error + 'static) = &error;
                        tracing::error!(error, bill.id = %bill, "late parts cannot be marked");
                    }
                }
            }
        }
    }

    async fn mark(&self, agency: Agency, bill: Id<Bill>) -> Result<u64, Error> {
        let caller = Caller::block(BLOCK, agency);
        let marking = move |tx| async move { ops::expiry::mark_overdue(&tx, bill).await };
        self.db.act(caller, "rangkai.payments.MarkOverdue", marking).await
    }
}
