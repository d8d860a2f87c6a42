//! Looking through the tree of tasks under way.

use std::collections::{BTreeMap, BTreeSet};

use rangkai_primitives::Timestamp;
use uuid::Uuid;

use super::continuation::{Branch, Continuation, Doing, Frame, Listening, Stage, Thread, earlier};

impl Continuation {
    /// The calls whose answers it waits for, with their tasks.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<Uuid, String> {
        let child = |id: &Uuid| self.taking.get(id).is_some_and(|taking| taking.child);
        let mut calls = self.awaited.clone();
        calls.retain(|id, _| !child(id));
        self.root.each(&mut |frame| {
            if let Doing::Call { id, .. } = &frame.work {
                calls.insert(*id, frame.task.clone());
            }
        });
        calls
    }

    /// The subscriptions that it waits for.
    #[must_use]
    pub fn subscriptions(&self) -> BTreeSet<Uuid> {
        let mut found = BTreeSet::new();
        self.root.each(&mut |frame| {
            if let Doing::Listen(listening) = &frame.work {
                let all = listening.filters.iter().chain(&listening.until);
                let open = all.filter(|filter| !filter.met && !listening.closed);
                found.extend(open.map(|filter| filter.id));
            }
        });
        found
    }

    /// The instances whose ends it waits for.
    #[must_use]
    pub fn children(&self) -> BTreeSet<Uuid> {
        let mut found = self.abandoned();
        self.root.each(&mut |frame| {
            if let Doing::Child { id } = &frame.work {
                found.insert(*id);
            }
        });
        found
    }

    /// Those of them with which nothing goes on.
    #[must_use]
    pub fn abandoned(&self) -> BTreeSet<Uuid> {
        self.taking.iter().filter(|(_, taking)| taking.child).map(|(id, _)| *id).collect()
    }

    /// The tasks at which it stands.
    #[must_use]
    pub fn positions(&self) -> Vec<String> {
        let mut found: Vec<String> = self.awaited.values().cloned().collect();
        self.root.leaves(&mut |frame| found.push(frame.task.clone()));
        found
    }

    /// The earliest moment at which something is due.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        if self.end.is_some() {
            return None;
        }
        let mut due = self.deadline;
        self.root.each(&mut |frame| due = earlier(due, frame.due()));
        due
    }
}

impl Thread {
    /// Looks at every frame, those of branches too.
    pub fn each<'a>(&'a self, look: &mut impl FnMut(&'a Frame)) {
        for frame in &self.frames {
            look(frame);
        }
        for branch in self.branches() {
            branch.each(look);
        }
    }

    /// Looks at the innermost frames.
    fn leaves<'a>(&'a self, look: &mut impl FnMut(&'a Frame)) {
        let mut forked = false;
        for branch in self.branches() {
            forked = true;
            branch.leaves(look);
        }
        if let (Some(frame), false) = (self.frames.last(), forked) {
            look(frame);
        }
    }

    /// The branches that go on, if this thread stands at a fork.
    pub fn branches(&self) -> impl Iterator<Item = &Self> {
        let branches = match self.frames.last().map(|frame| &frame.work) {
            Some(Doing::Fork { branches }) => branches.as_slice(),
            Some(
                Doing::List { .. }
                | Doing::Try(_)
                | Doing::For(_)
                | Doing::Listen(_)
                | Doing::Wait { .. }
                | Doing::Call { .. }
                | Doing::Child { .. },
            )
            | None => &[],
        };
        branches.iter().filter_map(|branch| match branch {
            Branch::Running(thread) => Some(thread),
            Branch::Done(_) | Branch::Failed(_) => None,
        })
    }

    /// What tells the task under way here from all others that the instance ever runs.
    #[must_use]
    pub fn identity(&self) -> String {
        let mut path = self.path.clone();
        for frame in &self.frames {
            let generation = match &frame.work {
                Doing::Try(trying) => trying.generation.to_string(),
                // What is done about one event is not done about another.
                Doing::Listen(Listening { current: Some((event, _)), .. }) => event.to_string(),
                Doing::List { .. }
                | Doing::For(_)
                | Doing::Fork { .. }
                | Doing::Listen(_)
                | Doing::Wait { .. }
                | Doing::Call { .. }
                | Doing::Child { .. } => "0".to_owned(),
            };
            path = format!("{path}>{}#{}.{generation}", frame.task, frame.run);
        }
        path
    }
}

impl Frame {
    /// The earliest moment at which something is due here.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let own = match &self.work {
            Doing::Wait { until } => Some(*until),
            Doing::Try(trying) => match &trying.stage {
                Stage::Delaying { until } => Some(*until),
                Stage::Trying => trying.attempt_deadline,
                Stage::Catching { .. } => None,
            },
            Doing::List { .. }
            | Doing::For(_)
            | Doing::Fork { .. }
            | Doing::Listen(_)
            | Doing::Call { .. }
            | Doing::Child { .. } => None,
        };
        earlier(self.deadline, own)
    }
}
