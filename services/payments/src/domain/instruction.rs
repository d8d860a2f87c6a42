//! Instructions: one payment each, from its arrival to its end.

use std::{fmt, str::FromStr};

use rangkai_primitives::{Id, Money, Sensitive, Timestamp};

use super::{Outcome, next_inquiry, next_report};

/// One payment of an envelope, as far as anybody may know: not whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub id: Id<Instruction>,
    /// The caller's own id of it.
    pub reference: String,
    /// 1, and one more each time it was given again.
    pub attempt: i64,
    pub amount: Money,
    pub state: InstructionState,
    pub findings: Findings,
    /// Why it failed.
    pub reason: Option<String>,
    pub retry_safe: bool,
    pub rail_reference: Option<String>,
    pub outcome_time: Option<Timestamp>,
    pub retry_of: Option<Id<Instruction>>,
    pub replaced_by: Option<Id<Instruction>>,
    /// Whether the rail says otherwise than what is recorded, and no two people decided since.
    pub contradicted: bool,
}

/// Which instructions of an envelope to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstructionFilter {
    pub state: Option<InstructionState>,
    /// Only those that the rail contradicts.
    pub contradicted: bool,
}

/// One payment that a programme asks for; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewInstruction {
    pub reference: String,
    pub functional_id: Sensitive<String>,
    /// The name to hold against the directory's.
    pub name: Option<Sensitive<String>>,
    pub amount: Money,
    pub narration: Sensitive<String>,
}

/// Where an instruction stands.
///
/// ```text
/// received ─→ valid ─→ sent ─→ paid | failed
///         │       │     └→ unknown ─→ paid | failed
///         │       │             └→ needs_person ─→ paid | failed
///         │       └→ failed, where two people stop the envelope before
///         └→ invalid
/// ```
///
/// An end that the rail contradicts is left only when two people say so: for the other one.
///
/// A valid one of a released envelope is queued: that is no state of its own, because a million rows
/// would have to be written at the moment of release. For the same reason nobody writes down that one
/// is valid, sent or withdrawn: how far its envelope was validated and taken says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InstructionState {
    Received,
    Valid,
    Invalid,
    Sent,
    Unknown,
    NeedsPerson,
    Paid,
    Failed,
}

/// What an answer of the rail does to an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It comes to its end.
    Settles(InstructionState),
    /// It waits, until it is time to inquire; or for a person.
    Waits(InstructionState, Option<Timestamp>),
    /// It came to its end before, or was never sent: nothing changes.
    Late {
        /// Whether the answer says otherwise than what was recorded.
        contradicts: bool,
    },
}

/// What the validation found, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Findings(pub i64);

/// One thing that the validation can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The directory does not know the person.
    PayeeUnknown = 1,
    /// The person was taken out of the directory.
    PayeeUnlinked = 2,
    /// The amount is more than one payment may be.
    OverLimit = 4,
    /// The directory knows the person by another name.
    NameMismatch = 8,
    /// The same person is paid earlier in the same envelope.
    Duplicate = 16,
    /// A programme that excludes this one pays the person in the same cycle.
    Excluded = 32,
    /// Another programme pays the person in the same cycle; no reason not to pay.
    PaidElsewhere = 64,
}

impl Instruction {
    /// Whether two people must say what became of it.
    pub fn needs_people(&self) -> bool {
        self.contradicted || self.state == InstructionState::NeedsPerson
    }

    /// Whether it had been recorded as paid before it failed: only then the rail has a number for it.
    pub fn is_returned(&self) -> bool {
        self.state == InstructionState::Failed && self.rail_reference.is_some()
    }
}

impl InstructionState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Valid,
        Self::Invalid,
        Self::Sent,
        Self::Unknown,
        Self::NeedsPerson,
        Self::Paid,
        Self::Failed,
    ];

    /// Whether it is on its way, so that a released envelope holds money for it.
    pub const fn is_on_its_way(self) -> bool {
        matches!(self, Self::Valid | Self::Sent | Self::Unknown | Self::NeedsPerson)
    }

    /// What `outcome` does, after `made` inquiries.
    pub fn hear(self, outcome: &Outcome, made: usize, now: Timestamp) -> Heard {
        match (self, outcome) {
            (Self::Sent | Self::Unknown | Self::NeedsPerson, Outcome::Paid { .. }) => {
                Heard::Settles(Self::Paid)
            }
            (Self::Sent | Self::Unknown | Self::NeedsPerson, Outcome::Failed { .. }) => {
                Heard::Settles(Self::Failed)
            }
            (Self::Sent, Outcome::Pending) => Self::Sent.wait(made, now),
            (Self::Sent | Self::Unknown, Outcome::Pending | Outcome::Unknown) => {
                Self::Unknown.wait(made, now)
            }
            (Self::Sent | Self::Unknown, Outcome::Filed) => match next_report(made, now) {
                Some(at) => Heard::Waits(Self::Sent, Some(at)),
                None => Heard::Waits(Self::NeedsPerson, None),
            },
            (Self::NeedsPerson, Outcome::Pending | Outcome::Filed | Outcome::Unknown) => {
                Heard::Waits(Self::NeedsPerson, None)
            }
            (Self::Paid, Outcome::Failed { .. })
            | (Self::Failed | Self::Received | Self::Valid | Self::Invalid, Outcome::Paid { .. }) => {
                Heard::Late { contradicts: true }
            }
            (Self::Paid | Self::Failed | Self::Received | Self::Valid | Self::Invalid, _) => {
                Heard::Late { contradicts: false }
            }
        }
    }

    fn wait(self, made: usize, now: Timestamp) -> Heard {
        match next_inquiry(made, now) {
            Some(at) => Heard::Waits(self, Some(at)),
            None => Heard::Waits(Self::NeedsPerson, None),
        }
    }

    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::NeedsPerson => "needs_person",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }
}

impl Findings {
    /// The bits that make an instruction invalid.
    const INVALID: i64 = 63;

    /// Whether an instruction is valid all the same.
    pub const fn are_harmless(self) -> bool {
        self.0 & Self::INVALID == 0
    }

    /// Each finding.
    pub fn list(self) -> impl Iterator<Item = Finding> {
        Finding::ALL.into_iter().filter(move |finding| self.0 & finding.bit() != 0)
    }
}

impl Finding {
    const ALL: [Self; 7] = [
        Self::PayeeUnknown,
        Self::PayeeUnlinked,
        Self::OverLimit,
        Self::NameMismatch,
        Self::Duplicate,
        Self::Excluded,
        Self::PaidElsewhere,
    ];

    /// The bit of the finding.
    pub const fn bit(self) -> i64 {
        self as i64
    }
}

impl FromStr for InstructionState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or("is not a state of an instruction")
    }
}

impl fmt::Display for InstructionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use InstructionState::{Failed, Invalid, NeedsPerson, Paid, Received, Sent, Unknown, Valid};

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn answers() -> [Outcome; 4] {
        [
            Outcome::Paid { reference: "R".to_owned(), time: NOW },
            Outcome::Failed { reason: "AC04".to_owned(), retry_safe: true },
            Outcome::Pending,
            Outcome::Unknown,
        ]
    }

    #[test]
    fn an_end_is_left_by_no_answer() {
        for state in [Paid, Failed, Invalid, Received, Valid] {
            let heard = answers().map(|answer| state.hear(&answer, 0, NOW));
            assert!(heard.iter().all(|heard| matches!(heard, Heard::Late { .. })), "{state}");
        }
        let [paid, failed, ..] = answers();
        assert_eq!(Failed.hear(&paid, 0, NOW), Heard::Late { contradicts: true });
        assert_eq!(Paid.hear(&failed, 0, NOW), Heard::Late { contradicts: true });
        assert_eq!(Paid.hear(&paid, 0, NOW), Heard::Late { contradicts: false });
    }

    #[test]
    fn what_was_sent_comes_to_one_end() {
        let [paid, failed, pending, unknown] = answers();
        for state in [Sent, Unknown, NeedsPerson] {
            assert_eq!(state.hear(&paid, 4, NOW), Heard::Settles(Paid));
            assert_eq!(state.hear(&failed, 4, NOW), Heard::Settles(Failed));
        }
        let soon = next_inquiry(0, NOW);
        assert_eq!(Sent.hear(&pending, 0, NOW), Heard::Waits(Sent, soon));
        assert_eq!(Sent.hear(&unknown, 0, NOW), Heard::Waits(Unknown, soon));
        assert_eq!(Unknown.hear(&unknown, 4, NOW), Heard::Waits(NeedsPerson, None));
        let report = next_report(3, NOW);
        assert_eq!(Unknown.hear(&Outcome::Filed, 3, NOW), Heard::Waits(Sent, report));
        assert_eq!(Sent.hear(&Outcome::Filed, 4, NOW), Heard::Waits(NeedsPerson, None));
        assert_eq!(NeedsPerson.hear(&unknown, 4, NOW), Heard::Waits(NeedsPerson, None));
    }

    #[test]
    fn findings_are_bits() {
        let both = Findings(Finding::Duplicate.bit() | Finding::PaidElsewhere.bit());
        assert_eq!(both.list().collect::<Vec<_>>(), [Finding::Duplicate, Finding::PaidElsewhere]);
        assert!(Findings(Finding::PaidElsewhere.bit()).are_harmless());
        assert!(!both.are_harmless());
    }
}
