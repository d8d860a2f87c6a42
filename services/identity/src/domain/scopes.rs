//! What the methods of the platform ask of their callers.

use std::{collections::BTreeSet, sync::Arc};

/// Every scope that a method of the contracts asks for.
#[derive(Clone, Debug)]
pub struct Scopes(Arc<BTreeSet<String>>);

impl Scopes {
    /// Whether some method asks for `scope`.
    pub fn know(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl FromIterator<String> for Scopes {
    fn from_iter<I: IntoIterator<Item = String>>(scopes: I) -> Self {
        Self(Arc::new(scopes.into_iter().collect()))
    }
}
