//! Starting instances whose time has come.

use rangkai_primitives::{Agency, Caller, Id};
use tokio_util::sync::CancellationToken;

use super::Engine;
use crate::{config::ms, domain::instance::Version, error::Error, ops::schedule};

/// How many workflows whose time has come are found at once.
const AT_ONCE: u64 = 20;

impl Engine {
    /// Starts instances whose time has come, over and over, until `stop`.
    pub(in crate::engine) async fn fire_all(&self, stop: &CancellationToken) {
        let pause = ms(self.config().poll_max_ms);
        loop {
            if let Err(error) = self.fire_due(stop).await {
                tracing::warn!(%error, "nobody knows which workflows are due");
            }
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    /// Starts every instance that is due now. A workflow that fails does not hold up the others.
    async fn fire_due(&self, stop: &CancellationToken) -> Result<(), Error> {
        let mut after = None;
        while !stop.is_cancelled() {
            let find = move |tx| async move { schedule::list_due(&tx, after, AT_ONCE).await };
            let due = self.db().read::<_, Error, _, _>(Self::caller(), find).await?;
            let Some((_, time, version)) = due.last() else { return Ok(()) };
            after = Some((*time, *version));
            for (agency, _, version) in due {
                if let Err(error) = self.fire(agency, version).await {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(definition.id = %version, error, "a workflow is not started");
                }
            }
        }
        Ok(())
    }

    async fn fire(&self, agency: Agency, version: Id<Version>) -> Result<(), Error> {
        let library = self.library().clone();
        let fire = move |tx| {
            let library = library.clone();
            async move { schedule::fire(&tx, &library, version).await }
        };
        let caller = Caller::block("workflow", agency);
        self.db().act(caller, "rangkai.workflow.fire", fire).await?;
        self.hint();
        Ok(())
    }
}
