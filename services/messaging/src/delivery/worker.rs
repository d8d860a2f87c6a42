//! The worker: takes what is due, sends it, and records what came of it.
//!
//! Taking and recording are transactions of their own, and sending stands between them. So a message
//! may be sent twice when a process dies in between, always with the same reference, but it reaches
//! exactly one final state.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, stream};
use rangkai_db::Db;
use rangkai_primitives::{Agency, Caller};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tracing::instrument;

use super::{Outbox, provider::Providers};
use crate::{
    config::{Config, DeliveryConfig},
    domain::{Answer, Ladder, Parcel, Reason},
    error::Error,
    ops,
};

/// Who the worker is in the audit log.
const BLOCK: &str = "messaging";
/// How many agencies are served at the same time, so that none waits for the backlog of another.
const AGENCIES: usize = 4;
/// How long a pass may still run after the block was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Sends what is due.
#[derive(Clone, Debug)]
pub struct Worker {
    db: Db,
    providers: Providers,
    ladder: Ladder,
    batch: u64,
    parallel: usize,
    timeout: Duration,
    hold: Duration,
    poll: (Duration, Duration),
}

impl Worker {
    /// A worker as configured.
    pub fn open(db: Db, config: &Config, outbox: &Outbox) -> anyhow::Result<Self> {
        let DeliveryConfig { retry_seconds, batch, parallel, .. } = &config.delivery;
        let ladder = Ladder::of(retry_seconds)
            .context("delivery.retry_seconds needs steps of 1 to 86400 seconds")?;
        ensure!((1..=1_000).contains(batch), "delivery.batch must be 1 to 1000");
        ensure!((1..=100).contains(parallel), "delivery.parallel must be 1 to 100");
        let DeliveryConfig { timeout_seconds, hold_seconds, poll_min_ms, poll_max_ms, .. } =
            config.delivery;
        ensure!((1..=300).contains(&timeout_seconds), "delivery.timeout_seconds must be 1 to 300");
        let rounds = u64::from(batch.div_ceil(*parallel));
        ensure!(
            hold_seconds > (rounds + 1) * timeout_seconds,
            "delivery.hold_seconds must be long enough for a whole batch of attempts"
        );
        ensure!(
            (1..=poll_max_ms).contains(&poll_min_ms),
            "delivery.poll_min_ms must be 1 to poll_max_ms"
        );
        Ok(Self {
            db,
            providers: Providers::open(config, outbox)?,
            ladder,
            batch: u64::from(*batch),
            parallel: usize::from(*parallel),
            timeout: Duration::from_secs(timeout_seconds),
            hold: Duration::from_secs(hold_seconds),
            poll: (Duration::from_millis(poll_min_ms), Duration::from_millis(poll_max_ms)),
        })
    }

    /// Goes on until `stop`: at once after a pass that found something, ever more seldom after
    /// others, and whenever this process accepted a message.
    pub async fn work(&self, stop: CancellationToken) {
        let mut facts = self.db.facts();
        let (shortest, longest) = self.poll;
        let mut idle = shortest;
        while !stop.is_cancelled() {
            facts.mark_unchanged();
            match self.pass_until(&stop).await {
                Some(Ok(0)) => idle = (idle * 2).min(longest),
                Some(Ok(_)) => {
                    idle = shortest;
                    continue;
                }
                Some(Err(error)) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "no messages found");
                    idle = longest;
                }
                None => return,
            }
            tokio::select! {
                () = stop.cancelled() => return,
                hint = facts.changed() => if hint.is_err() { return },
                () = tokio::time::sleep(idle) => {}
            }
        }
    }

    /// One pass, which ends soon once `stop` is asked for; none when it did not end by itself.
    async fn pass_until(&self, stop: &CancellationToken) -> Option<Result<usize, Error>> {
        let mut pass = std::pin::pin!(self.deliver_due());
        tokio::select! {
            passed = &mut pass => Some(passed),
            () = stop.cancelled() => timeout(GRACE, pass).await.ok(),
        }
    }

    /// One pass: up to a batch of each agency. Answers how many messages were due.
    pub async fn deliver_due(&self) -> Result<usize, Error> {
        let platform = Caller::block(BLOCK, Agency::platform());
        let find = |tx| async move { ops::delivery::agencies(&tx).await };
        let agencies = self.db.read::<_, Error, _, _>(platform, find).await?;
        let passes = stream::iter(agencies).map(|agency| self.deliver_for(agency));
        let counts: Vec<_> = passes.buffer_unordered(AGENCIES).collect().await;
        Ok(counts.into_iter().sum())
    }

    /// One batch of one agency. Its failure is nobody else's.
    #[instrument(skip_all, fields(%agency))]
    async fn deliver_for(&self, agency: Agency) -> usize {
        let (batch, hold) = (self.batch, self.hold);
        // Whoever starts to send after this moment could be too late to report.
        let latest = Instant::now() + hold.saturating_sub(self.timeout);
        let claim = move |tx| async move { ops::delivery::claim(&tx, batch, hold).await };
        let caller = Caller::block(BLOCK, agency);
        match self.db.act::<_, Error, _, _>(caller, "messaging.claim", claim).await {
            Ok((count, parcels)) => {
                let parcels = stream::iter(parcels);
                parcels.for_each_concurrent(self.parallel, |it| self.send(it, latest)).await;
                count
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "nothing was taken");
                0
            }
        }
    }

    #[instrument(skip_all, fields(message.id = %parcel.message.id, attempt = parcel.message.attempts))]
    async fn send(&self, parcel: Parcel, latest: Instant) {
        if Instant::now() > latest {
            return;
        }
        let answers = timeout(self.timeout, self.providers.send(&parcel)).await;
        for answer in answers.unwrap_or_else(|_| vec![Answer::Later(Reason::NoAnswer)]) {
            match self.settle(&parcel, answer).await {
                Ok(true) => tracing::debug!(?answer, "an answer was recorded"),
                Ok(false) => tracing::info!(?answer, "an answer came too late to count"),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "an answer was not recorded; the message is sent again");
                }
            }
        }
    }

    async fn settle(&self, parcel: &Parcel, answer: Answer) -> Result<bool, Error> {
        let caller = Caller::block(BLOCK, parcel.agency.clone());
        let (id, fence, ladder) = (parcel.message.id, parcel.message.fence, self.ladder.clone());
        let settle = move |tx| {
            let ladder = ladder.clone();
            async move { ops::delivery::settle(&tx, id, fence, answer, &ladder).await }
        };
        let trace = parcel.message.traceparent.clone();
        self.db.act_for(caller, "messaging.settle", trace, settle).await
    }
}
