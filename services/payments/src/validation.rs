//! The background job that validates the instructions of envelopes.

use std::time::Duration;

use rangkai_primitives::{Agency, Caller, Id};
use tokio_util::sync::CancellationToken;

use crate::{Payments, domain::Envelope, error::Error, ops};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";
/// How many envelopes one look takes on.
const LOOK: u64 = 50;

impl Payments {
    /// Validates every envelope that waits for it, some thousands of instructions in a transaction,
    /// and answers how many transactions there were. One that cannot be validated does not hold up
    /// the others.
    ///
    /// Several replicas may do this at the same time: they take turns at an envelope.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which envelopes wait.
    pub async fn validate_envelopes(&self) -> anyhow::Result<u64> {
        let caller = Caller::block(BLOCK, Agency::platform());
        let looking = |tx| async move { ops::validation::under_way(&tx, LOOK).await };
        let waiting: Result<_, Error> = self.db.read(caller, looking).await;
        let mut steps = 0;
        for (agency, id) in waiting? {
            loop {
                match self.validate(agency.clone(), id).await {
                    Ok(more) => {
                        steps += 1;
                        if !more {
                            break;
                        }
                    }
                    Err(error) => {
                        let error: &(dyn std::error::Error + 'static) = &error;
                        tracing::error!(error, envelope.id = %id, "an envelope cannot be validated");
                        break;
                    }
                }
            }
        }
        Ok(steps)
    }

    /// Looks for envelopes to validate, over and over, until `stop`.
    pub(crate) async fn keep_validating(&self, stop: &CancellationToken) {
        let interval = Duration::from_millis(self.envelopes.interval_ms);
        loop {
            let validating = stop.run_until_cancelled(self.validate_envelopes()).await;
            if let Some(Err(error)) = validating {
                tracing::error!(%error, "envelopes to validate cannot be found");
            }
            if stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_none() {
                return;
            }
        }
    }

    async fn validate(&self, agency: Agency, id: Id<Envelope>) -> Result<bool, Error> {
        let batch = self.envelopes.batch.max(1);
        let caller = Caller::block(BLOCK, agency);
        let validating = move |tx| async move { ops::validation::go_on(&tx, id, batch).await };
        self.db.act(caller, "rangkai.payments.ValidateEnvelope", validating).await
    }
}
