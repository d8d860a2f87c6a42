//! Starting instances whose time has come.

use rangkai_primitives::{Agency, Caller, Id};
use tokio_util::sync::CancellationToken;

use super::Engine;
use crate::{config::ms, domain::instance::Version, error::Error, ops::schedule};

/// How many workflows whose time has come are found at once.
const AT_ONCE: u64 = 20;

impl Engine {
    /// Starts instances whose time has come, over and over, until `stop`. A workflow that fails does
    /// not hold up the others.
    pub(in crate::engine) async fn fire_all(&self, stop: &CancellationToken) {
        let pause = ms(self.config().poll_max_ms);
        loop {
            let find = |tx| async move { schedule::list_due(&tx, AT_ONCE).await };
            let due = self.db().read::<_, Error, _, _>(Self::caller(), find).await;
            let due = due.unwrap_or_else(|error| {
                tracing::warn!(%error, "nobody knows which workflows are due");
                Vec::new()
            });
            for (agency, version) in due {
                if let Err(error) = self.fire(agency, version).await {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(definition.id = %version, error, "a workflow is not started");
                }
            }
            let sleep = tokio::time::sleep(pause);
            if stop.run_until_cancelled(sleep).await.is_none() {
                return;
            }
        }
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
