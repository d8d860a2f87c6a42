//! Reading what is asked about envelopes.

use prost::{Message, Name};
use rangkai_db::Call;
use rangkai_primitives::{Id, Money, Page};
use rangkai_proto::payments::v1 as wire;
use rangkai_rpc::{Violations, call};
use tonic::{Request, Status};

use crate::{
    EnvelopesConfig,
    domain::{Envelope, EnvelopeState, Limits, NewEnvelope, payable, payable_total},
};

/// Reads what is announced, within the limits of the installation.
pub fn create(
    request: &Request<wire::CreateEnvelopeRequest>,
    config: &EnvelopesConfig,
) -> Result<(Call, NewEnvelope), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.EnvelopeService/CreateEnvelope";
    let call = call(method, request, &mut fields, &wire.request_id);
    let total = fields.require("control_total", wire.control_total.clone());
    let total = total.and_then(|total| fields.keep("control_total", Money::try_from(total)));
    let total = total.and_then(|total| fields.keep("control_total", payable_total(total)));
    let limit = limit(&mut fields, wire, total, config.instruction_limit_minor);
    fields.check(|| {
        let limits = Limits {
            instruction_minor: limit?,
            source: config.instruction_limit_source.clone(),
            pause_percent: wire.pause_percent.map_or(config.pause_percent, i64::from),
            pause_after: config.pause_after,
        };
        let new = NewEnvelope {
            programme: wire.programme.clone(),
            cycle: wire.cycle.clone(),
            source: wire.source.clone(),
            count: wire.instruction_count,
            total: total?,
            limits,
            incompatible: wire.incompatible_programmes.clone(),
        };
        Some((call?, new))
    })
}

/// Reads a request to change one envelope.
pub fn one<M: Message + Name>(
    method: &'static str,
    request: &Request<M>,
    request_id: &str,
    envelope_id: &str,
) -> Result<(Call, Id<Envelope>), Status> {
    let mut fields = Violations::of(request.get_ref());
    let call = call(method, request, &mut fields, request_id);
    let id = fields.parse("envelope_id", envelope_id);
    fields.check(|| Some((call?, id?)))
}

/// Reads a request for one envelope.
pub fn get<M: Message + Name>(wire: &M, envelope_id: &str) -> Result<Id<Envelope>, Status> {
    let mut fields = Violations::of(wire);
    let id = fields.parse("envelope_id", envelope_id);
    fields.check(|| id)
}

/// Reads a request for a page of envelopes.
pub fn list(
    wire: &wire::ListEnvelopesRequest,
) -> Result<(Option<EnvelopeState>, Page<Envelope>), Status> {
    let mut fields = Violations::of(wire);
    let state =
        EnvelopeState::ALL.into_iter().find(|it| super::write::envelope_state(*it) == wire.state());
    let page = fields.page(wire.page_size, &wire.page_token);
    fields.check(|| Some((state, page?)))
}

fn limit(
    fields: &mut Violations,
    wire: &wire::CreateEnvelopeRequest,
    total: Option<Money>,
    most: i64,
) -> Option<i64> {
    let Some(limit) = wire.instruction_limit.clone() else { return Some(most) };
    let limit = fields.keep("instruction_limit", Money::try_from(limit))?;
    let limit = fields.keep("instruction_limit", payable(limit))?;
    let fits = limit.minor() <= most && total.is_none_or(|it| it.currency() == limit.currency());
    let limit = Some(limit.minor()).filter(|_| fits);
    let rule = "must be at most what the installation sets, in the currency of the control total";
    fields.keep("instruction_limit", limit.ok_or(rule))
}
