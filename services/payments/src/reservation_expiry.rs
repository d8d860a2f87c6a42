//! The background job of the ledger: letting go of reserved money when time is up.

use std::time::Duration;

use rangkai_primitives::{Agency, Caller, Id, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{Payments, domain::Reservation, error::Error, ops};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";

/// A reservation that is due.
type Due = (Agency, Timestamp, Id<Reservation>);

impl Payments {
    /// Expires every reservation that is due now, each in a transaction of its own, and answers how
    /// many there were. One that cannot be expired does not hold up the others.
    ///
    /// Several replicas may do this at the same time: each reservation expires once.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which reservations are due.
    pub async fn expire_reservations(&self) -> anyhow::Result<u64> {
        let (mut expired, mut after) = (0, None);
        loop {
            let due = self.due_reservations(after).await?;
            let Some((_, time, id)) = due.last() else { return Ok(expired) };
            after = Some((*time, *id));
            for (agency, _, id) in due {
                match self.expire_reservation(agency, id).await {
                    Ok(done) => expired += u64::from(done),
                    Err(error) => {
                        let error: &(dyn std::error::Error + 'static) = &error;
                        tracing::error!(error, reservation.id = %id, "it cannot be expired");
                    }
                }
            }
        }
    }

    /// Looks for due reservations, over and over, until `stop`.
    pub(crate) async fn keep_expiring_reservations(&self, stop: &CancellationToken) {
        let interval = Duration::from_millis(self.reservations.interval_ms);
        loop {
            if let Err(error) = self.expire_reservations().await {
                tracing::error!(%error, "due reservations cannot be found");
            }
            if stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_none() {
                return;
            }
        }
    }

    async fn due_reservations(
        &self,
        after: Option<(Timestamp, Id<Reservation>)>,
    ) -> Result<Vec<Due>, Error> {
        let batch = self.reservations.batch.max(1);
        let caller = Caller::block(BLOCK, Agency::platform());
        let finding = move |tx| async move { ops::reservation::due(&tx, after, batch).await };
        self.db.read(caller, finding).await
    }

    async fn expire_reservation(&self, agency: Agency, id: Id<Reservation>) -> Result<bool, Error> {
        let caller = Caller::block(BLOCK, agency);
        let expiring = move |tx| async move { ops::reservation::expire_if_due(&tx, id).await };
        self.db.act(caller, "rangkai.payments.ExpireReservation", expiring).await
    }
}
