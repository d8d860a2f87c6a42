//! Starting instances because it is time, or because something happened.

use std::sync::Arc;

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    definition,
    instance::{self, Origin},
};
use crate::{
    domain::{
        definition::{Definition, Times},
        event::Event,
        instance::{Instance, Version, id_of},
        run::MAX_GENERATIONS,
        workflow::Workflow,
    },
    error::Error,
    library::Library,
    store::{self, schedule::Due},
};

/// How many missed starts of one workflow are made up for at once.
const AT_ONCE: usize = 50;

/// Lets a version that was just published start instances as it says, and no earlier one.
pub async fn set(tx: &Tx, workflow: &Workflow, definition: &Definition) -> Result<(), Error> {
    store::schedule::remove(tx, workflow).await?;
    let Some(schedule) = &definition.schedule else { return Ok(()) };
    let published = workflow.create_time;
    let next = match &schedule.time {
        Some(Times::After(_)) => Some(published),
        Some(Times::Every(_) | Times::Cron(_)) | None => schedule.next(published, published),
    };
    Ok(store::schedule::set(tx, workflow, schedule, next).await?)
}

/// Lists versions of whatever agency whose time has come, from `after` on, with that time.
pub async fn list_due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Version>)>,
    most: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Version>)>, Error> {
    Ok(store::schedule::list_due(tx, after, most).await?)
}

/// Starts the instances of a version whose time has come. A moment starts one instance, however many
/// replicas look.
pub async fn fire(tx: &Tx, library: &Library, version: Id<Version>) -> Result<(), Error> {
    let Some(Due { published, due }) = store::schedule::lock_due(tx, version).await? else {
        return Ok(());
    };
    let definition = definition::load(tx, library, version).await?;
    let Some(schedule) = &definition.schedule else {
        return Ok(store::schedule::update(tx, version, None, None).await?);
    };
    let (moments, next) = schedule.due(published, due, (tx.now(), AT_ONCE));
    let mut last = None;
    for moment in moments {
        let id = id_of(moment, &version.uuid(), "time");
        last = Some(start(tx, version, (id, Origin::default()), json!({})).await?);
    }
    let waits = matches!(schedule.time, Some(Times::After(_)));
    Ok(store::schedule::update(tx, version, next, last.filter(|_| waits)).await?)
}

/// Starts the instances that an event starts; answers whether there are some. A workflow that cannot
/// be read, or that began too many others in a row, starts nothing and holds up nobody.
pub async fn happened(
    tx: &Tx,
    library: &Library,
    event: &Event,
    generation: u32,
) -> Result<bool, Error> {
    let mut started = false;
    for version in store::schedule::list_started_by(tx, &event.kind).await? {
        let definition = match definition::load(tx, library, version).await {
            Err(Error::Unreadable(id)) => {
                tracing::error!(definition.id = %id, "an unreadable workflow starts nothing");
                continue;
            }
            definition => definition?,
        };
        if !accepts(definition, event.clone()).await {
            continue;
        }
        if generation > MAX_GENERATIONS {
            tracing::error!(definition.id = %version, "workflows start each other without end");
            continue;
        }
        let id = id_of(tx.now(), &version.uuid(), &format!("event {}", event.id));
        let origin = Origin { generation, ..Origin::default() };
        start(tx, version, (id, origin), Value::Array(vec![event.envelope.clone()])).await?;
        started = true;
    }
    Ok(started)
}

/// Whether an event is one on which a workflow starts; expressions may take their time.
async fn accepts(definition: Arc<Definition>, event: Event) -> bool {
    let look = move || {
        let filters = definition.schedule.iter().flat_map(|schedule| &schedule.on);
        filters.into_iter().any(|filter| filter.accepts(&event))
    };
    tokio::task::spawn_blocking(look).await.unwrap_or_default()
}

/// Starts an instance for a reason that exists once.
async fn start(
    tx: &Tx,
    version: Id<Version>,
    (id, origin): (Uuid, Origin),
    input: Value,
) -> Result<Id<Instance>, Error> {
    let kept = store::definition::get(tx, version).await?;
    let kept = kept.ok_or_else(|| Error::Unreadable(version.uuid()))?;
    let whole = instance::insert(tx, kept, id.into(), origin, input).await?;
    Ok(whole.instance.id)
}
