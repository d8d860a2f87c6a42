//! Publishing workflows and finding them again.

use std::sync::Arc;

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};

use super::schedule;
use crate::{
    domain::{
        definition::{Definition, references},
        instance::Version,
        refusal::Refusal,
        workflow::Workflow,
    },
    error::Error,
    events::tell,
    library::Library,
    store,
};

/// Publishes a checked document; the same version with the same content changes nothing.
pub async fn publish(tx: &Tx, definition: &Definition) -> Result<Workflow, Error> {
    let workflow = Workflow::publish(definition, tx.now());
    if store::definition::insert(tx, &workflow).await? {
        store::definition::insert_listened(tx, definition).await?;
        schedule::set(tx, &workflow, definition).await?;
        let sets = store::descriptor_set::list_named(tx, &references(&definition.text)).await?;
        store::descriptor_set::pin(tx, workflow.id, &sets).await?;
        tx.changed("definition", workflow.id.uuid());
        tell::definition_published(tx, &workflow).await?;
        return Ok(workflow);
    }
    let kept = find(tx, &workflow.namespace, &workflow.name, &workflow.version).await?;
    if kept.digest == workflow.digest {
        return Ok(kept);
    }
    let Workflow { name, version, .. } = workflow;
    Err(Refusal::DefinitionVersionTaken { name, version }.into())
}

/// Finds a version, or the newest one.
pub async fn find(tx: &Tx, namespace: &str, name: &str, version: &str) -> Result<Workflow, Error> {
    let found = store::definition::find(tx, (namespace, name), version).await?;
    found.ok_or_else(|| {
        let (namespace, name) = (namespace.to_owned(), name.to_owned());
        Refusal::DefinitionNotFound { namespace, name }.into()
    })
}

/// Lists the agency's workflows, newest first; answers what to continue after.
pub async fn list(
    tx: &Tx,
    page: &Page<Version>,
) -> Result<(Vec<Workflow>, Option<Id<Version>>), Error> {
    let mut found = store::definition::list(tx, page).await?;
    let next = page.cut(&mut found, |workflow| workflow.id);
    Ok((found, next))
}

/// The definition that an instance pins, ready to run.
pub async fn load(tx: &Tx, library: &Library, id: Id<Version>) -> Result<Arc<Definition>, Error> {
    if let Some(definition) = library.find(id.uuid()) {
        return Ok(definition);
    }
    let kept = store::definition::get(tx, id).await?.ok_or(Error::Unreadable(id.uuid()))?;
    let sets = store::descriptor_set::list_pinned(tx, id).await?;
    library.read(id.uuid(), kept.document, (tx.agency().clone(), sets)).await
}
