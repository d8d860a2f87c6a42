//! What people said became of an instruction, and what the rail said against what is recorded.

use rangkai_primitives::{Id, Timestamp};

use super::{EnvelopeRefusal as Refusal, Instruction, InstructionState, Verdict};

/// One thing that a person said; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub id: Id<Ruling>,
    /// 1, and one more for each thing that was said of the instruction.
    pub number: i64,
    /// What was recorded when it was said.
    pub recorded: InstructionState,
    pub verdict: Verdict,
    pub person: String,
    /// Whether somebody else had said so just before, so that it took effect.
    pub confirms: bool,
    pub time: Timestamp,
}

/// An answer of the rail that says otherwise than what was recorded when it came; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Whether it says that the money is there.
    pub paid: bool,
    /// Why it is not.
    pub reason: Option<String>,
    /// The rail's own number of the payment.
    pub rail_reference: Option<String>,
    pub time: Timestamp,
}

impl Ruling {
    /// What `person` says now of an instruction, after `earlier`, the newest of which comes first: as
    /// the second person who says the same, or as a proposal that takes the place of any other. What
    /// was proposed while something else was recorded counts no more.
    pub fn say(
        instruction: &Instruction,
        earlier: &[Self],
        verdict: Verdict,
        person: &str,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let (id, state) = (instruction.id, instruction.state);
        if !instruction.needs_people() {
            return Err(Refusal::InstructionState { instruction: id, state });
        }
        let last = earlier.first();
        let proposal = last.filter(|it| !it.confirms && it.recorded == state);
        let alike = proposal.filter(|first| first.verdict == verdict);
        if alike.is_some_and(|first| first.person == person) {
            return Err(Refusal::SamePerson);
        }
        Ok(Self {
            id: Id::generate(),
            number: last.map_or(0, |last| last.number) + 1,
            recorded: state,
            verdict,
            person: person.to_owned(),
            confirms: alike.is_some(),
            time: now,
        })
    }

    /// Whether it says the contrary of an end that was recorded.
    pub fn corrects(&self) -> bool {
        let wrong =
            if self.verdict.paid { InstructionState::Failed } else { InstructionState::Paid };
        self.recorded == wrong
    }
}

#[cfg(test)]
mod tests {
    use InstructionState::{Failed, NeedsPerson, Paid};
    use rangkai_primitives::{Currency, Money};

    use super::*;
    use crate::domain::Findings;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn instruction(state: InstructionState, contradicted: bool) -> Instruction {
        Instruction {
            id: Id::generate(),
            reference: "I".to_owned(),
            attempt: 1,
            amount: Money::new(Currency::IDR, 100),
            state,
            findings: Findings::default(),
            reason: None,
            retry_safe: false,
            rail_reference: None,
            outcome_time: None,
            retry_of: None,
            replaced_by: None,
            contradicted,
        }
    }

    fn verdict(paid: bool) -> Verdict {
        Verdict { paid, evidence: "E".to_owned() }
    }

    #[test]
    fn a_second_person_confirms_what_the_first_one_said() -> Result<(), Refusal> {
        let failed = instruction(Failed, true);
        let say = |earlier: &[Ruling], paid, person| {
            Ruling::say(&failed, earlier, verdict(paid), person, NOW)
        };
        let first = say(&[], true, "a")?;
        let said = [first.clone()];

        assert_eq!((first.number, first.confirms, first.corrects()), (1, false, true));
        assert_eq!(say(&said, true, "a"), Err(Refusal::SamePerson));
        let other = say(&said, false, "a")?;
        assert_eq!((other.number, other.confirms, other.corrects()), (2, false, false));
        let second = say(&said, true, "b")?;
        assert_eq!((second.number, second.confirms), (2, true));
        // It is decided: what comes next is a new question.
        assert!(!say(&[second, first], true, "a")?.confirms);
        Ok(())
    }

    #[test]
    fn whoever_says_otherwise_proposes_that_instead() -> Result<(), Refusal> {
        let silent = instruction(NeedsPerson, false);
        let say = |earlier: &[Ruling], paid, person| {
            Ruling::say(&silent, earlier, verdict(paid), person, NOW)
        };
        let wrong = say(&[], true, "a")?;

        let right = say(std::slice::from_ref(&wrong), false, "b")?;

        assert_eq!((right.number, right.confirms), (2, false));
        let said = [right, wrong];
        assert_eq!(say(&said, false, "b"), Err(Refusal::SamePerson));
        assert!(say(&said, false, "a")?.confirms && say(&said, false, "c")?.confirms);
        // What was said before the last proposal is confirmed by nobody.
        assert!(!say(&said, true, "c")?.confirms);
        Ok(())
    }

    #[test]
    fn what_was_proposed_about_something_else_counts_no_more() -> Result<(), Refusal> {
        let silent = instruction(NeedsPerson, false);
        let proposed = Ruling::say(&silent, &[], verdict(false), "a", NOW)?;
        let paid = instruction(Paid, true);

        let later = Ruling::say(&paid, &[proposed], verdict(false), "b", NOW)?;

        assert_eq!((later.number, later.confirms), (2, false));
        let (sound, state) = (instruction(Paid, false), Paid);
        let refusal = Refusal::InstructionState { instruction: sound.id, state };
        assert_eq!(Ruling::say(&sound, &[], verdict(false), "a", NOW), Err(refusal));
        Ok(())
    }
}
