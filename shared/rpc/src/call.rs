//! Who asks for what: what the unit of work needs to know about a request.

use aws_lc_rs::digest::{SHA256, digest};
use prost::Message;
use tonic::Request;

use crate::{Violations, trace};

/// Reads the call that a request to change something is: its caller, its `request_id`, the digest
/// of its content, and the trace it belongs to. `method` is the full name, such as
/// `rangkai.payments.v1.BillService/IssueBill`.
///
/// None when the request id is not one, which is noted as a violation, or when no caller was let in,
/// which makes [`Violations::check`] answer `UNAUTHENTICATED`.
pub fn call<M: Message>(
    method: &'static str,
    request: &Request<M>,
    violations: &mut Violations,
    request_id: &str,
) -> Option<rangkai_db::Call> {
    let request_id = violations.parse("request_id", request_id);
    let caller = rangkai_auth::caller(request).map_err(|status| violations.refuse(status)).ok();
    let header = request.metadata().get(trace::TRACEPARENT).and_then(|value| value.to_str().ok());
    let header = header.filter(|text| trace::parse(text).is_some());
    Some(rangkai_db::Call {
        caller: caller?,
        method,
        request_id: request_id?,
        digest: sha256(&request.get_ref().encode_to_vec()),
        traceparent: trace::current().or_else(|| header.map(str::to_owned)),
    })
}

/// The SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut short = [0; 32];
    short.copy_from_slice(digest(&SHA256, bytes).as_ref());
    short
}
