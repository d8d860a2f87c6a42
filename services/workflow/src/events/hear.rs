//! The facts of others that workflows may wait for.

use prost_reflect::DynamicMessage;
use rangkai_db::Tx;
use rangkai_events::Hear;
use rangkai_proto::events::v1;
use serde_json::json;

use crate::{
    domain::{event::Event, message},
    engine::Engine,
    error::Error,
    ops,
};

impl Hear for Engine {
    type Error = Error;

    async fn hear(&self, tx: &Tx, event: &v1::Event) -> Result<(), Error> {
        let event = match read(event) {
            Ok(event) => event,
            // A fact of a later release: no definition of this one can wait for it.
            Err(reason) => {
                tracing::warn!(kind = event.r#type, reason, "an event is passed over");
                return Ok(());
            }
        };
        let arrived = ops::inbox::arrive(tx, self.library(), &event, 0).await?;
        if arrived.started || !arrived.waiting.is_empty() {
            self.hint();
        }
        Ok(())
    }
}

/// An event of another block, its data as JSON.
fn read(event: &v1::Event) -> Result<Event, String> {
    let shape = rangkai_proto::pool().get_message_by_name(&event.r#type);
    let shape = shape.ok_or("its type is unknown")?;
    let data = event.data.as_ref().map(|data| data.value.as_slice()).unwrap_or_default();
    let data = DynamicMessage::decode(shape, data).map_err(|error| error.to_string())?;
    let time = event.time.as_ref().ok_or("it has no time")?;
    let time = rangkai_proto::read_time(time).map_err(|error| error.to_string())?;
    let mut read = Event::new(
        (&event.source, &event.id),
        (&event.r#type, &event.subject),
        time,
        &message::to_json(&data)?,
    );
    if !event.traceparent.is_empty() {
        read.envelope["traceparent"] = json!(event.traceparent);
    }
    Ok(read)
}
