//! The steps of a delivery that are kept: taking what is due, and recording what came of it.

use std::time::Duration;

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id};
use tracing::instrument;

use crate::{
    domain::{Answer, Ladder, Message, Parcel, State},
    error::Error,
    events::tell,
    store,
};

/// The agencies of which some message is due.
pub async fn agencies(tx: &Tx) -> Result<Vec<Agency>, Error> {
    Ok(store::message::due_agencies(tx).await?)
}

/// Takes up to `limit` messages that are due into the hands of one sender, and ends those whose time
/// is over. Answers how many there were, and which of them to send.
#[instrument(skip_all)]
pub async fn claim(tx: &Tx, limit: u64, hold: Duration) -> Result<(usize, Vec<Parcel>), Error> {
    let due = store::message::lock_due(tx, limit).await?;
    let count = due.len();
    let mut claimed = Vec::with_capacity(count);
    for message in due {
        let message = message.claim(hold, tx.now());
        store::message::update(tx, &message).await?;
        tx.changed("message", message.id.uuid());
        if message.state == State::Expired {
            tell::message::failed(tx, &message).await?;
            continue;
        }
        claimed.push(message);
    }
    let contents = store::content::find_all(tx, &claimed).await?;
    let parcels = claimed.into_iter().zip(contents).map(|(message, content)| {
        // What does not open today may open tomorrow, with the right key.
        Parcel { agency: tx.agency().clone(), message, content: content.ok() }
    });
    Ok((count, parcels.collect()))
}

/// Records the answer to the attempt marked `fence`; answers whether it still counted.
#[instrument(skip_all, fields(message.id = %id))]
pub async fn settle(
    tx: &Tx,
    id: Id<Message>,
    fence: i64,
    answer: Answer,
    ladder: &Ladder,
) -> Result<bool, Error> {
    let Some(message) = store::message::lock(tx, id).await? else { return Ok(false) };
    let Some(message) = message.settle(fence, answer, ladder, tx.now()) else { return Ok(false) };
    store::message::update(tx, &message).await?;
    tx.changed("message", id.uuid());
    match message.state {
        State::Delivered => tell::message::delivered(tx, &message).await?,
        State::Failed | State::Expired => tell::message::failed(tx, &message).await?,
        State::Queued | State::Sending => {}
    }
    Ok(true)
}
