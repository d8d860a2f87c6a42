//! Where agencies want their facts to be sent.

use std::time::Duration;

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use rangkai_webhooks::Signer;
use tracing::instrument;

use crate::{
    domain::{DisableReason, Endpoint, EndpointRefusal, MOST_ENDPOINTS, NewEndpoint},
    error::Error,
    events::tell,
    store,
};

/// Registers an endpoint whose URL was judged.
#[instrument(skip_all)]
pub async fn register(tx: &Tx, new: NewEndpoint) -> Result<Endpoint, Error> {
    expect_room(tx).await?;
    let endpoint = Endpoint::register(new, Signer::generate()?, tx.now());
    store::endpoint::insert(tx, &endpoint).await?;
    tx.changed("endpoint", endpoint.id.uuid());
    tell::endpoint::registered(tx, &endpoint).await?;
    Ok(endpoint)
}

/// Changes where facts are sent, to a URL that was judged, and which.
#[instrument(skip_all, fields(endpoint.id = %id))]
pub async fn update(
    tx: &Tx,
    id: Id<Endpoint>,
    new: NewEndpoint,
    etag: &str,
) -> Result<Endpoint, Error> {
    let endpoint = lock(tx, id).await?;
    endpoint.expect_etag(etag)?;
    let endpoint = endpoint.update(new, tx.now());
    store::endpoint::update(tx, &endpoint).await?;
    tx.changed("endpoint", id.uuid());
    tell::endpoint::updated(tx, &endpoint).await?;
    Ok(endpoint)
}

/// Makes a new secret; the one before signs too for `overlap`.
#[instrument(skip_all, fields(endpoint.id = %id))]
pub async fn rotate(tx: &Tx, id: Id<Endpoint>, overlap: Duration) -> Result<Endpoint, Error> {
    let endpoint = lock(tx, id).await?.rotate(Signer::generate()?, overlap, tx.now());
    store::endpoint::update(tx, &endpoint).await?;
    tx.changed("endpoint", id.uuid());
    tell::endpoint::secret_rotated(tx, &endpoint).await?;
    Ok(endpoint)
}

/// Disables an endpoint; what is queued for it is due now, and dies with the next pass.
#[instrument(skip_all, fields(endpoint.id = %id, %reason))]
pub async fn disable(tx: &Tx, id: Id<Endpoint>, reason: DisableReason) -> Result<Endpoint, Error> {
    let endpoint = lock(tx, id).await?;
    tx.changed("endpoint", id.uuid());
    let Some(disabled) = endpoint.clone().disable(reason, tx.now()) else { return Ok(endpoint) };
    store::endpoint::update(tx, &disabled).await?;
    store::delivery::hasten(tx, id, tx.now()).await?;
    tell::endpoint::disabled(tx, &disabled, reason).await?;
    Ok(disabled)
}

/// Gets an endpoint.
pub async fn get(tx: &Tx, id: Id<Endpoint>) -> Result<Endpoint, Error> {
    Ok(store::endpoint::find(tx, id).await?.ok_or(EndpointRefusal::NotFound(id))?)
}

/// Enables an endpoint again.
#[instrument(skip_all, fields(endpoint.id = %id))]
pub async fn enable(tx: &Tx, id: Id<Endpoint>) -> Result<Endpoint, Error> {
    let endpoint = lock(tx, id).await?;
    tx.changed("endpoint", id.uuid());
    let Some(enabled) = endpoint.clone().enable(tx.now()) else { return Ok(endpoint) };
    expect_room(tx).await?;
    store::endpoint::update(tx, &enabled).await?;
    tell::endpoint::enabled(tx, &enabled).await?;
    Ok(enabled)
}

/// Lists endpoints, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    page: &Page<Endpoint>,
) -> Result<(Vec<Endpoint>, Option<Id<Endpoint>>), Error> {
    let mut endpoints = store::endpoint::list(tx, page).await?;
    let next = page.cut(&mut endpoints, |endpoint| endpoint.id);
    Ok((endpoints, next))
}

async fn lock(tx: &Tx, id: Id<Endpoint>) -> Result<Endpoint, Error> {
    Ok(store::endpoint::lock(tx, id).await?.ok_or(EndpointRefusal::NotFound(id))?)
}

async fn expect_room(tx: &Tx) -> Result<(), Error> {
    if store::endpoint::count_enabled(tx).await? < MOST_ENDPOINTS {
        Ok(())
    } else {
        Err(EndpointRefusal::TooMany.into())
    }
}
