//! The clients that the configuration names.

use std::{collections::HashMap, sync::Arc};

use super::{Principal, SecretHash};

/// The clients that the configuration names: the blocks of the platform and its first administrator.
#[derive(Clone, Debug, Default)]
pub struct Configured(Arc<HashMap<String, (Principal, SecretHash)>>);

impl Configured {
    /// The client called `id`, with the hash of its secret.
    pub fn find(&self, id: &str) -> Option<(Principal, SecretHash)> {
        self.0.get(id).cloned()
    }
}

impl FromIterator<(Principal, SecretHash)> for Configured {
    fn from_iter<I: IntoIterator<Item = (Principal, SecretHash)>>(clients: I) -> Self {
        let named = clients.into_iter().map(|(it, secret)| (it.id.clone(), (it, secret)));
        Self(Arc::new(named.collect()))
    }
}
