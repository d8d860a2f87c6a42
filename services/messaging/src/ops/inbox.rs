//! What people find in their inbox.

use std::slice;

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use crate::{
    domain::{Channel, Content, Message, Refusal},
    error::Error,
    store,
};

/// A message in the inbox, with its content.
pub type Item = (Message, Content);

/// Lists the inbox of a person, newest first, and the id to continue after. Each message that is
/// shown is on record as read by the caller.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    recipient: &str,
    page: &Page<Message>,
) -> Result<(Vec<Item>, Option<Id<Message>>), Error> {
    let mut messages = store::message::list_inbox(tx, recipient, page).await?;
    let next = page.cut(&mut messages, |message| message.id);
    let contents = store::content::find_all(tx, &messages).await?;
    let items = messages.into_iter().zip(contents).map(|(message, content)| {
        tx.changed("message", message.id.uuid());
        Ok((message, content?))
    });
    Ok((items.collect::<Result<_, Error>>()?, next))
}

/// Marks a message as read; one that was read before stays as it is.
#[instrument(skip_all, fields(message.id = %id))]
pub async fn mark_read(tx: &Tx, id: Id<Message>) -> Result<Item, Error> {
    let found = store::message::lock(tx, id).await?;
    let in_inbox = found.filter(|message| message.channel == Channel::Inbox);
    let mut message = in_inbox.ok_or(Refusal::MessageNotFound(id))?;
    if message.read_time.is_none() {
        message = message.read(tx.now());
        store::message::update(tx, &message).await?;
    }
    tx.changed("message", id.uuid());
    let contents = store::content::find_all(tx, slice::from_ref(&message)).await?;
    let content = contents.into_iter().next().ok_or(Error::Sealed)??;
    Ok((message, content))
}
