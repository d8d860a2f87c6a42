//! Stopping an envelope that must not go on: one person asks for it, another one confirms.

use rangkai_primitives::{Id, Timestamp};

use super::EnvelopeRefusal as Refusal;

/// What people say who want an envelope to be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub id: Id<Stop>,
    pub first: Plea,
    /// Absent while it waits for a second person.
    pub second: Option<Plea>,
}

/// What one of them says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plea {
    pub person: String,
    pub reason: String,
    pub time: Timestamp,
}

impl Stop {
    /// What a first person says.
    pub fn request(first: Plea) -> Self {
        Self { id: Id::generate(), first, second: None }
    }

    /// The same, confirmed by another person.
    pub fn confirm(self, second: Plea) -> Result<Self, Refusal> {
        if self.first.person == second.person {
            return Err(Refusal::SamePerson);
        }
        Ok(Self { second: Some(second), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_two_people() -> Result<(), Refusal> {
        let plea = |person: &str| Plea {
            person: person.to_owned(),
            reason: "R".to_owned(),
            time: Timestamp::UNIX_EPOCH,
        };
        let asked = Stop::request(plea("a"));

        assert_eq!(asked.second, None);
        assert_eq!(asked.clone().confirm(plea("a")), Err(Refusal::SamePerson));
        assert_eq!(asked.confirm(plea("b"))?.second, Some(plea("b")));
        Ok(())
    }
}
