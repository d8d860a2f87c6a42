//! The courier: takes webhooks that are due, sends them, and records what came of each.
//!
//! Taking and recording are transactions of their own, and sending stands between them. So a webhook
//! may be sent twice when a process dies in between, always with the same id, but each delivery
//! reaches exactly one final state.

use std::{collections::HashSet, time::Duration};

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, stream};
use rangkai_db::Db;
use rangkai_outbound::{Outbound, OutboundError};
use rangkai_primitives::{Agency, Caller, Id};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::instrument;

use super::post;
use crate::{
    config::{Config, WebhooksConfig},
    domain::{Endpoint, Plan, Shipment, Verdict},
    error::Error,
    ops,
};

/// Who the courier is in the audit log.
const BLOCK: &str = "messaging";
/// How often what is long over is forgotten.
const CLEANING: Duration = Duration::from_hours(1);
/// How long attempts under way may still take after the block was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Sends webhooks that are due.
#[derive(Clone, Debug)]
pub struct Courier {
    db: Db,
    outbound: Outbound,
    plan: Plan,
    parallel: usize,
    endpoints: usize,
    hold: Duration,
    timeout: Duration,
    patience: Duration,
    kept: Duration,
    poll: (Duration, Duration),
}

impl Courier {
    /// A courier as configured.
    pub fn open(db: Db, config: &Config) -> anyhow::Result<Self> {
        let WebhooksConfig { retry_seconds, parallel, endpoints, .. } = &config.webhooks;
        let plan = Plan::of(retry_seconds)
            .context("webhooks.retry_seconds needs 1 to 20 steps of 1 to 86400 seconds")?;
        ensure!((1..=100).contains(parallel), "webhooks.parallel must be 1 to 100");
        ensure!((1..=1_000).contains(endpoints), "webhooks.endpoints must be 1 to 1000");
        let WebhooksConfig { hold_seconds, disable_after_hours, poll_min_ms, poll_max_ms, .. } =
            config.webhooks;
        let timeout = Duration::from_millis(config.outbound.timeout_ms);
        let hold = Duration::from_secs(hold_seconds);
        ensure!(
            hold_seconds <= 3_600 && hold > timeout.saturating_mul(2),
            "webhooks.hold_seconds must be more than twice outbound.timeout_ms, and at most 3600"
        );
        ensure!(
            (1..=24 * 365).contains(&disable_after_hours),
            "webhooks.disable_after_hours must be 1 to 8760"
        );
        let keep_days = config.webhooks.keep_days;
        ensure!((2..=3_650).contains(&keep_days), "webhooks.keep_days must be 2 to 3650");
        ensure!(
            (1..=poll_max_ms).contains(&poll_min_ms),
            "webhooks.poll_min_ms must be 1 to poll_max_ms"
        );
        Ok(Self {
            db,
            outbound: Outbound::open(&config.outbound)?,
            plan,
            parallel: usize::from(*parallel),
            endpoints: usize::from(*endpoints),
            hold,
            timeout,
            patience: Duration::from_hours(disable_after_hours),
            kept: Duration::from_hours(24 * keep_days),
            poll: (Duration::from_millis(poll_min_ms), Duration::from_millis(poll_max_ms)),
        })
    }

    /// Judges a URL by the operator's rules.
    pub fn check(&self, url: &str) -> Result<(), OutboundError> {
        self.outbound.check(url)
    }

    /// Goes on until `stop`: at once after a pass that found something, ever more seldom after
    /// others, and whenever this process queued something. An endpoint that is slow holds up only
    /// itself.
    pub async fn work(&self, stop: CancellationToken) {
        let mut facts = self.db.facts();
        let (shortest, longest) = self.poll;
        let (mut idle, mut busy) = (shortest, HashSet::new());
        let mut passes = JoinSet::new();
        while !stop.is_cancelled() {
            facts.mark_unchanged();
            let found = self.due().await.unwrap_or_else(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "no webhooks found");
                Vec::new()
            });
            let before = passes.len();
            for (agency, endpoint) in found {
                if passes.len() < self.endpoints && busy.insert(endpoint) {
                    let courier = self.clone();
                    passes.spawn(async move {
                        courier.send_to(agency, endpoint).await;
                        endpoint
                    });
                }
            }
            idle = if passes.len() > before { shortest } else { (idle * 2).min(longest) };
            tokio::select! {
                () = stop.cancelled() => break,
                hint = facts.changed() => if hint.is_err() { break },
                Some(ended) = passes.join_next() => match ended {
                    Ok(endpoint) => { busy.remove(&endpoint); }
                    // Which one it was is not known; all that are still under way end soon.
                    Err(_) => busy.clear(),
                },
                () = tokio::time::sleep(idle) => {}
            }
        }
        // Whatever is still under way then is sent again by whoever finds it.
        let _ = timeout(GRACE, async { while passes.join_next().await.is_some() {} }).await;
    }

    /// One pass: a few deliveries to each endpoint. Answers how many were due.
    pub async fn send_due(&self) -> Result<usize, Error> {
        let passes = stream::iter(self.due().await?)
            .map(|(agency, endpoint)| self.send_to(agency, endpoint));
        let counts: Vec<_> = passes.buffer_unordered(self.endpoints).collect().await;
        Ok(counts.into_iter().sum())
    }

    /// Forgets what is long over, every hour until `stop`.
    pub async fn clean(&self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.forget().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "old webhooks stay");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(CLEANING) => {}
            }
        }
    }

    /// Forgets all that has been over for long enough.
    pub async fn forget(&self) -> Result<(), Error> {
        let kept = self.kept;
        let part = move |tx| async move { ops::webhook::forget(&tx, kept).await };
        let platform = || Caller::block(BLOCK, Agency::platform());
        while self.db.act::<_, Error, _, _>(platform(), "messaging.forget_webhooks", part).await? {}
        Ok(())
    }

    async fn due(&self) -> Result<Vec<(Agency, Id<Endpoint>)>, Error> {
        let platform = Caller::block(BLOCK, Agency::platform());
        self.db.read(platform, |tx| async move { ops::webhook::due(&tx).await }).await
    }

    /// As many deliveries to one endpoint as are sent at the same time. Its failure is nobody
    /// else's.
    #[instrument(skip_all, fields(%agency, endpoint.id = %endpoint))]
    async fn send_to(&self, agency: Agency, endpoint: Id<Endpoint>) -> usize {
        let (limit, hold, plan) = (self.parallel as u64, self.hold, self.plan.clone());
        // Whoever starts to send after this moment could be too late to report.
        let latest = Instant::now() + hold.saturating_sub(self.timeout);
        let claim = move |tx| {
            let plan = plan.clone();
            async move { ops::webhook::claim(&tx, endpoint, limit, hold, &plan).await }
        };
        let caller = Caller::block(BLOCK, agency);
        match self.db.act::<_, Error, _, _>(caller, "messaging.claim_webhooks", claim).await {
            Ok((count, shipments)) => {
                let sending = shipments.into_iter().map(|shipment| self.send(shipment, latest));
                futures::future::join_all(sending).await;
                count
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "nothing was taken");
                0
            }
        }
    }

    #[instrument(skip_all, fields(delivery.id = %shipment.delivery.id, attempt = shipment.delivery.attempts))]
    async fn send(&self, shipment: Shipment, latest: Instant) {
        if Instant::now() > latest {
            return;
        }
        let verdict = post::send(&self.outbound, &shipment).await;
        match self.settle(&shipment, &verdict).await {
            Ok(true) => tracing::debug!(?verdict, "a verdict was recorded"),
            Ok(false) => tracing::info!(?verdict, "a verdict came too late to count"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "a verdict was not recorded; the webhook is sent again");
            }
        }
    }

    async fn settle(&self, shipment: &Shipment, verdict: &Verdict) -> Result<bool, Error> {
        let caller = Caller::block(BLOCK, shipment.agency.clone());
        let (id, fence) = (shipment.delivery.id, shipment.delivery.fence);
        let (plan, patience, verdict) = (self.plan.clone(), self.patience, verdict.clone());
        let settle = move |tx| {
            let (plan, verdict) = (plan.clone(), verdict.clone());
            async move { ops::webhook::settle(&tx, id, fence, &verdict, &plan, patience).await }
        };
        let trace = shipment.delivery.traceparent.clone();
        self.db.act_for(caller, "messaging.settle_webhook", trace, settle).await
    }
}
