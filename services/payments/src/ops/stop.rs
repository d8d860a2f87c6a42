//! Stopping envelopes that must not go on.

use rangkai_db::Tx;
use rangkai_primitives::Id;
use tracing::instrument;

use super::{
    envelope::{self, View},
    instruction,
};
use crate::{
    domain::{Envelope, EnvelopeState, Plea, Stop},
    error::Error,
    events::tell,
    store,
};

/// Stops an envelope, once a second person asks for it: what was not sent yet never is. It is held back
/// from when the first one asks.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn stop(tx: &Tx, id: Id<Envelope>, reason: String) -> Result<View, Error> {
    let envelope = envelope::lock(tx, id).await?;
    envelope.expect(&[EnvelopeState::Released, EnvelopeState::Paused])?;
    let plea = Plea { person: super::person(tx).to_owned(), reason, time: tx.now() };
    match store::stop::find(tx, id).await? {
        Some(requested) => confirm(tx, envelope, requested.confirm(plea)?).await?,
        None => request(tx, envelope, Stop::request(plea)).await?,
    }
    envelope::get(tx, id).await
}

async fn request(tx: &Tx, envelope: Envelope, stop: Stop) -> Result<(), Error> {
    let was_released = envelope.state == EnvelopeState::Released;
    let envelope = envelope.ask_to_stop(&stop.first.person, tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    store::stop::insert(tx, envelope.id, &stop).await?;
    if was_released {
        tell::envelope_paused(tx, &envelope).await?;
    }
    Ok(tell::envelope_stop_requested(tx, &envelope).await?)
}

async fn confirm(tx: &Tx, envelope: Envelope, stop: Stop) -> Result<(), Error> {
    store::stop::confirm(tx, &stop).await?;
    instruction::withdraw(tx, envelope).await
}
