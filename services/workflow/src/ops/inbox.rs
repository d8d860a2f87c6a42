//! Events that arrive.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Timestamp};

use super::schedule;
use crate::{
    domain::{
        event::{ANY, Event, Keys},
        instance::Instance,
    },
    error::Error,
    library::Library,
    store,
};

/// What an event led to.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// The instances that may wait for it.
    pub waiting: Vec<Id<Instance>>,
    /// Whether it started instances.
    pub started: bool,
}

/// Takes an event in, hands it to whoever may wait for it, and starts the instances that it starts.
///
/// An event to which no workflow of its agency listens is not kept: an instance that begins later
/// never looks at what came before it. `generation` counts the instances that led to each other up to
/// this event.
pub async fn arrive(
    tx: &Tx,
    library: &Library,
    event: &Event,
    generation: u32,
) -> Result<Arrived, Error> {
    if !store::definition::is_listened(tx, &event.kind).await? {
        return Ok(Arrived::default());
    }
    let correlation = |key: &[u8]| store::subscription::correlation(tx, key);
    let (kept, wanted) = match event.keys() {
        Keys::Each(keys) => {
            let each: Vec<_> = keys.iter().map(|key| correlation(key)).collect();
            (each.clone(), Some(each))
        }
        Keys::Any => (vec![correlation(ANY)], None),
    };
    store::subscription::hold_all(tx, &event.kind).await?;
    if !store::inbox::insert(tx, event, &kept).await? {
        return Ok(Arrived::default());
    }
    let waiting = store::subscription::list_instances(tx, &event.kind, wanted.as_deref()).await?;
    for instance in &waiting {
        store::mail::insert(tx, *instance, &[event.id]).await?;
    }
    store::instance::wake(tx, &waiting).await?;
    let started = schedule::happened(tx, library, event, generation).await?;
    Ok(Arrived { waiting, started })
}

/// Holds back whoever subscribes to these events, before anything else is held.
pub async fn hold(tx: &Tx, events: &[Event]) -> Result<(), Error> {
    let mut kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        store::subscription::hold_all(tx, kind).await?;
    }
    Ok(())
}

/// Removes events that arrived before `before`; answers how many.
pub async fn forget(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    Ok(store::inbox::delete_before(tx, before).await?)
}
