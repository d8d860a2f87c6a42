//! Accepting and showing messages.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    domain::{Content, Message, NewMessage, Refusal, State},
    error::Error,
    events::tell,
    ops, store,
};

/// Accepts a message. It is filled in now, so that the template cannot fail later; one for the
/// inbox has arrived at once.
#[instrument(skip_all, fields(template.name = new.template_name, channel = %new.channel))]
pub async fn accept(tx: &Tx, new: NewMessage) -> Result<Message, Error> {
    let template = ops::template::get(tx, &new.template_name).await?;
    let sensitivity = template.draft.sensitivity;
    if !sensitivity.allows(new.channel) {
        return Err(Refusal::ChannelNotAllowed { channel: new.channel, sensitivity }.into());
    }
    new.values.fit(&template)?;
    let traceparent = tx.traceparent().map(str::to_owned);
    let message = Message::accept(&new, &template, traceparent, tx.now());
    let NewMessage { language, channel, address, values, .. } = new;
    let content = Content::compose(&template, language, channel, address, values)?;
    store::message::insert(tx, &message).await?;
    store::content::insert(tx, message.id, &content.ok_or(Error::Template)?).await?;
    tx.changed("message", message.id.uuid());
    tell::message::accepted(tx, &message).await?;
    if message.state == State::Delivered {
        tell::message::delivered(tx, &message).await?;
    }
    Ok(message)
}

/// Gets a message.
#[instrument(skip_all, fields(message.id = %id))]
pub async fn get(tx: &Tx, id: Id<Message>) -> Result<Message, Error> {
    Ok(store::message::find(tx, id).await?.ok_or(Refusal::MessageNotFound(id))?)
}

/// Lists messages, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    case: Option<Uuid>,
    state: Option<State>,
    page: &Page<Message>,
) -> Result<(Vec<Message>, Option<Id<Message>>), Error> {
    let mut messages = store::message::list(tx, case, state, page).await?;
    let next = page.cut(&mut messages, |message| message.id);
    Ok((messages, next))
}
