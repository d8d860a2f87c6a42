//! Facts on their way to endpoints: queueing, taking what is due, and recording what came of it.

use std::time::Duration;

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Page, Sensitive, Timestamp};
use rangkai_webhooks::Signer;
use tracing::instrument;

use crate::{
    domain::{
        Delivery, DeliveryState, DisableReason, Endpoint, EndpointRefusal, Occurrence, Plan,
        Shipment, Verdict, Webhook,
    },
    error::Error,
    events::tell,
    ops, store,
};

/// How long before its registration a fact may have happened that an endpoint still gets: the
/// clocks of the blocks differ a little.
const BEFORE: Duration = Duration::from_mins(1);

/// How many deliveries are forgotten in one transaction.
const FORGOTTEN: i64 = 1_000;

/// The endpoints of the agency that are to get a fact of the type `kind`.
pub async fn listening(tx: &Tx, kind: &str, time: Timestamp) -> Result<Vec<Id<Endpoint>>, Error> {
    Ok(store::endpoint::find_listening(tx, kind, time + BEFORE).await?)
}

/// Queues a fact for an endpoint, unless it got that fact before.
#[instrument(skip_all, fields(endpoint.id = %endpoint, event.id = %fact.id))]
pub async fn queue(
    tx: &Tx,
    endpoint: Id<Endpoint>,
    fact: Occurrence,
) -> Result<Option<Delivery>, Error> {
    let webhook = Webhook::new(endpoint, fact);
    if !store::webhook::insert(tx, &webhook).await? {
        return Ok(None);
    }
    let delivery = Delivery::queue(&webhook, tx.traceparent().map(str::to_owned), tx.now());
    keep(tx, &delivery).await?;
    Ok(Some(delivery))
}

/// Sends a fact again whose delivery is at its end.
#[instrument(skip_all, fields(delivery.id = %id))]
pub async fn retry(tx: &Tx, id: Id<Delivery>) -> Result<Delivery, Error> {
    let found = store::delivery::lock(tx, id).await?;
    let delivery = found.ok_or(EndpointRefusal::DeliveryNotFound(id))?;
    if !delivery.is_final() {
        return Err(EndpointRefusal::DeliveryNotFinal(id).into());
    }
    if let Some(later) = store::delivery::find_retry(tx, id).await? {
        return Err(EndpointRefusal::DeliveryAlreadyRetried(later.id).into());
    }
    ops::endpoint::get(tx, delivery.endpoint).await?.expect_enabled()?;
    let again = delivery.again(tx.traceparent().map(str::to_owned), tx.now());
    keep(tx, &again).await?;
    Ok(again)
}

/// Lists the deliveries to an endpoint, newest first, and the id to continue after.
#[instrument(skip_all, fields(endpoint.id = %endpoint))]
pub async fn list(
    tx: &Tx,
    endpoint: Id<Endpoint>,
    state: Option<DeliveryState>,
    page: &Page<Delivery>,
) -> Result<(Vec<Delivery>, Option<Id<Delivery>>), Error> {
    store::endpoint::find_enabled(tx, endpoint)
        .await?
        .ok_or(EndpointRefusal::NotFound(endpoint))?;
    let mut deliveries = store::delivery::list(tx, endpoint, state, page).await?;
    let next = page.cut(&mut deliveries, |delivery| delivery.id);
    Ok((deliveries, next))
}

/// The endpoints to which something is due, and whose they are.
pub async fn due(tx: &Tx) -> Result<Vec<(Agency, Id<Endpoint>)>, Error> {
    Ok(store::delivery::due_endpoints(tx).await?)
}

/// Takes up to `limit` deliveries that are due into the hands of one sender, and ends those that
/// nobody is to send any more. Answers how many there were, and which of them to send.
#[instrument(skip_all, fields(endpoint.id = %endpoint))]
pub async fn claim(
    tx: &Tx,
    endpoint: Id<Endpoint>,
    limit: u64,
    hold: Duration,
    plan: &Plan,
) -> Result<(usize, Vec<Shipment>), Error> {
    let due = store::delivery::lock_due(tx, endpoint, limit).await?;
    let count = due.len();
    let enabled = store::endpoint::find_enabled(tx, endpoint).await?.unwrap_or_default();
    let target = if enabled { target(tx, endpoint).await? } else { None };
    let mut shipments = Vec::with_capacity(count);
    for delivery in due {
        let delivery = delivery.claim(enabled, hold, plan, tx.now());
        store::delivery::update(tx, &delivery).await?;
        tx.changed("delivery", delivery.id.uuid());
        if delivery.is_final() {
            tell::delivery::died(tx, &delivery).await?;
            continue;
        }
        let body = store::webhook::find_body(tx, delivery.webhook).await?.ok_or(Error::Sealed)?;
        let (agency, target, time) = (tx.agency().clone(), target.clone(), tx.now());
        shipments.push(Shipment { agency, delivery, body, target, time });
    }
    Ok((count, shipments))
}

/// Records the verdict on the attempt marked `fence`, and what it says about the endpoint, which is
/// disabled when it is gone or has failed for `patience`. Answers whether the verdict still counted.
#[instrument(skip_all, fields(delivery.id = %id))]
pub async fn settle(
    tx: &Tx,
    id: Id<Delivery>,
    fence: i64,
    verdict: &Verdict,
    plan: &Plan,
    patience: Duration,
) -> Result<bool, Error> {
    let Some(delivery) = store::delivery::lock(tx, id).await? else { return Ok(false) };
    let settled = delivery.settle(fence, verdict, plan, tx.now());
    let Some(delivery) = settled else { return Ok(false) };
    store::delivery::update(tx, &delivery).await?;
    tx.changed("delivery", id.uuid());
    match delivery.state {
        DeliveryState::Delivered => tell::delivery::delivered(tx, &delivery).await?,
        DeliveryState::Dead => tell::delivery::died(tx, &delivery).await?,
        DeliveryState::Queued | DeliveryState::Sending => {}
    }
    judge(tx, delivery.endpoint, verdict, patience).await?;
    Ok(true)
}

/// Forgets what has been over for `kept`, of every agency, a part at a time; answers whether there
/// may be more of it.
pub async fn forget(tx: &Tx, kept: Duration) -> Result<bool, Error> {
    let before = tx.now() - kept;
    let deliveries = store::delivery::delete_before(tx, before, FORGOTTEN).await?;
    let webhooks = store::webhook::delete_before(tx, before, FORGOTTEN).await?;
    Ok(deliveries.max(webhooks) == FORGOTTEN.unsigned_abs())
}

/// What one attempt says about its endpoint.
async fn judge(
    tx: &Tx,
    endpoint: Id<Endpoint>,
    verdict: &Verdict,
    patience: Duration,
) -> Result<(), Error> {
    match verdict {
        Verdict::Taken => store::endpoint::mark(tx, endpoint, false, tx.now()).await?,
        Verdict::Gone => {
            ops::endpoint::disable(tx, endpoint, DisableReason::Gone).await?;
        }
        Verdict::Failed { .. } => {
            store::endpoint::mark(tx, endpoint, true, tx.now()).await?;
            if store::endpoint::fails_since(tx, endpoint, tx.now() - patience).await? {
                ops::endpoint::disable(tx, endpoint, DisableReason::Failing).await?;
            }
        }
    }
    Ok(())
}

/// Where an endpoint is and who signs; none when that does not open today. It may tomorrow, with
/// the right key.
async fn target(
    tx: &Tx,
    id: Id<Endpoint>,
) -> Result<Option<(Sensitive<String>, Vec<Signer>)>, Error> {
    match store::endpoint::find(tx, id).await {
        Ok(found) => Ok(found.map(|endpoint| (endpoint.url.clone(), endpoint.signers(tx.now())))),
        Err(Error::Vault(_) | Error::Sealed) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn keep(tx: &Tx, delivery: &Delivery) -> Result<(), Error> {
    store::delivery::insert(tx, delivery).await?;
    tx.changed("delivery", delivery.id.uuid());
    tell::delivery::queued(tx, delivery).await?;
    Ok(())
}
