//! Page tokens: opaque, and good only for the query that they came from.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, ReflectMessage as _};
use rangkai_primitives::Id;
use uuid::Uuid;

use crate::call::sha256;

/// The fields that change from page to page; everything else is the query.
const MOVING: [&str; 2] = ["page_size", "page_token"];

/// A short digest of a query.
pub(crate) type Query = [u8; 8];

/// The token that continues the list which `request` asked for after `last`; empty when nothing
/// follows.
#[must_use]
pub fn page_token<M: Message + Name, T>(request: &M, last: Option<Id<T>>) -> String {
    let query = crate::check::dynamic(request).and_then(|message| query(&message));
    let query = query.unwrap_or_default();
    last.map(|last| token(last.uuid(), query)).unwrap_or_default()
}

/// The digest of everything that `request` asks for, but for the page; none where it asks for no
/// page at all.
pub(crate) fn query(request: &DynamicMessage) -> Option<Query> {
    request.descriptor().get_field_by_name("page_token")?;
    let mut rest = request.clone();
    for field in MOVING {
        rest.clear_field_by_name(field);
    }
    let digest = sha256(&rest.encode_to_vec());
    let mut query = Query::default();
    query.copy_from_slice(&digest[..8]);
    Some(query)
}

/// Reads the id to continue after; none when the token is not one of this query.
pub(crate) fn read(text: &str, query: Query) -> Option<Uuid> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (id, bound) = bytes.split_at_checked(16)?;
    (bound == query).then(|| Uuid::from_slice(id).ok()).flatten()
}

fn token(id: Uuid, query: Query) -> String {
    BASE64_URL_SAFE_NO_PAD.encode([id.as_bytes().as_slice(), &query].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_query_only() {
        let id = Uuid::now_v7();
        let text = token(id, [1; 8]);

        assert_eq!(read(&text, [1; 8]), Some(id));
        assert_eq!(read(&text, [2; 8]), None);
        assert_eq!(read(&text[1..], [1; 8]), None);
        assert_eq!(read("not a token", [1; 8]), None);
    }
}
