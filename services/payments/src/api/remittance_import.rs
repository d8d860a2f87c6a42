//! Files of payments, as `RemittanceService` takes them.

use aws_lc_rs::digest::{SHA256, digest};
use rangkai_db::Call;
use rangkai_primitives::Timestamp;
use rangkai_proto::payments::v1 as wire;
use rangkai_rpc::{Violations, call};
use tonic::{Request, Status};

use crate::{channel::Batch, domain::Import};

/// Reads a request and the file in it, and the file's SHA-256.
pub fn read(
    request: &Request<wire::ImportRemittancesRequest>,
    now: Timestamp,
) -> Result<(Call, Batch, [u8; 32]), Status> {
    let wire = request.get_ref();
    let mut fields = Violations::of(wire);
    let method = "rangkai.payments.v1.RemittanceService/ImportRemittances";
    let call = call(method, request, &mut fields, &wire.request_id);
    let call = fields.check(|| call)?;
    let batch = Batch::read(&wire.content, now)?;
    Ok((call, batch, sha256(&wire.content)))
}

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

impl From<Import> for wire::ImportRemittancesResponse {
    fn from(import: Import) -> Self {
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            import_id: import.id.to_string(),
            count: count(import.count),
            total: Some(import.total.into()),
            known_count: count(import.known),
            paid_count: count(import.paid),
            credited_count: count(import.credited),
            suspended_count: count(import.suspended),
        }
    }
}
