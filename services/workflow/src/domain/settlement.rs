//! Dead letters: instances that ended by an error, until two persons say what is done about it.

use rangkai_primitives::{Id, Timestamp};

use super::{
    instance::{Instance, State},
    problem::Problem,
    refusal::Refusal,
};

/// What is done about an instance that ended by an error: one person says it, another agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// This proposal.
    pub id: Id<Settlement>,
    /// The instance.
    pub instance: Id<Instance>,
    /// Who said it.
    pub proposed_by: String,
    /// What was done, or why nothing has to be.
    pub reason: String,
    /// When it was said.
    pub propose_time: Timestamp,
    /// Who agreed, and when.
    pub confirmed: Option<(String, Timestamp)>,
}

/// An instance that ended by an error and is not settled.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// The instance.
    pub instance: Instance,
    /// The error, without what may name a person.
    pub problem: Option<Problem>,
    /// What somebody proposed.
    pub proposed: Option<Settlement>,
}

impl Settlement {
    /// A proposal; it takes the place of an `earlier` one that nobody confirmed.
    pub fn propose(
        instance: &Instance,
        earlier: Option<&Self>,
        by: &str,
        reason: String,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        if instance.state != State::Faulted {
            let (instance, state) = (instance.id, instance.state);
            return Err(Refusal::InstanceNotFaulted { instance, state });
        }
        if earlier.is_some_and(|earlier| earlier.confirmed.is_some()) {
            return Err(Refusal::InstanceSettled(instance.id));
        }
        Ok(Self {
            id: Id::generate(),
            instance: instance.id,
            proposed_by: by.to_owned(),
            reason,
            propose_time: now,
            confirmed: None,
        })
    }

    /// The settlement after another person agreed.
    pub fn confirm(self, by: &str, now: Timestamp) -> Result<Self, Refusal> {
        if self.confirmed.is_some() {
            return Err(Refusal::InstanceSettled(self.instance));
        }
        if self.proposed_by == by {
            return Err(Refusal::SamePerson(self.id));
        }
        Ok(Self { confirmed: Some((by.to_owned(), now)), ..self })
    }
}
