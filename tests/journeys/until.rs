//! Waiting for what must come.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

/// Nothing that a test waits for takes longer, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often to look.
const EVERY: Duration = Duration::from_millis(3);

/// Looks until `holds` says yes; fails when it never does.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let looking = async {
        while !holds().await {
            ticks.tick().await;
        }
    };
    assert!(timeout(PATIENCE, looking).await.is_ok(), "waited in vain until {what}");
}
