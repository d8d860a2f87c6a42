//! The definitions that were read before, so that a request does not read them again.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use rangkai_db::Tx;
use rangkai_expression::off_the_async_threads;
use rangkai_primitives::Id;

use crate::{
    domain::{Definition, DefinitionFinding, Published, Refusal, Service},
    error::Error,
    store::{self, service::Kept},
};

/// More definitions than this are not held; then all are forgotten.
const MOST: usize = 256;

/// Definitions by the version of the service; what was published never changes.
#[derive(Clone, Default)]
pub struct Definitions(Arc<RwLock<HashMap<Id<Service>, Arc<Definition>>>>);

impl Definitions {
    /// The version of a service that an application was begun with.
    pub async fn get(&self, tx: &Tx, id: Id<Service>) -> Result<Published, Error> {
        let kept = store::service::find(tx, id).await?;
        self.read(kept.ok_or(Refusal::ServiceNotFound(String::new()))?).await
    }

    /// A version as it is kept, read.
    pub async fn read(&self, kept: Kept) -> Result<Published, Error> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&kept.id).cloned();
        let definition = if let Some(definition) = held {
            definition
        } else {
            let read = read(kept.document).await.map_err(|_| Error::Definition)?;
            self.hold(kept.id, read)
        };
        Ok(Published { id: kept.id, definition, create_time: kept.create_time })
    }

    fn hold(&self, id: Id<Service>, definition: Definition) -> Arc<Definition> {
        let definition = Arc::new(definition);
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST {
            held.clear();
        }
        held.insert(id, Arc::clone(&definition));
        definition
    }
}

impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Definitions")
    }
}

/// Runs what expressions compute where it holds up no other request.
pub async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Error> {
    let broken = |_| Refusal::RuleFailed { rule: String::new(), reason: "broken off".to_owned() };
    Ok(off_the_async_threads(move || Ok(work())).await.map_err(broken)??)
}

/// Reads a document where it holds up no other request.
pub async fn read(document: String) -> Result<Definition, Vec<DefinitionFinding>> {
    let read = off_the_async_threads(move || Ok(Definition::read(&document))).await;
    read.unwrap_or_else(|_| {
        let message = "the definition could not be read".to_owned();
        Err(vec![DefinitionFinding { line: 1, column: 1, pointer: String::new(), message }])
    })
}
