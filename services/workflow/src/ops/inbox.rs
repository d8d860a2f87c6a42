//! Events that arrive.

use rangkai_db::Tx;
use rangkai_primitives::Timestamp;

use crate::{
    domain::event::{ANY, Event, Keys},
    error::Error,
    store,
};

/// Takes an event in and hands it to whoever may wait for it; answers whether somebody may.
///
/// An event to which no workflow of its agency listens is not kept: an instance that begins later
/// never looks at what came before it.
pub async fn arrive(tx: &Tx, event: &Event) -> Result<bool, Error> {
    if !store::definition::is_listened(tx, &event.kind).await? {
        return Ok(false);
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
        return Ok(false);
    }
    let waiting = store::subscription::list_instances(tx, &event.kind, wanted.as_deref()).await?;
    for instance in &waiting {
        store::mail::insert(tx, *instance, &[event.id]).await?;
    }
    store::instance::wake(tx, &waiting).await?;
    Ok(!waiting.is_empty())
}

/// Removes events that arrived before `before`; answers how many.
pub async fn forget(tx: &Tx, before: Timestamp) -> Result<u64, Error> {
    Ok(store::inbox::delete_before(tx, before).await?)
}
