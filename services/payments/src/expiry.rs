//! A background job of this block: putting the books of unpaid bills in order.

use std::time::Duration;

use rangkai_primitives::{Agency, Caller, Id, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{Payments, domain::Bill, error::Error, ops};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";

/// A bill that is due.
type Due = (Agency, Timestamp, Id<Bill>);

impl Payments {
    /// Expires every bill that is due now, each in a transaction of its own, and answers how many
    /// there were. One that cannot be expired does not hold up the others.
    ///
    /// Several replicas may do this at the same time: each bill expires once.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which bills are due.
    pub async fn expire_due(&self) -> anyhow::Result<u64> {
        let (mut expired, mut after) = (0, None);
        loop {
            let due = self.due(after).await?;
            let Some((_, time, id)) = due.last() else { return Ok(expired) };
            after = Some((*time, *id));
            for (agency, _, id) in due {
                match self.expire(agency, id).await {
                    Ok(done) => expired += u64::from(done),
                    Err(error) => {
                        let error: &(dyn std::error::Error + 'static) = &error;
                        tracing::error!(error, bill.id = %id, "a bill cannot be expired");
                    }
                }
            }
        }
    }

    /// Looks for due bills, over and over, until `stop`.
    pub(crate) async fn keep_expiring(&self, stop: &CancellationToken) {
        let interval = Duration::from_millis(self.expiry.interval_ms);
        loop {
            if let Err(error) = self.expire_due().await {
                tracing::error!(%error, "due bills cannot be found");
            }
            if let Err(error) = self.mark_overdue().await {
                tracing::error!(%error, "late parts cannot be found");
            }
            if stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_none() {
                return;
            }
        }
    }

    async fn due(&self, after: Option<(Timestamp, Id<Bill>)>) -> Result<Vec<Due>, Error> {
        let batch = self.expiry.batch.max(1);
        let caller = Caller::block(BLOCK, Agency::platform());
        self.db
            .read(caller, move |tx| async move { ops::expiry::due(&tx, after, batch).await })
            .await
    }

    async fn expire(&self, agency: Agency, id: Id<Bill>) -> Result<bool, Error> {
        let caller = Caller::block(BLOCK, agency);
        let expiring = move |tx| async move { ops::expiry::expire_if_due(&tx, id).await };
        self.db.act(caller, "rangkai.payments.ExpireBill", expiring).await
    }
}
