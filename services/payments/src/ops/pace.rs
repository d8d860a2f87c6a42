//! Keeping to what a rail can take.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id};
use tracing::instrument;

use super::instruction;
use crate::{
    domain::{Envelope, Order},
    error::Error,
    store,
};

/// What a rail can take.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    /// The rail, by its name.
    pub rail: &'static str,
    /// How many orders a second.
    pub per_second: i64,
    /// How many at once.
    pub batch: i64,
}

/// Takes the next orders of a released envelope, as many as the rail may be given just now. All
/// replicas and all agencies share what a rail can take.
#[instrument(skip_all, fields(envelope.id = %envelope))]
pub async fn take(
    tx: &Tx,
    envelope: Id<Envelope>,
    throttle: Throttle,
) -> Result<Vec<Order>, Error> {
    let shared = tx.within(Agency::platform());
    let full = throttle.batch.max(throttle.per_second);
    let pace = store::rail_pace::lock(&shared, throttle.rail, full).await?;
    let pace = pace.at(tx.now(), throttle.per_second, full);
    let limit = u64::try_from(pace.allowance.min(throttle.batch)).unwrap_or_default();
    if limit == 0 {
        return Ok(Vec::new());
    }
    let orders = instruction::take(tx, envelope, limit).await?;
    store::rail_pace::update(&shared, throttle.rail, pace.spend(orders.len())).await?;
    Ok(orders)
}
