//! Leading instances on: taking the lead, keeping it, letting it go.

use std::{sync::Arc, time::Duration};

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Timestamp};
use uuid::Uuid;

use super::definition;
use crate::{
    domain::{
        definition::Definition,
        event::Mail,
        instance::{Instance, Whole},
        run::Intent,
    },
    error::Error,
    library::Library,
    store::{self, child_end::Outcome},
};

/// The lead of an instance.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The instance.
    pub id: Id<Instance>,
    /// Whose it is.
    pub agency: Agency,
    /// Tells this leader from all earlier ones.
    pub token: i64,
}

/// Everything that a leader needs.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The instance.
    pub whole: Whole,
    /// What it runs.
    pub definition: Arc<Definition>,
    /// Its calls without an answer.
    pub intents: Vec<Intent>,
    /// What it has not looked at.
    pub mail: Vec<Mail>,
    /// How those of its children ended that it has not looked at.
    pub ends: Vec<(Uuid, Outcome)>,
    /// The moment of loading.
    pub now: Timestamp,
    /// The token of whoever leads it.
    pub token: i64,
}

/// Takes the lead of up to `most` instances that are due, of whatever agency.
pub async fn take(
    tx: &Tx,
    holder: Uuid,
    lease: Duration,
    most: usize,
) -> Result<Vec<Taken>, Error> {
    let taken = store::instance::take(tx, holder, tx.now() + lease, most).await?;
    Ok(taken.into_iter().map(|(id, agency, token)| Taken { id, agency, token }).collect())
}

/// Keeps the lead of these instances; answers which of them have mail.
pub async fn keep(
    tx: &Tx,
    holder: Uuid,
    lease: Duration,
    instances: &[Uuid],
) -> Result<Vec<Uuid>, Error> {
    store::instance::renew(tx, holder, tx.now() + lease, instances).await?;
    let mut waiting = store::mail::list_waiting(tx, instances).await?;
    waiting.extend(store::child_end::list_waiting(tx, instances).await?);
    Ok(waiting)
}

/// Lets the lead of an instance go.
pub async fn release(tx: &Tx, taken: &Taken) -> Result<(), Error> {
    Ok(store::instance::release(tx, taken.id, taken.token).await?)
}

/// Lets the lead of an instance go, and has it looked at when `pause` is over or something is `due`.
/// Answers whether it did: not if the instance moved beyond `revision`.
pub async fn put_aside(
    tx: &Tx,
    taken: &Taken,
    revision: i64,
    (pause, due): (Duration, Option<Timestamp>),
) -> Result<bool, Error> {
    let next = due.map_or(tx.now() + pause, |due| due.min(tx.now() + pause));
    Ok(store::instance::put_aside(tx, (taken.id, taken.token), revision, next).await?)
}

/// Lets go what an earlier process of the same name led when it ended.
pub async fn release_all(tx: &Tx, holder: Uuid) -> Result<(), Error> {
    Ok(store::instance::release_all(tx, holder).await?)
}

/// Loads an instance with everything that its leader needs.
pub async fn load(tx: &Tx, library: &Library, id: Id<Instance>) -> Result<Option<Loaded>, Error> {
    let token = store::instance::find_token(tx, id).await?;
    let whole = store::instance::find(tx, id).await?;
    let (Some(token), Some(whole)) = (token, whole) else { return Ok(None) };
    let definition = definition::load(tx, library, whole.instance.definition).await?;
    let intents = store::intent::list_open(tx, id).await?;
    let Seen { mail, ends, now } = look(tx, id).await?;
    Ok(Some(Loaded { whole, definition, intents, mail, ends, now, token }))
}

/// What an instance has not looked at, and the moment.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its mail.
    pub mail: Vec<Mail>,
    /// How its children ended.
    pub ends: Vec<(Uuid, Outcome)>,
    /// The moment.
    pub now: Timestamp,
}

/// Looks for what an instance has not looked at.
pub async fn look(tx: &Tx, id: Id<Instance>) -> Result<Seen, Error> {
    let (mail, ends) = (store::mail::list(tx, id).await?, store::child_end::list(tx, id).await?);
    Ok(Seen { mail, ends, now: tx.now() })
}
