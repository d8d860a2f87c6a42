//! Keeping what a turn led to: everything of it in one transaction, or nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use rangkai_db::Tx;
use rangkai_primitives::Timestamp;
use uuid::Uuid;

use super::{child, inbox};
use crate::{
    domain::{
        event::Event,
        instance::{Instance, Lead, State, Whole},
        run::{Turn, continuation::Continuation},
    },
    error::Error,
    events::tell,
    library::Library,
    store,
};

/// A turn and what led to it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The token of whoever took it, if somebody leads the instance, and how long it leads further.
    pub lead: Option<(i64, Duration)>,
    /// The calls that were answered, and whether well.
    pub answered: Vec<(Uuid, bool)>,
    /// The mail that was looked at.
    pub mail: Vec<Uuid>,
    /// The children whose ends were looked at.
    pub ends: Vec<Uuid>,
    /// The search attributes that have another value now.
    pub attributes: BTreeMap<String, String>,
    /// What it led to.
    pub turn: Turn,
}

/// An instance after a step.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The instance.
    pub whole: Whole,
    /// Whether there is mail or the end of a child already that it has to look at.
    pub mail: bool,
    /// Whether others have something to do because of it.
    pub stirs: bool,
    /// Whether whoever took the step goes on leading the instance.
    pub led: bool,
}

/// Keeps a step; none if the instance moved meanwhile, and then nothing is kept.
///
/// The answer to one call and the announcement of the next commit together here.
pub async fn keep(
    tx: &Tx,
    library: &Library,
    before: Whole,
    step: Step,
) -> Result<Option<Kept>, Error> {
    let Step { lead, answered, mail, ends, attributes, turn } = step;
    let Turn { continuation, calls, subscriptions, events, children, history } = turn;
    inbox::hold(tx, &events).await?;
    store::subscription::hold(tx, &subscriptions).await?;
    let now = tx.now();
    let state = State::of(&continuation, false);
    let goes_on = state == State::Running && lead.is_some();
    let next = next_time(&continuation, state, now);
    let lead = lead.map(|(token, lease)| Lead { token, until: goes_on.then_some(now + lease) });
    let (old, revision) = (before.continuation, before.instance.revision);
    let instance = Instance {
        state,
        revision: revision + 1,
        positions: continuation.positions(),
        update_time: now,
        ..before.instance
    };
    let mut whole = Whole { instance, continuation };
    if !store::instance::update(tx, &whole, revision, lead.as_ref(), next).await? {
        return Ok(None);
    }
    let id = whole.instance.id;
    store::history::insert(tx, id, &history).await?;
    store::attribute::put(tx, &whole.instance, &attributes).await?;
    settle(tx, &old, &whole.continuation, &answered).await?;
    for intent in &calls {
        store::intent::insert(tx, id, intent).await?;
    }
    let woken = tell_all(tx, library, &whole, &events).await?;
    whole.instance.revision += woken;
    let (was, is) = (old.subscriptions(), whole.continuation.subscriptions());
    let gone: Vec<Uuid> = was.difference(&is).copied().collect();
    store::subscription::delete(tx, &gone).await?;
    store::mail::delete(tx, id, &mail).await?;
    // One look takes only so much mail.
    let mut early = woken > 0
        || !mail.is_empty() && !store::mail::list_waiting(tx, &[id.uuid()]).await?.is_empty();
    for subscription in &subscriptions {
        store::subscription::insert(tx, id, subscription).await?;
        // All of them, however many: one that is left out here is never looked at again.
        let since = whole.instance.create_time;
        let mut events = store::inbox::list_since(tx, subscription, since).await?;
        events.retain(|event| !whole.continuation.taken.contains(event));
        early |= store::mail::insert(tx, id, &events).await?;
    }
    let stirs = !events.is_empty() || !children.is_empty() || whole.continuation.reports;
    early |= child::begin(tx, &whole, children).await?;
    if early {
        store::instance::wake(tx, &[id]).await?;
        whole.instance.revision += 1;
    }
    child::settle(tx, library, &old, &whole, &ends).await?;
    end(tx, &whole).await?;
    tx.changed("instance", id.uuid());
    Ok(Some(Kept { whole, mail: early, stirs, led: goes_on }))
}

/// Tells of the events of an instance; answers how many of them woke it, since another branch of it may
/// wait for them.
async fn tell_all(
    tx: &Tx,
    library: &Library,
    whole: &Whole,
    events: &[Event],
) -> Result<i64, Error> {
    let (mut woken, generation) = (0, whole.continuation.generation + 1);
    for event in events {
        let arrived = inbox::arrive(tx, library, event, generation).await?;
        woken += i64::from(arrived.waiting.contains(&whole.instance.id));
        tell::event_emitted(tx, &whole.instance, event).await?;
    }
    Ok(woken)
}

/// When the instance wants to be looked at. One that waits for answers is looked at as soon as
/// nobody leads it any more.
fn next_time(continuation: &Continuation, state: State, now: Timestamp) -> Option<Timestamp> {
    match state {
        State::Running => Some(now),
        State::Waiting => continuation.due(),
        State::Completed | State::Faulted | State::Cancelled => None,
    }
}

/// Ends the calls that were answered, and those that nobody waits for any more.
async fn settle(
    tx: &Tx,
    old: &Continuation,
    new: &Continuation,
    answered: &[(Uuid, bool)],
) -> Result<(), Error> {
    let known: BTreeSet<Uuid> = answered.iter().map(|(call, _)| *call).collect();
    let those = |well| answered.iter().filter(move |(_, it)| *it == well).map(|(call, _)| *call);
    store::intent::update(tx, &those(true).collect::<Vec<_>>(), "answered").await?;
    store::intent::update(tx, &those(false).collect::<Vec<_>>(), "failed").await?;
    let open = new.calls();
    let gone = old.calls().into_keys();
    let gone = gone.filter(|call| !open.contains_key(call) && !known.contains(call));
    store::intent::update(tx, &gone.collect::<Vec<_>>(), "abandoned").await?;
    Ok(())
}

/// Tells others that an instance ended, if it did.
async fn end(tx: &Tx, whole: &Whole) -> Result<(), Error> {
    let instance = &whole.instance;
    match instance.state {
        State::Running | State::Waiting => return Ok(()),
        State::Completed => tell::instance_completed(tx, instance).await?,
        State::Cancelled => tell::instance_cancelled(tx, instance).await?,
        State::Faulted => {
            let kind = whole.problem().map(|problem| problem.kind.clone()).unwrap_or_default();
            tell::instance_faulted(tx, instance, kind).await?;
        }
    }
    child::tell_parent(tx, whole).await?;
    store::schedule::ended(tx, instance.id).await?;
    if whole.continuation.serial > 0 {
        store::mail::delete_all(tx, instance.id).await?;
    }
    Ok(())
}
