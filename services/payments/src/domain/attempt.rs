//! The attempts at one payment of an envelope, and which of them counts there.

use rangkai_primitives::Id;

use super::{Instruction, InstructionState};

/// One attempt at a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub id: Id<Instruction>,
    pub state: InstructionState,
    /// Whether the rail says otherwise than what is recorded, and no two people decided since.
    pub contradicted: bool,
}

/// As what a payment counts in its envelope, its attempts being given in their order: as its last
/// attempt, unless that failed while an earlier one turned out to have been paid.
pub fn counted(attempts: &[Attempt]) -> Option<InstructionState> {
    let last = attempts.last()?.state;
    if last == InstructionState::Failed && attempts.iter().any(|it| is_paid(*it)) {
        return Some(InstructionState::Paid);
    }
    Some(last)
}

/// Whether the money of one of the attempts left, or may have left: nobody pays it once more.
pub fn may_be_paid(attempts: &[Attempt]) -> bool {
    attempts.iter().any(|it| it.contradicted || is_paid(*it))
}

fn is_paid(attempt: Attempt) -> bool {
    attempt.state == InstructionState::Paid
}

#[cfg(test)]
mod tests {
    use InstructionState::{Failed, Paid, Sent};

    use super::*;

    fn of(states: &[InstructionState]) -> Vec<Attempt> {
        let attempt =
            |state: &_| Attempt { id: Id::generate(), state: *state, contradicted: false };
        states.iter().map(attempt).collect()
    }

    #[test]
    fn a_payment_counts_once_and_as_paid_if_any_attempt_was() {
        assert_eq!(counted(&of(&[Failed, Failed])), Some(Failed));
        assert_eq!(counted(&of(&[Failed, Paid])), Some(Paid));
        assert_eq!(counted(&of(&[Paid, Failed])), Some(Paid));
        assert_eq!(counted(&of(&[Paid, Paid])), Some(Paid));
        // What is on its way holds money, whatever came before.
        assert_eq!(counted(&of(&[Paid, Sent])), Some(Sent));
        assert_eq!(counted(&[]), None);
    }

    #[test]
    fn a_doubtful_attempt_may_be_paid() {
        let [failed, paid] = [Failed, Paid].map(|state| of(&[state])[0]);
        assert!(!may_be_paid(&[failed]));
        assert!(may_be_paid(&[paid, failed]));
        assert!(may_be_paid(&[Attempt { contradicted: true, ..failed }, failed]));
    }
}
