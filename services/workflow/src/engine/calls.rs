//! The calls of one instance that are under way.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rangkai_primitives::Timestamp;
use serde_json::Value;
use tokio::task::{self, AbortHandle, JoinError, JoinSet};
use uuid::Uuid;

use crate::domain::problem::Problem;

/// What came of a call.
pub type Answer = (Uuid, Result<Value, Problem>);

/// The calls under way. Dropped, they are let go where they are.
#[derive(Default)]
pub struct Calls {
    set: JoinSet<Answer>,
    /// Which task is which call, whether that may be repeated, and how to end it.
    known: HashMap<task::Id, (Uuid, bool, AbortHandle)>,
    resting: Resting,
}

/// The calls that pause for long before they are sent again, and until when.
#[derive(Clone, Debug, Default)]
pub struct Resting(Arc<Mutex<BTreeMap<Uuid, Timestamp>>>);

impl Resting {
    /// A call pauses.
    pub fn begin(&self, call: Uuid, until: Timestamp) {
        self.lock().insert(call, until);
    }

    /// It is sent again.
    pub fn end(&self, call: Uuid) {
        self.lock().remove(&call);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Uuid, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Calls {
    /// Begins a call.
    pub fn begin<F>(&mut self, (call, safe): (Uuid, bool), send: impl FnOnce(Resting) -> F)
    where
        F: Future<Output = Result<Value, Problem>> + Send + 'static,
    {
        let sending = send(self.resting.clone());
        let task = self.set.spawn(async move { (call, sending.await) });
        self.known.insert(task.id(), (call, safe, task));
    }

    /// Ends every call that is not one of these: nobody waits for it, and it must not be sent again.
    pub fn keep_only(&mut self, wanted: &BTreeMap<Uuid, String>) {
        let resting = &self.resting;
        self.known.retain(|_, (call, _, task)| {
            let kept = wanted.contains_key(call);
            if !kept {
                task.abort();
                resting.end(*call);
            }
            kept
        });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Waits for the next answer; none when no call is under way.
    pub async fn next(&mut self) -> Option<Answer> {
        loop {
            let ended = self.set.join_next_with_id().await?;
            if let Some(answer) = self.read(ended) {
                return Some(answer);
            }
        }
    }

    /// The next answer that is already there.
    pub fn next_now(&mut self) -> Option<Answer> {
        loop {
            let ended = self.set.try_join_next_with_id()?;
            if let Some(answer) = self.read(ended) {
                return Some(answer);
            }
        }
    }

    /// When the first of them goes on, if there are some and all of them pause for long.
    pub fn rest(&self) -> Option<Timestamp> {
        let resting = self.resting.lock();
        let all = !self.set.is_empty() && resting.len() == self.set.len();
        all.then(|| resting.values().min().copied()).flatten()
    }

    /// A call that broke off got no answer: nobody knows whether it was sent.
    fn read(&mut self, ended: Result<(task::Id, Answer), JoinError>) -> Option<Answer> {
        let error = match ended {
            Ok((task, answer)) => return self.known.remove(&task).map(|_| answer),
            Err(error) => error,
        };
        // One that was ended here is no longer known.
        let (call, safe, _) = self.known.remove(&error.id())?;
        tracing::error!(call = %call, "a call broke off");
        self.resting.end(call);
        let mut problem = Problem::outcome_unknown("a call broke off and got no answer");
        problem.fate.last = !safe;
        Some((call, Err(problem)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_breaks_off_is_one_without_an_answer() {
        for safe in [true, false] {
            let (call, mut calls) = (Uuid::from_u128(1), Calls::default());

            calls.begin((call, safe), |_| async move { Ok(serde_json::from_str("{").unwrap()) });
            let (ended, answer) = calls.next().await.unwrap();

            let fate = answer.unwrap_err().fate;
            assert_eq!((ended, fate.unknown, fate.last), (call, true, !safe));
            assert!(calls.next().await.is_none());
        }
    }

    #[tokio::test]
    async fn a_call_that_nobody_waits_for_is_ended() {
        let (mut calls, waited) = (Calls::default(), Uuid::from_u128(2));
        for call in [1, 2] {
            calls.begin((Uuid::from_u128(call), true), |_| std::future::pending());
            calls.resting.begin(Uuid::from_u128(call), Timestamp::UNIX_EPOCH);
        }

        calls.keep_only(&BTreeMap::from([(waited, String::new())]));
        assert!(calls.known.values().all(|(call, ..)| *call == waited));
        calls.keep_only(&BTreeMap::new());

        assert!(calls.next().await.is_none() && calls.is_empty());
        assert_eq!(calls.rest(), None);
    }

    #[tokio::test]
    async fn calls_rest_only_when_all_of_them_do() {
        let (mut calls, soon) = (Calls::default(), Timestamp::UNIX_EPOCH);
        let late = soon + std::time::Duration::from_secs(9);
        for call in [1, 2] {
            calls.begin((Uuid::from_u128(call), true), |_| std::future::pending());
        }
        assert_eq!(calls.rest(), None);

        calls.resting.begin(Uuid::from_u128(1), late);
        assert_eq!(calls.rest(), None);
        calls.resting.begin(Uuid::from_u128(2), soon);
        assert_eq!(calls.rest(), Some(soon));

        calls.resting.end(Uuid::from_u128(2));
        assert_eq!(calls.rest(), None);
    }
}
