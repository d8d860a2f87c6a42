//! Drawing workflows, and where their instances stand.

use std::sync::Arc;

use rangkai_db::Tx;
use rangkai_primitives::Id;

use super::{definition, instance};
use crate::{
    domain::{definition::Definition, drawing::Marks, instance::Instance},
    error::Error,
    library::Library,
    store,
};

/// Finds a version to draw, or the newest one.
pub async fn find(
    tx: &Tx,
    library: &Library,
    (namespace, name): (&str, &str),
    version: &str,
) -> Result<Arc<Definition>, Error> {
    let kept = definition::find(tx, namespace, name, version).await?;
    definition::load(tx, library, kept.id).await
}

/// Finds what an instance runs, and how far each of its tasks came.
pub async fn find_marked(
    tx: &Tx,
    library: &Library,
    id: Id<Instance>,
) -> Result<(Arc<Definition>, Marks), Error> {
    let whole = instance::find(tx, id).await?;
    tx.changed("instance", id.uuid());
    let definition = definition::load(tx, library, whole.instance.definition).await?;
    let last = store::history::list_last(tx, id).await?;
    Ok((definition, Marks::new(last, &whole.instance.positions)))
}
