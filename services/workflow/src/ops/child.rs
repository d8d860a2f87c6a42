//! Instances that other instances run.

use rangkai_db::Tx;
use uuid::Uuid;

use super::instance::{self, Origin};
use crate::{
    domain::{
        instance::{State, Whole},
        problem::{Fate, Problem},
        refusal::Refusal,
        run::{Child, continuation::Continuation},
    },
    error::Error,
    library::Library,
    store,
};

/// Why a child is cancelled.
const ABANDONED: &str = "the workflow that runs it no longer waits for it";

/// Starts the children of an instance. One that cannot be started has an end at once; answers whether
/// the instance has to look at one.
pub async fn begin(tx: &Tx, parent: &Whole, children: Vec<Child>) -> Result<bool, Error> {
    let mut early = false;
    for child in children {
        let Child { id, namespace, name, version, input, awaited } = child;
        let found = store::definition::find(tx, (&namespace, &name), &version).await?;
        if let Some(kept) = found {
            let origin = Origin {
                case_id: parent.instance.case_id,
                parent: Some(parent.instance.id),
                reports: awaited,
                generation: parent.continuation.generation + 1,
                traceparent: parent.instance.traceparent.clone(),
            };
            instance::insert(tx, kept, id.into(), origin, input).await?;
        } else if awaited {
            let version = if version.is_empty() { "latest".to_owned() } else { version };
            let detail = format!("there is no workflow {namespace}/{name} of version {version}");
            let outcome = Err(Problem::standard("runtime", "no such workflow", detail));
            store::child_end::insert(tx, parent.instance.id, id, &outcome).await?;
            early = true;
        } else {
            let parent = parent.instance.id;
            tracing::error!(instance.id = %parent, namespace, name, "there is no workflow to run");
        }
    }
    Ok(early)
}

/// Cancels the children that an instance no longer waits for, and forgets the ends that it looked at,
/// those of earlier children too.
pub async fn settle(
    tx: &Tx,
    library: &Library,
    old: &Continuation,
    parent: &Whole,
    ends: &[Uuid],
) -> Result<(), Error> {
    let (was, is) = (old.children(), parent.continuation.children());
    let gone: Vec<Uuid> = was.difference(&is).copied().collect();
    let abandoned = parent.continuation.abandoned();
    let abandoned = abandoned.difference(&old.abandoned()).copied().collect::<Vec<_>>();
    for child in gone.iter().chain(&abandoned).filter(|child| !ends.contains(child)) {
        let found = store::instance::lock(tx, (*child).into()).await?;
        if found.is_some_and(|child| !child.instance.state.is_final()) {
            match Box::pin(instance::cancel(tx, library, (*child).into(), ABANDONED)).await {
                // What cannot be taken back goes on alone.
                Ok(_) | Err(Error::Refused(Refusal::PastFinalStep(_))) => {}
                Err(error) => return Err(error),
            }
        }
    }
    // A child that is cancelled here has an end, too.
    let seen: Vec<Uuid> = gone.into_iter().chain(ends.iter().copied()).collect();
    Ok(store::child_end::delete(tx, parent.instance.id, &seen).await?)
}

/// Tells the instance that waits for this one how it ended, if one does.
pub async fn tell_parent(tx: &Tx, whole: &Whole) -> Result<(), Error> {
    let (Some(parent), true) = (whole.instance.parent, whole.continuation.reports) else {
        return Ok(());
    };
    let outcome = match whole.instance.state {
        State::Completed => Ok(whole.output().cloned().unwrap_or_default()),
        State::Faulted => Err(handed_on(whole.problem().cloned().unwrap_or_default())),
        State::Cancelled => {
            let detail = "the workflow that the task runs was cancelled";
            Err(Problem::standard("runtime", "cancelled", detail))
        }
        State::Running | State::Waiting => return Ok(()),
    };
    // One that ended looks at nothing any more.
    if store::instance::wake(tx, &[parent]).await? > 0 {
        store::child_end::insert(tx, parent, whole.instance.id.uuid(), &outcome).await?;
    }
    Ok(())
}

/// An error of a child, as one of the task that runs it. What nobody knows the effect of must not be
/// repeated as another child, whose requests would be others.
fn handed_on(problem: Problem) -> Problem {
    let last = problem.fate.last || problem.fate.unknown;
    let fate = Fate { unknown: false, last, ..problem.fate };
    Problem { fate, instance: String::new(), ..problem }
}
