//! Starting, finding and cancelling instances.

use std::collections::BTreeMap;

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::{
    definition,
    step::{self, Step},
};
use crate::{
    domain::{
        instance::{Entry, Instance, Kind, State, Wanted, Whole},
        refusal::Refusal,
        run::{self, Setting, continuation::Continuation},
        workflow::Workflow,
    },
    error::Error,
    events::tell,
    library::Library,
    store,
};

/// What a caller says to start an instance.
#[derive(Clone, Debug)]
pub struct NewInstance {
    /// The namespace of the workflow.
    pub namespace: String,
    /// The name of the workflow.
    pub name: String,
    /// The version; the newest, if it is empty.
    pub version: String,
    /// The case that it serves.
    pub case_id: Option<Uuid>,
    /// What it is given.
    pub input: Value,
}

/// Starts an instance; its first turn follows.
pub async fn start(tx: &Tx, library: &Library, new: NewInstance) -> Result<Whole, Error> {
    let kept = definition::find(tx, &new.namespace, &new.name, &new.version).await?;
    let definition = definition::load(tx, library, kept.id).await?;
    let schema = definition.input.schema.as_ref();
    let violations = schema.map(|schema| schema.violations(&new.input)).unwrap_or_default();
    if !violations.is_empty() {
        return Err(Refusal::Input(violations.iter().map(|text| place(text)).collect()).into());
    }
    let origin = Origin { case_id: new.case_id, ..Origin::default() };
    insert(tx, kept, Id::generate(), origin, new.input).await
}

/// What an instance comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The case that it serves.
    pub case_id: Option<Uuid>,
    /// The instance that runs it.
    pub parent: Option<Id<Instance>>,
    /// Whether that instance waits for its end.
    pub reports: bool,
    /// How many instances are around it.
    pub generation: u32,
    /// The trace that it belongs to, if that is not the caller's.
    pub traceparent: Option<String>,
}

/// Keeps a new instance of a version.
pub async fn insert(
    tx: &Tx,
    kept: Workflow,
    id: Id<Instance>,
    origin: Origin,
    input: Value,
) -> Result<Whole, Error> {
    let now = tx.now();
    let continuation = Continuation {
        history: 1,
        generation: origin.generation,
        reports: origin.reports,
        ..Continuation::new(input, now)
    };
    let instance = Instance {
        id,
        definition: kept.id,
        namespace: kept.namespace,
        name: kept.name,
        version: kept.version,
        case_id: origin.case_id,
        parent: origin.parent,
        state: State::Running,
        revision: 1,
        positions: Vec::new(),
        traceparent: origin.traceparent.or_else(|| tx.traceparent().map(str::to_owned)),
        create_time: now,
        update_time: now,
    };
    let whole = Whole { instance, continuation };
    store::instance::insert(tx, &whole).await?;
    let started = Entry {
        sequence: 1,
        kind: Kind::InstanceStarted,
        task: String::new(),
        detail: String::new(),
        problem: None,
    };
    store::history::insert(tx, whole.instance.id, &[started]).await?;
    tx.changed("instance", whole.instance.id.uuid());
    tell::instance_started(tx, &whole.instance).await?;
    Ok(whole)
}

/// Finds an instance.
pub async fn find(tx: &Tx, id: Id<Instance>) -> Result<Whole, Error> {
    let found = store::instance::find(tx, id).await?;
    found.ok_or_else(|| Refusal::InstanceNotFound(id).into())
}

/// Finds an instance for somebody who sees what it was given and what it gave: that leaves a record.
pub async fn read(tx: &Tx, id: Id<Instance>) -> Result<Whole, Error> {
    let found = find(tx, id).await?;
    tx.changed("instance", id.uuid());
    Ok(found)
}

/// Lists instances, newest first; answers what to continue after.
pub async fn list(
    tx: &Tx,
    wanted: &Wanted,
    page: &Page<Instance>,
) -> Result<(Vec<Instance>, Option<Id<Instance>>), Error> {
    let mut found = store::search::list(tx, wanted, page).await?;
    let next = page.cut(&mut found, |instance| instance.id);
    Ok((found, next))
}

/// Lists what happened to an instance, oldest first; answers whether there is more.
pub async fn list_history(
    tx: &Tx,
    id: Id<Instance>,
    after: i64,
    size: u64,
) -> Result<(Vec<(Entry, Timestamp)>, bool), Error> {
    find(tx, id).await?;
    tx.changed("instance", id.uuid());
    let mut found = store::history::list(tx, id, after, size + 1).await?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = found.len() > size;
    found.truncate(size);
    Ok((found, more))
}

/// Cancels an instance: nothing more is begun, and its children are cancelled too. Answers whether it
/// ended by that.
pub async fn cancel(
    tx: &Tx,
    library: &Library,
    id: Id<Instance>,
    reason: &str,
) -> Result<(Whole, bool), Error> {
    let found = store::instance::lock(tx, id).await?;
    let whole = found.ok_or(Refusal::InstanceNotFound(id))?;
    let state = whole.instance.state;
    if state == State::Cancelled || whole.continuation.cancelled {
        return Ok((whole, false));
    }
    if state.is_final() {
        return Err(Refusal::InstanceEnded { instance: id, state }.into());
    }
    let definition = definition::load(tx, library, whole.instance.definition).await?;
    if whole.continuation.is_past_final_step(&definition) {
        return Err(Refusal::PastFinalStep(id).into());
    }
    let setting = Setting { definition: &definition, instance: id.uuid(), now: tx.now() };
    let turn = run::cancel(setting, whole.continuation.clone(), reason);
    let step = Step {
        lead: None,
        answered: Vec::new(),
        mail: Vec::new(),
        ends: Vec::new(),
        attributes: BTreeMap::new(),
        turn,
    };
    let stepped = step::keep(tx, library, whole, step).await?;
    let kept = stepped.ok_or(Refusal::InstanceNotFound(id))?;
    let has_ended = kept.whole.instance.state.is_final();
    Ok((kept.whole, has_ended))
}

/// Splits "/nik breaks /properties/nik/pattern" into the field and what is wrong with it.
fn place(violation: &str) -> (String, String) {
    let (pointer, rest) = violation.split_once(' ').unwrap_or(("", violation));
    (format!("input{}", pointer.trim_end_matches('/').replace('/', ".")), rest.to_owned())
}
