//! Requests about endpoints, as the house reads them.

use std::time::Duration;

use rangkai_db::Call;
use rangkai_outbound::check_form;
use rangkai_primitives::{Id, Sensitive};
use rangkai_proto::messaging::v1 as wire;
use rangkai_rpc::{Violations, call};
use tonic::{Request, Status};

use crate::{
    domain::{Delivery, DeliveryState, Endpoint, EventTypes, NewEndpoint},
    events,
};

/// How long the secret before signs too when the caller does not say.
const USUAL_OVERLAP: Duration = Duration::from_hours(24);
/// The longest that it does.
const LONGEST_OVERLAP: Duration = Duration::from_hours(7 * 24);

pub fn read_register(
    request: &Request<wire::RegisterEndpointRequest>,
) -> Result<(Call, NewEndpoint), Status> {
    const METHOD: &str = "rangkai.messaging.v1.EndpointService/RegisterEndpoint";
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(METHOD, request, &mut fields, &wire.request_id);
    let new = read_new(&mut fields, &wire.url, &wire.event_types);
    fields.check(|| Some((call?, new?)))
}

pub fn read_update(
    request: &Request<wire::UpdateEndpointRequest>,
) -> Result<(Call, Id<Endpoint>, NewEndpoint, String), Status> {
    const METHOD: &str = "rangkai.messaging.v1.EndpointService/UpdateEndpoint";
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(METHOD, request, &mut fields, &wire.request_id);
    let id = fields.parse("endpoint_id", &wire.endpoint_id);
    let new = read_new(&mut fields, &wire.url, &wire.event_types);
    fields.check(|| Some((call?, id?, new?, wire.etag.clone())))
}

pub fn read_rotate(
    request: &Request<wire::RotateSecretRequest>,
) -> Result<(Call, Id<Endpoint>, Duration), Status> {
    const METHOD: &str = "rangkai.messaging.v1.EndpointService/RotateSecret";
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(METHOD, request, &mut fields, &wire.request_id);
    let id = fields.parse("endpoint_id", &wire.endpoint_id);
    let overlap = read_overlap(&mut fields, wire.overlap.as_ref());
    fields.check(|| Some((call?, id?, overlap?)))
}

/// A change of which nothing but the endpoint is said.
pub fn read_endpoint<M: prost::Message + prost::Name>(
    method: &'static str,
    request: &Request<M>,
    request_id: &str,
    endpoint_id: &str,
) -> Result<(Call, Id<Endpoint>), Status> {
    let mut fields = Violations::of(request.get_ref());
    let call = call(method, request, &mut fields, request_id);
    let id = fields.parse("endpoint_id", endpoint_id);
    fields.check(|| Some((call?, id?)))
}

pub fn read_delivery(
    request: &Request<wire::RetryDeliveryRequest>,
) -> Result<(Call, Id<Delivery>), Status> {
    const METHOD: &str = "rangkai.messaging.v1.EndpointService/RetryDelivery";
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let call = call(METHOD, request, &mut fields, &wire.request_id);
    let id = fields.parse("delivery_id", &wire.delivery_id);
    fields.check(|| Some((call?, id?)))
}

/// A state as the house spells it; none when it is not specified.
pub fn state(wire: wire::DeliveryState) -> Option<DeliveryState> {
    match wire {
        wire::DeliveryState::Unspecified => None,
        wire::DeliveryState::Queued => Some(DeliveryState::Queued),
        wire::DeliveryState::Sending => Some(DeliveryState::Sending),
        wire::DeliveryState::Delivered => Some(DeliveryState::Delivered),
        wire::DeliveryState::Dead => Some(DeliveryState::Dead),
    }
}

fn read_new(fields: &mut Violations, url: &str, types: &[String]) -> Option<NewEndpoint> {
    // A URL may hold a password; why it is unfit is told without repeating it.
    let fit = fields.keep("url", check_form(url).map_err(|_| "must be a URL without credentials"));
    for (at, name) in types.iter().enumerate() {
        if !events::is_known(name) {
            fields.add(&format!("event_types[{at}]"), "must be a fact that another block tells");
        }
    }
    fit?;
    let url = Sensitive::new(url.to_owned());
    Some(NewEndpoint { url, types: EventTypes::new(types.to_vec()) })
}

fn read_overlap(fields: &mut Violations, wire: Option<&prost_types::Duration>) -> Option<Duration> {
    let Some(wire) = wire else { return Some(USUAL_OVERLAP) };
    let span = fields.keep("overlap", rangkai_proto::read_duration(wire))?;
    let fits = span <= LONGEST_OVERLAP;
    fields.keep("overlap", fits.then_some(span).ok_or("must be at most 7 days"))
}
