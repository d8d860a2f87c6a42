//! The engine at work, until it is asked to stop.

use std::{sync::Arc, time::Duration};

use chrono::Days;
use rangkai_events::follow;
use tokio::{sync::Notify, task::JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Engine, drive::Drive};
use crate::{
    config::ms,
    error::Error,
    ops::{
        inbox,
        lead::{self, Taken},
    },
};

/// How many instances to take at once.
const BATCH: usize = 32;
/// How often old events are removed.
const CLEANING: Duration = Duration::from_hours(1);

/// Takes an instance out of the list of those that are led here, however its leading ends.
struct Led(Engine, Uuid);

impl Drop for Led {
    fn drop(&mut self) {
        self.0.led().remove(&self.1);
    }
}

impl Engine {
    /// Leads instances on, follows the events of the other blocks and lets deadlines pass until
    /// `stop`; then waits a while for calls under way. Dropped instead, it stops as a killed process does.
    pub async fn work(&self, stop: CancellationToken) {
        if let Err(error) = self.let_go().await {
            tracing::warn!(%error, "what was led before waits for its lease");
        }
        let done = CancellationToken::new();
        let leading = async {
            self.lead_all(&stop).await;
            done.cancel();
        };
        tokio::join!(
            leading,
            self.beat(&done),
            self.hear_all(&stop),
            self.fire_all(&stop),
            self.keep_deadlines(&stop),
            self.clean(&stop),
        );
    }

    async fn lead_all(&self, stop: &CancellationToken) {
        let mut drives = JoinSet::new();
        let (least, most) = (ms(self.config().poll_min_ms), ms(self.config().poll_max_ms));
        let mut pause = least;
        while !stop.is_cancelled() {
            let free = self.config().in_flight.saturating_sub(drives.len()).min(BATCH);
            let taken = if free == 0 { Vec::new() } else { self.take(free).await };
            pause = if taken.is_empty() { (pause * 2).min(most) } else { least };
            for taken in taken {
                drives.spawn(self.clone().lead(taken, stop.clone()));
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.0.hints.notified() => pause = least,
                Some(_) = drives.join_next() => while drives.try_join_next().is_some() {},
                () = tokio::time::sleep(pause) => {}
            }
        }
        while drives.join_next().await.is_some() {}
    }

    async fn take(&self, most: usize) -> Vec<Taken> {
        let (holder, lease) = (self.0.holder, ms(self.config().lease_ms));
        let take = move |tx| async move { lead::take(&tx, holder, lease, most).await };
        let taken = self.db().act(Self::caller(), "rangkai.workflow.take", take).await;
        taken.unwrap_or_else(|error: Error| {
            tracing::warn!(%error, "instances cannot be looked for");
            Vec::new()
        })
    }

    async fn lead(self, taken: Taken, stop: CancellationToken) {
        let (id, nudge) = (taken.id.uuid(), Arc::new(Notify::new()));
        self.led().insert(id, Arc::clone(&nudge));
        let _led = Led(self.clone(), id);
        let led = match Drive::open(self.clone(), taken).await {
            Ok(Some(drive)) => drive.run(&nudge, &stop).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = led {
            // Whoever leads it next, after the lease, tries again.
            tracing::error!(instance.id = %id, error = &error as &dyn std::error::Error, "an instance is not led on");
        }
    }

    /// Says again and again what is led here, and hears which of it has mail.
    async fn beat(&self, done: &CancellationToken) {
        let pause = ms(self.config().lease_ms / 3).min(ms(self.config().poll_max_ms));
        loop {
            tokio::select! {
                () = done.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            let led: Vec<Uuid> = self.led().keys().copied().collect();
            if led.is_empty() {
                continue;
            }
            let (holder, lease) = (self.0.holder, ms(self.config().lease_ms));
            let keep = move |tx| {
                let led = led.clone();
                async move { lead::keep(&tx, holder, lease, &led).await }
            };
            match self.db().act(Self::caller(), "rangkai.workflow.keep", keep).await {
                Ok(mail) => {
                    let led = self.led();
                    mail.iter().filter_map(|id| led.get(id)).for_each(|nudge| nudge.notify_one());
                }
                Err(error) => {
                    let error: Error = error;
                    tracing::warn!(%error, "leases are not renewed");
                }
            }
        }
    }

    async fn hear_all(&self, stop: &CancellationToken) {
        let mut followers = JoinSet::new();
        for source in &self.0.sources {
            let (engine, source, stop) = (self.clone(), source.clone(), stop.clone());
            followers.spawn(async move {
                follow(&engine, engine.db(), source, stop.cancelled()).await;
            });
        }
        while followers.join_next().await.is_some() {}
    }

    async fn clean(&self, stop: &CancellationToken) {
        let kept = Days::new(self.config().event_retention_days.into());
        loop {
            let forget = move |tx: rangkai_db::Tx| async move {
                match tx.now().checked_sub_days(kept) {
                    Some(before) => inbox::forget(&tx, before).await,
                    None => Ok(0),
                }
            };
            let cleaned = self.db().act(Self::caller(), "rangkai.workflow.clean", forget).await;
            if let Err::<u64, Error>(error) = cleaned {
                tracing::warn!(%error, "old events stay");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(CLEANING) => {}
            }
        }
    }

    async fn let_go(&self) -> Result<(), Error> {
        let holder = self.0.holder;
        let release = move |tx| async move { lead::release_all(&tx, holder).await };
        self.db().act(Self::caller(), "rangkai.workflow.release", release).await
    }
}
