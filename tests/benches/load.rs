//! Many callers, each asking again as soon as it was answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use tokio::{task::JoinSet, time::timeout};

use crate::costs::{Costs, Meter};

const WARM_UP: u8 = 0;
const MEASURED: u8 = 1;
const OVER: u8 = 2;

/// What callers saw, and what it cost.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) rate: f64,
    /// How long a call took, in microseconds.
    pub(crate) latency: Histogram<u64>,
    pub(crate) costs: Costs,
}

/// Something that is done again and again.
pub(crate) trait Deed: Send + 'static {
    fn once(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Runs `deeds` side by side, and counts what they do after the warm-up.
pub(crate) async fn run<D: Deed>(
    deeds: Vec<D>,
    warm_up: Duration,
    time: Duration,
    meter: &Meter,
) -> anyhow::Result<Load> {
    meter.settle().await?;
    let phase = Arc::new(AtomicU8::new(WARM_UP));
    let mut callers = JoinSet::new();
    for deed in deeds {
        callers.spawn(call(deed, Arc::clone(&phase)));
    }
    let _ = timeout(warm_up, std::future::pending::<()>()).await;
    let before = meter.read().await?;
    let began = Instant::now();
    phase.store(MEASURED, Ordering::Relaxed);
    let _ = timeout(time, std::future::pending::<()>()).await;
    phase.store(OVER, Ordering::Relaxed);
    let seconds = began.elapsed().as_secs_f64();
    let after = meter.read().await?;
    let mut latency = Histogram::new(3)?;
    while let Some(seen) = callers.join_next().await {
        latency.add(seen??)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of calls is small")]
    let count = latency.len() as f64;
    Ok(Load { rate: count / seconds, latency, costs: after.since(&before, count) })
}

async fn call(mut deed: impl Deed, phase: Arc<AtomicU8>) -> anyhow::Result<Histogram<u64>> {
    let mut latency = Histogram::new(3)?;
    loop {
        let began = Instant::now();
        deed.once().await?;
        match phase.load(Ordering::Relaxed) {
            OVER => return Ok(latency),
            MEASURED => latency.record(u64::try_from(began.elapsed().as_micros())?)?,
            _ => {}
        }
    }
}

impl Load {
    /// The latency that `share` of the calls kept, in milliseconds.
    pub(crate) fn milliseconds(&self, share: f64) -> f64 {
        let micros = u32::try_from(self.latency.value_at_quantile(share)).unwrap_or(u32::MAX);
        f64::from(micros) / 1_000.0
    }
}
