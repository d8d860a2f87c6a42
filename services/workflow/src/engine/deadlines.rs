//! Looking at deadlines: those whose calendar changed, and those whose time is over.

use rangkai_primitives::{Agency, Caller, Id, Timestamp};
use tokio_util::sync::CancellationToken;

use super::Engine;
use crate::{config::ms, domain::deadline::Deadline, error::Error, ops::deadline_end};

/// How many to look for at once.
const BATCH: u64 = 100;

/// A deadline that wants to be looked at.
type Due = (Agency, Timestamp, Id<Deadline>);

impl Engine {
    /// Looks at deadlines as they come due, over and over, until `stop`.
    ///
    /// Several replicas may do this at the same time: each deadline passes once.
    pub(in crate::engine) async fn keep_deadlines(&self, stop: &CancellationToken) {
        let pause = ms(self.config().poll_max_ms);
        loop {
            if let Err(error) = self.look_at_all(stop).await {
                tracing::warn!(%error, "deadlines cannot be looked for");
            }
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    /// Looks at every deadline that is due now, each in a transaction of its own; one that cannot be
    /// dealt with does not hold up the others.
    async fn look_at_all(&self, stop: &CancellationToken) -> Result<(), Error> {
        let mut after = None;
        while !stop.is_cancelled() {
            let due = self.due(after).await?;
            let Some((_, time, id)) = due.last() else { return Ok(()) };
            after = Some((*time, *id));
            for (agency, _, id) in due {
                if let Err(error) = self.look_at(agency, id).await {
                    let error: &(dyn std::error::Error + 'static) = &error;
                    tracing::error!(error, deadline.id = %id, "a deadline is not looked at");
                }
            }
        }
        Ok(())
    }

    async fn due(&self, after: Option<(Timestamp, Id<Deadline>)>) -> Result<Vec<Due>, Error> {
        let find = move |tx| async move { deadline_end::due(&tx, after, BATCH).await };
        self.db().read(Self::caller(), find).await
    }

    async fn look_at(&self, agency: Agency, id: Id<Deadline>) -> Result<(), Error> {
        let caller = Caller::block("workflow", agency);
        let look = move |tx| async move { deadline_end::look(&tx, id).await };
        self.db().act(caller, "rangkai.workflow.LookAtDeadline", look).await
    }
}
