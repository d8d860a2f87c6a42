//! The definitions at hand: read once, run often.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use crate::{
    domain::definition::{Definition, Finding, Functions, check},
    error::Error,
};

/// The most definitions kept ready; beyond that, it begins anew.
const MOST: usize = 500;

/// The functions that definitions may call, and the definitions read lately.
#[derive(Clone, Debug)]
pub struct Library {
    functions: Arc<Functions>,
    read: Arc<Mutex<HashMap<Uuid, Arc<Definition>>>>,
}

impl Library {
    /// An empty library over these functions.
    pub fn new(functions: Functions) -> Self {
        Self { functions: Arc::new(functions), read: Arc::default() }
    }

    /// Reads a document that may be wrong.
    ///
    /// # Errors
    ///
    /// Every finding at once.
    pub async fn check(&self, document: String) -> Result<Definition, Vec<Finding>> {
        let functions = Arc::clone(&self.functions);
        let checked = tokio::task::spawn_blocking(move || check(&document, &functions)).await;
        checked.unwrap_or_else(|_| Err(Vec::new()))
    }

    /// The definition kept under `id`, if it was read lately.
    pub fn find(&self, id: Uuid) -> Option<Arc<Definition>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Reads a published document and keeps it ready.
    ///
    /// # Errors
    ///
    /// When it is no longer a definition.
    pub async fn read(&self, id: Uuid, document: String) -> Result<Arc<Definition>, Error> {
        let definition = self.check(document).await.map_err(|_| Error::Unreadable(id))?;
        let definition = Arc::new(definition);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= MOST {
            read.clear();
        }
        read.insert(id, Arc::clone(&definition));
        Ok(definition)
    }
}
