//! The background job that asks providers about payments of which they said nothing.

use std::time::Duration;

use futures::{StreamExt as _, future::join_all, stream};
use rangkai_primitives::{Agency, Caller, Id, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{
    Payments,
    channel::Answer,
    domain::{Collection, Providers},
    error::Error,
    ops,
};

/// Who the block is when it acts by itself.
const BLOCK: &str = "payments";

/// How many payments a provider is asked about at once: one that is slow is done sooner, and none is
/// flooded.
const AT_ONCE: usize = 16;

/// A collection whose provider is to be asked.
type Due = (Agency, Timestamp, Id<Collection>);

impl Payments {
    /// Asks about every payment that is due now, each in a transaction of its own, and answers how
    /// many there were. One that fails does not hold up the others, nor does a provider that is silent
    /// hold up another's.
    ///
    /// Several replicas may do this at the same time: each asks about other payments.
    ///
    /// # Errors
    ///
    /// When the database cannot tell which are due.
    pub async fn inquire_collections(&self) -> anyhow::Result<u64> {
        let asking: Vec<_> = self.providers().into_iter().map(|it| self.ask_all(it)).collect();
        let mut asked = 0;
        for of_one in join_all(asking).await {
            asked += of_one?;
        }
        Ok(asked)
    }

    fn providers(&self) -> Vec<Providers> {
        let names = self.channels.names();
        let others = Providers::Others(names.clone());
        names.into_iter().map(Providers::One).chain([others]).collect()
    }

    /// Asks `providers` about every payment that is due now.
    async fn ask_all(&self, providers: Providers) -> Result<u64, Error> {
        let (mut asked, mut after) = (0, None);
        loop {
            let due = self.inquiries(providers.clone(), after).await?;
            let Some((_, time, id)) = due.last() else { return Ok(asked) };
            after = Some((*time, *id));
            let asking: Vec<_> =
                due.into_iter().map(|(agency, _, id)| self.ask_about(agency, id)).collect();
            let mut asking = stream::iter(asking).buffer_unordered(AT_ONCE);
            while let Some(done) = asking.next().await {
                asked += u64::from(done);
            }
        }
    }

    /// Asks about one payment; answers whether it was still to be asked about.
    async fn ask_about(&self, agency: Agency, id: Id<Collection>) -> bool {
        self.inquire(agency, id).await.unwrap_or_else(|error| {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::error!(error, collection.id = %id, "nothing became of an inquiry");
            false
        })
    }

    /// Asks about payments that are due, over and over, until `stop`; each provider at its own pace.
    pub(crate) async fn keep_inquiring(&self, stop: &CancellationToken) {
        let all = self.providers().into_iter();
        let asking: Vec<_> = all.map(|providers| self.keep_asking(providers, stop)).collect();
        join_all(asking).await;
    }

    async fn keep_asking(&self, providers: Providers, stop: &CancellationToken) {
        let interval = Duration::from_millis(self.channels.config().inquiry.interval_ms);
        loop {
            if let Err(error) = self.ask_all(providers.clone()).await {
                tracing::error!(%error, "due inquiries cannot be found");
            }
            if stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_none() {
                return;
            }
        }
    }

    async fn inquiries(
        &self,
        providers: Providers,
        after: Option<(Timestamp, Id<Collection>)>,
    ) -> Result<Vec<Due>, Error> {
        let batch = self.channels.config().inquiry.batch.max(1);
        let caller = Caller::block(BLOCK, Agency::platform());
        let looking = move |tx| {
            let providers = providers.clone();
            async move { ops::inquiry::due(&tx, &providers, after, batch).await }
        };
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
