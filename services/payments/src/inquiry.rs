//! The background job that asks providers about payments of which they said nothing.

use std::time::Duration;

use rangkai_primitives::{Agency, Caller, Id, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{Payments, channel::Answer, domain::Collection, error::Error, ops};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";

/// A collection whose provider is to be asked.
type Due = (Agency, Timestamp, Id<Collection>);

impl Payments {
    /// Asks about every payment that is due now, each in a transaction of its own, and answers how
    /// many there were. One that fails does not hold up the others.
    ///
    /// Several replicas may do this at the same time: each asks about other payments.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which are due.
    pub async fn inquire_collections(&self) -> anyhow::Result<u64> {
        let (mut asked, mut after) = (0, None);
        loop {
            let due = self.inquiries(after).await?;
            let Some((_, time, id)) = due.last() else { return Ok(asked) };
            after = Some((*time, *id));
            for (agency, _, id) in due {
                match self.inquire(agency, id).await {
                    Ok(done) => asked += u64::from(done),
                    Err(error) => {
                        let error: &(dyn std::error::Error + 'static) = &error;
                        tracing::error!(error, collection.id = %id, "nothing became of an inquiry");
                    }
                }
            }
        }
    }

    /// Asks about payments that are due, over and over, until `stop`.
    pub(crate) async fn keep_inquiring(&self, stop: &CancellationToken) {
        let interval = Duration::from_millis(self.channels.config().inquiry.interval_ms);
        loop {
            if let Err(error) = self.inquire_collections().await {
                tracing::error!(%error, "due inquiries cannot be found");
            }
            if stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_none() {
                return;
            }
        }
    }

    async fn inquiries(
        &self,
        after: Option<(Timestamp, Id<Collection>)>,
    ) -> Result<Vec<Due>, Error> {
        let batch = self.channels.config().inquiry.batch.max(1);
        let caller = Caller::block(BLOCK, Agency::platform());
        let looking = move |tx| async move { ops::inquiry::due(&tx, after, batch).await };
        self.db.read(caller, looking).await
    }

    /// Asks a provider outside any transaction: nothing else waits while it thinks.
    async fn inquire(&self, agency: Agency, id: Id<Collection>) -> Result<bool, Error> {
        let caller = Caller::block(BLOCK, agency);
        let patience = Duration::from_millis(self.channels.config().inquiry.timeout_ms);
        // Whoever dies while asking leaves it to another after this.
        let own = patience * 2;
        let taking = move |tx| async move { ops::inquiry::take(&tx, id, own).await };
        let operation = "rangkai.payments.TakeInquiry";
        let Some(collection) = self.db.act(caller.clone(), operation, taking).await? else {
            return Ok(false);
        };
        let provider = self.channels.provider(&collection.provider).cloned();
        let answer = match &provider {
            Some(provider) => provider.inquire(&collection, patience).await,
            // It is no longer configured, so nobody is left to ask.
            None => Answer::Silence,
        };
        let keeping = move |tx| {
            let (provider, answer) = (provider.clone(), answer.clone());
            async move { ops::inquiry::answered(&tx, provider.as_ref(), id, answer).await }
        };
        self.db.act(caller, "rangkai.payments.KeepInquiry", keeping).await?;
        Ok(true)
    }
}
