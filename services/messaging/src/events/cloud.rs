//! Facts as `CloudEvents` 1.0 in JSON.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::SecondsFormat;
use prost::Name as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, SerializeOptions};
use rangkai_events::Unreadable;
use rangkai_primitives::{Id, Timestamp};
use rangkai_proto::{events::v1::Event, messaging::v1::EndpointTested};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::{Endpoint, Occurrence};

/// What this block tells by itself is not sent: what came of one webhook would be another.
const OURS: &str = "rangkai.messaging.";

/// Says whether `name` is that of a fact, or `package.*` that of a package which tells facts.
pub fn is_known(name: &str) -> bool {
    if name.starts_with(OURS) {
        return false;
    }
    let is_fact = |shape: &MessageDescriptor| shape.parent_file().name().ends_with("event.proto");
    match name.strip_suffix(".*") {
        Some(package) => rangkai_proto::pool()
            .files()
            .any(|file| file.package_name() == package && file.messages().any(|it| is_fact(&it))),
        None => rangkai_proto::pool().get_message_by_name(name).is_some_and(|it| is_fact(&it)),
    }
}

/// When a fact became true.
pub fn time(event: &Event) -> Result<Timestamp, Unreadable> {
    let time = event.time.as_ref().ok_or(Unreadable::Missing)?;
    rangkai_proto::read_time(time).map_err(|_| Unreadable::Missing)
}

/// A fact of another block as it is sent.
pub fn occurrence(event: &Event) -> Result<Occurrence, Unreadable> {
    let data = event.data.as_ref().ok_or(Unreadable::Missing)?;
    let mut whole = envelope(&event.id, &event.source, &event.r#type, &event.subject, time(event)?);
    if !event.traceparent.is_empty() {
        whole["traceparent"] = json!(event.traceparent);
    }
    // A fact of a later release leaves as it came: losing it would be worse.
    if let Some(shape) = rangkai_proto::pool().get_message_by_name(&event.r#type) {
        whole["data"] = read(shape, &data.value)?;
    } else {
        whole["datacontenttype"] = json!("application/protobuf");
        whole["data_base64"] = json!(STANDARD.encode(&data.value));
    }
    Ok(Occurrence {
        source: event.source.clone(),
        id: rangkai_events::id(&event.id)?,
        kind: event.r#type.clone(),
        body: whole.to_string().into_bytes(),
    })
}

/// The fact by which an endpoint is tested.
pub fn test(endpoint: Id<Endpoint>, now: Timestamp) -> Occurrence {
    let (id, source, kind) = (Uuid::now_v7(), "rangkai.messaging", EndpointTested::full_name());
    let mut whole = envelope(&id.to_string(), source, &kind, &endpoint.to_string(), now);
    whole["data"] = json!({ "endpointId": endpoint.to_string() });
    let body = whole.to_string().into_bytes();
    Occurrence { source: source.to_owned(), id, kind, body }
}

fn envelope(id: &str, source: &str, kind: &str, subject: &str, time: Timestamp) -> Value {
    json!({
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": kind,
        "subject": subject,
        "time": time.to_rfc3339_opts(SecondsFormat::Micros, true),
        "datacontenttype": "application/json",
    })
}

/// Canonical JSON, but that zero values are present, so that each fact of a type has the same
/// members.
fn read(shape: MessageDescriptor, data: &[u8]) -> Result<Value, Unreadable> {
    let data = DynamicMessage::decode(shape, data)?;
    let options = SerializeOptions::new().skip_default_fields(false);
    let written = data.serialize_with_options(serde_json::value::Serializer, &options);
    written.map_err(|_| Unreadable::Missing)
}
