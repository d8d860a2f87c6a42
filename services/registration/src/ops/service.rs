//! Publishing services and looking them up.

use std::sync::Arc;

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use crate::{
    definitions::Definitions,
    domain::{Definition, Published, Refusal, Service, Version},
    error::Error,
    store,
};

/// Publishes a version of a service; the same content again changes nothing.
#[instrument(skip_all, fields(service.name = %definition.name, service.version = %definition.version))]
pub async fn publish(
    tx: &Tx,
    definition: Arc<Definition>,
    definitions: &Definitions,
) -> Result<Published, Error> {
    let new = Published { id: Id::generate(), definition, create_time: tx.now() };
    if store::service::insert(tx, &new).await? {
        tx.changed("service", new.id.uuid());
        return Ok(new);
    }
    let Definition { name, version, text, .. } = &*new.definition;
    let kept = store::service::find_named(tx, name, Some(*version)).await?;
    let same = kept.filter(|kept| kept.document == *text);
    let taken =
        || Refusal::ServiceVersionTaken { name: name.clone(), version: version.to_string() };
    definitions.read(same.ok_or_else(taken)?).await
}

/// Gets a version of a service, or the newest.
pub async fn get(
    tx: &Tx,
    name: &str,
    version: Option<Version>,
    definitions: &Definitions,
) -> Result<Published, Error> {
    let kept = store::service::find_named(tx, name, version).await?;
    let missing = || Refusal::ServiceNotFound(name.to_owned());
    definitions.read(kept.ok_or_else(missing)?).await
}

/// Lists the agency's services, last published first.
pub async fn list(
    tx: &Tx,
    page: &Page<Service>,
    definitions: &Definitions,
) -> Result<(Vec<Published>, Option<Id<Service>>), Error> {
    let mut kept = store::service::list(tx, page).await?;
    let next = page.cut(&mut kept, |service| service.id);
    let mut services = Vec::new();
    for service in kept {
        services.push(definitions.read(service).await?);
    }
    Ok((services, next))
}
