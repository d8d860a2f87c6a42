//! What was asked for and what came of it, and what the callers of an agency know of.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use rangkai_proto::payments::v1::{Bill, IssuedVoucher};

use super::line::{Line, Outcome, Trace};

/// A request and its outcome.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) line: Line,
    pub(super) method: &'static str,
    pub(super) request: Vec<u8>,
    pub(super) outcome: Outcome,
    /// How many calls it took.
    pub(super) calls: usize,
}

impl Asked {
    /// The id of the request: the first field of each of them.
    pub(super) fn id(&self) -> String {
        let id = self.request.get(2..38).expect("a request begins with its id");
        String::from_utf8(id.to_vec()).unwrap()
    }
}

/// Everything that was asked for.
#[derive(Default)]
pub(super) struct Record {
    asked: Mutex<Vec<Asked>>,
    traces: Mutex<Trace>,
    finished: AtomicUsize,
}

impl Record {
    pub(super) fn keep(&self, asked: Asked, trace: Trace) {
        self.asked.lock().unwrap().push(asked);
        let mut traces = self.traces.lock().unwrap();
        traces.calls += trace.calls;
        traces.unanswered += trace.unanswered;
        traces.doubled += trace.doubled;
        traces.left += trace.left;
        self.finished.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests have their answers.
    pub(super) fn finished(&self) -> usize {
        self.finished.load(Ordering::Relaxed)
    }

    pub(super) fn all(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn trace(&self) -> Trace {
        *self.traces.lock().unwrap()
    }
}

/// How often each method came to what.
pub(super) fn outcomes(all: &[Asked]) -> BTreeMap<String, usize> {
    let mut outcomes = BTreeMap::new();
    for asked in all {
        let method = asked.method.rsplit('/').next().unwrap_or_default();
        let outcome = match &asked.outcome {
            Outcome::Done(_) => format!("{method} done"),
            Outcome::Refused(reason) => format!("{method} {reason}"),
            Outcome::Broken(broken) => broken.clone(),
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    outcomes
}

/// The ids of the requests that were done.
pub(super) fn done(all: &[Asked]) -> BTreeSet<String> {
    let done = all.iter().filter(|asked| matches!(asked.outcome, Outcome::Done(_)));
    done.map(Asked::id).collect()
}

/// What the callers of an agency know of.
#[derive(Default)]
pub(super) struct Seen {
    /// The first may go below nothing; the second is hot.
    pub(super) accounts: Vec<String>,
    pub(super) pool: String,
    pub(super) merchant: String,
    pub(super) reservations: Vec<String>,
    pub(super) bills: Vec<Bill>,
    pub(super) refunds: Vec<String>,
    pub(super) vouchers: Vec<IssuedVoucher>,
    pub(super) activated: Vec<IssuedVoucher>,
}
