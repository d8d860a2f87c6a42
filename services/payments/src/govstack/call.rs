//! Who asks for what.

use http::HeaderMap;
use rangkai_db::{Call, Tx};
use rangkai_primitives::Caller;
use uuid::{Builder, Uuid};

use super::{Admits, Profile, answer::Answer, body::Body};
use crate::error::Error;

/// Who everybody is on the conformance listener.
const NOBODY: &str = "govstack-conformance";
/// What names of requests are hashed for.
const REQUEST: &str = "payments govstack request";
/// What names of batches are hashed for.
const BATCH: &str = "payments govstack batch";
/// The name that a caller may give a request.
const CORRELATION: &str = "x-correlationid";

/// What makes two requests the same one.
#[derive(Clone, Copy, Debug)]
pub enum Sameness {
    /// The same content, from the same caller.
    Content,
    /// The same `X-CorrelationID`; without one, each request is another. For what may rightly be
    /// asked for twice in the same words, and for what changes nothing when it is done again: then
    /// the answer says how it is now, and not how it was.
    Name,
}

impl Profile {
    /// Says who asks for the gRPC method that a path stands for.
    pub async fn caller(&self, method: &str, headers: &HeaderMap) -> Result<Caller, Answer> {
        match &self.admits {
            Admits::Tokens(gate) => {
                let admitted = gate.admit(method, headers).await?;
                admitted.ok_or_else(|| Answer::message(401, "a valid access token is required"))
            }
            Admits::Everybody(agency) => Ok(Caller {
                id: NOBODY.to_owned(),
                agency: agency.clone(),
                scopes: Vec::new(),
                roles: Vec::new(),
                on_behalf: None,
            }),
        }
    }

    /// Whether the building block of this name may ask.
    pub fn knows(&self, block: Option<&str>) -> bool {
        block.is_some_and(|block| self.blocks.iter().any(|known| known == block))
    }

    /// A request to change something. Its name and its digest are keyed hashes, because a body may
    /// hold a secret number, and neither may give it away.
    pub fn call(
        &self,
        caller: &Caller,
        method: &'static str,
        headers: &HeaderMap,
        (body, sameness): (&Body, Sameness),
    ) -> Call {
        let hash = |bytes: &[u8]| self.payments.db.vault().keyed_hash(REQUEST, bytes);
        let digest = hash(&body.bytes());
        let request_id = match (named(headers), sameness) {
            (Some(name), _) => short(hash(&name)),
            (None, Sameness::Content) => short(digest),
            (None, Sameness::Name) => Uuid::now_v7(),
        };
        Call { caller: caller.clone(), method, request_id, digest, traceparent: None }
    }

    /// What makes a batch the same one: its source and its id name it, whatever the request is
    /// called, and its content without the id of the request must be the same. Both names have a
    /// fixed length, so that no two pairs of them are the same text.
    pub fn batch(&self, (source, id): (&str, &str), body: &Body) -> (Uuid, [u8; 32]) {
        let hash = |bytes: &[u8]| self.payments.db.vault().keyed_hash(BATCH, bytes);
        let name = format!("{source}{id}");
        (short(hash(name.as_bytes())), hash(&body.bytes_without("RequestID")))
    }

    /// Reads as `caller`.
    pub async fn look<A, F, Fut>(&self, caller: &Caller, work: F) -> Result<A, Error>
    where
        A: Send + 'static,
        F: Fn(Tx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<A, Error>> + Send + 'static,
    {
        self.payments.db.read(caller.clone(), work).await
    }
}

/// The name that the caller gave the request: a UUID in whatever spelling, or any other text.
pub fn named(headers: &HeaderMap) -> Option<Vec<u8>> {
    let name = headers.get(CORRELATION)?.as_bytes().trim_ascii();
    let id = std::str::from_utf8(name).ok().and_then(|name| name.parse::<Uuid>().ok());
    let bytes = id.map_or_else(|| name.to_vec(), |id| id.as_bytes().to_vec());
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

fn short(hash: [u8; 32]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}
