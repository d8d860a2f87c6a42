//! A version of a service as it is kept.

use std::sync::Arc;

use rangkai_primitives::{Id, Timestamp};

use super::{Definition, Service};

/// A published version of a service; it never changes.
#[derive(Clone, Debug)]
pub struct Published {
    pub id: Id<Service>,
    pub definition: Arc<Definition>,
    pub create_time: Timestamp,
}
