//! Whether a server lives, and whether it is ready: served apart from the work.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};
use tonic_health::{ServingStatus, server::HealthReporter};

/// The name under which health says that the process lives, whatever becomes of its database.
const LIVENESS: &str = "liveness";
/// The name under which health says that work can be sent here.
const READINESS: &str = "readiness";

type Answer = Pin<Box<dyn Future<Output = bool> + Send>>;

/// How a server finds out whether its block is ready for work.
#[derive(Clone)]
pub struct Ready(Arc<dyn Fn() -> Answer + Send + Sync>);

impl Ready {
    /// Asks `probe` each time, such as `Db::ready`.
    #[must_use]
    pub fn new<F, Fut>(probe: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = bool> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(probe())))
    }

    /// Ready as long as the process lives.
    #[must_use]
    pub fn always() -> Self {
        Self::new(|| std::future::ready(true))
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ready")
    }
}

/// Keeps what the health service says true.
pub(crate) struct Health {
    reporter: HealthReporter,
    services: Vec<String>,
    ready: Ready,
    patience: Duration,
    said: Option<bool>,
}

impl Health {
    /// Health of a server with these services, not ready yet.
    pub(crate) async fn new(services: &[String], ready: Ready, patience: Duration) -> Self {
        let mut health = Self {
            reporter: HealthReporter::new(),
            services: services.to_vec(),
            ready,
            patience,
            said: None,
        };
        health.reporter.set_service_status(LIVENESS, ServingStatus::Serving).await;
        health.say(false).await;
        health
    }

    /// Where the health service reads from.
    pub(crate) fn reporter(&self) -> HealthReporter {
        self.reporter.clone()
    }

    /// Looks once whether the block is ready.
    pub(crate) async fn look(&mut self) {
        // A probe that hangs is a no.
        let ready = timeout(self.patience, (self.ready.0)()).await.unwrap_or(false);
        self.say(ready).await;
    }

    /// Looks again and again until the server stops, and then says no.
    pub(crate) async fn watch(mut self, every: Duration, mut stopping: watch::Receiver<bool>) {
        let mut ticks = interval(every.max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => break,
                () = async { ticks.tick().await; self.look().await } => {}
            }
        }
        self.say(false).await;
    }

    async fn say(&mut self, ready: bool) {
        // Watchers hear of changes only.
        if self.said.replace(ready) == Some(ready) {
            return;
        }
        let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in self.services.iter().map(String::as_str).chain([READINESS]) {
            self.reporter.set_service_status(name, status).await;
        }
    }
}
