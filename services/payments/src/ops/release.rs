//! Approving and releasing envelopes, holding them back and letting them go again.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money};
use tracing::instrument;

use super::{
    envelope::{self, View},
    fund,
};
use crate::{
    domain::{
        Envelope, EnvelopeRefusal as Refusal, EnvelopeState, InstructionState, PauseReason, Tally,
    },
    error::Error,
    events::tell,
    store,
};

/// Approves the contents of an envelope, which must be those that the caller saw.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn approve(tx: &Tx, id: Id<Envelope>, seen: &str) -> Result<View, Error> {
    let envelope = envelope::lock(tx, id).await?;
    envelope.expect(&[EnvelopeState::Validated])?;
    let tallies = store::tally::find(tx, id).await?;
    if tallies.of(InstructionState::Valid) == Tally::default() {
        return Err(Refusal::EnvelopeEmpty(id).into());
    }
    let contents = envelope.contents_hash(&tallies);
    if hex(&contents) != seen {
        return Err(Refusal::ContentsMismatch(id).into());
    }
    let person = super::person(tx);
    let approvers = store::approval::list(tx, id, &contents).await?;
    let envelope = envelope.approve(person, &approvers, tx.now())?;
    store::approval::insert(tx, id, &contents, person).await?;
    store::envelope::update(tx, &envelope).await?;
    if envelope.state == EnvelopeState::Approved {
        tell::envelope_approved(tx, &envelope, hex(&contents)).await?;
    }
    envelope::view(tx, envelope).await
}

/// Reserves the money for an approved envelope and lets its valid instructions be sent, to be paid by
/// a bank.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn release(tx: &Tx, id: Id<Envelope>, bank_code: &str) -> Result<View, Error> {
    let envelope = envelope::lock(tx, id).await?.release(super::person(tx), tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    store::envelope::paid_by(tx, id, bank_code).await?;
    let valid = store::tally::find(tx, id).await?.of(InstructionState::Valid);
    tell::envelope_released(tx, &envelope, valid).await?;
    fund::reserve(tx, Money::new(envelope.announced.total.currency(), valid.minor)).await?;
    envelope::view(tx, envelope).await
}

/// Holds back what was not sent yet.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn pause(tx: &Tx, id: Id<Envelope>) -> Result<View, Error> {
    let envelope = envelope::lock(tx, id).await?;
    let envelope = envelope.pause(super::person(tx), PauseReason::Asked, tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    tell::envelope_paused(tx, &envelope).await?;
    envelope::view(tx, envelope).await
}

/// Lets a paused envelope go on, whatever a first person wanted to stop it for. Where nothing of it is on its way any more, and nothing of it is left for
/// two people to decide, it is completed.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn resume(tx: &Tx, id: Id<Envelope>) -> Result<View, Error> {
    let envelope = envelope::lock(tx, id).await?;
    let tallies = store::tally::find(tx, id).await?;
    let (_, contradictions) = store::late_answer::count(tx, id).await?;
    let envelope = envelope.resume(super::person(tx), &tallies, contradictions, tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    store::stop::lapse(tx, id).await?;
    tell::envelope_resumed(tx, &envelope).await?;
    let contradicted = store::instruction_doubt::tally(tx, id).await?;
    let sound = envelope.anomaly(&tallies) != Some(PauseReason::Sums) && contradicted.count == 0;
    if sound && tallies.on_its_way() == Tally::default() {
        let envelope = envelope.complete(tx.now());
        store::envelope::update(tx, &envelope).await?;
        tell::envelope_completed(tx, &envelope, &tallies).await?;
        return envelope::view(tx, envelope).await;
    }
    envelope::view(tx, envelope).await
}

/// Bytes as people compare them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.extend(
            [byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16).unwrap_or('?')),
        );
        text
    })
}
