//! The background job that gives the rest of unredeemed vouchers back to their pools.

use std::time::Duration;

use rangkai_primitives::{Agency, Caller, Id, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{Payments, domain::Voucher, error::Error, ops};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";

/// A voucher that is due.
type Due = (Agency, Timestamp, Id<Voucher>);

impl Payments {
    /// Expires every voucher that is due now, each in a transaction of its own, and answers how many
    /// there were. One that cannot be expired does not hold up the others.
    ///
    /// Several replicas may do this at the same time: each voucher expires once.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which vouchers are due.
    pub async fn expire_vouchers(&self) -> anyhow::Result<u64> {
        let (mut expired, mut after) = (0, None);
        loop {
            let due = self.due_vouchers(after).await?;
            let Some((_, time, id)) = due.last() else { return Ok(expired) };
            after = Some((*time, *id));
            for (agency, _, id) in due {
                match self.expire_voucher(agency, id).await {
                    Ok(done) => expired += u64::from(done),
                    Err(error) => {
                        let error: &(dyn std::error::Error + 'static) = &error;
                        tracing::error!(error, voucher.id = %id, "a voucher cannot be expired");
                    }
                }
            }
        }
    }

    /// Looks for due vouchers, over and over, until `stop`.
    pub(crate) async fn keep_expiring_vouchers(&self, stop: &CancellationToken) {
        let interval = Duration::from_millis(self.vouchers.interval_ms);
        loop {
            if let Err(error) = self.expire_vouchers().await {
                tracing::error!(%error, "due vouchers cannot be found");
            }
            if stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_none() {
                return;
            }
        }
    }

    async fn due_vouchers(
        &self,
        after: Option<(Timestamp, Id<Voucher>)>,
    ) -> Result<Vec<Due>, Error> {
        let batch = self.vouchers.batch.max(1);
        let caller = Caller::block(BLOCK, Agency::platform());
        self.db
            .read(caller, move |tx| async move { ops::voucher::due(&tx, after, batch).await })
            .await
    }

    async fn expire_voucher(&self, agency: Agency, id: Id<Voucher>) -> Result<bool, Error> {
        let caller = Caller::block(BLOCK, agency);
        let expiring = move |tx| async move { ops::voucher::expire_if_due(&tx, id).await };
        self.db.act(caller, "rangkai.payments.ExpireVoucher", expiring).await
    }
}
