//! The secrets that a definition may read, as the operator configured them.

use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use serde_json::Value;

/// What `$secrets` is: an object by name. It never prints.
#[derive(Clone, Default)]
pub struct Secrets(Arc<Value>);

impl Secrets {
    /// These secrets.
    #[must_use]
    pub fn new(values: Value) -> Self {
        Self(Arc::new(values))
    }

    /// The values, for the place where they are used.
    #[must_use]
    pub fn reveal(&self) -> &Value {
        &self.0
    }
}

impl Debug for Secrets {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("***")
    }
}
