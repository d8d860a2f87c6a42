//! Counts and sums of an envelope's instructions.

use super::{Findings, InstructionState};

/// How many instructions there are, and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub count: i64,
    pub minor: i64,
}

/// How many instructions of an envelope are in each state, those given again counted once; changes to
/// that, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tallies([Tally; 8]);

/// How many instructions of an envelope had the same outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    pub state: InstructionState,
    pub findings: Findings,
    /// Why they failed.
    pub reason: Option<String>,
    /// Whether they had been recorded as paid before.
    pub returned: bool,
    pub tally: Tally,
}

impl Tally {
    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self { count: self.count + other.count, minor: self.minor + other.minor }
    }

    /// The same, taken away.
    pub fn negated(self) -> Self {
        Self { count: -self.count, minor: -self.minor }
    }
}

impl Tallies {
    /// The instructions in `state`.
    pub fn of(&self, state: InstructionState) -> Tally {
        self.0[state as usize]
    }

    /// Adds to those in `state`.
    pub fn add(&mut self, state: InstructionState, tally: Tally) {
        let place = &mut self.0[state as usize];
        *place = place.plus(tally);
    }

    /// Notes that one instruction of `minor` went from a state to another.
    pub fn go(&mut self, from: InstructionState, to: InstructionState, minor: i64) {
        let one = Tally { count: 1, minor };
        self.add(from, one.negated());
        self.add(to, one);
    }

    /// Those of all states.
    pub fn total(&self) -> Tally {
        self.0.iter().copied().fold(Tally::default(), Tally::plus)
    }

    /// Those that a released envelope holds money for.
    pub fn on_its_way(&self) -> Tally {
        self.each()
            .filter(|(state, _)| state.is_on_its_way())
            .fold(Tally::default(), |sum, (_, tally)| sum.plus(tally))
    }

    /// The states that have any, or change.
    pub fn each(&self) -> impl Iterator<Item = (InstructionState, Tally)> {
        let all = InstructionState::ALL.map(|state| (state, self.of(state)));
        all.into_iter().filter(|(_, tally)| *tally != Tally::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use InstructionState::{Paid, Sent, Unknown};

    #[test]
    fn what_goes_from_one_state_to_another_leaves_the_total_alone() {
        let mut tallies = Tallies::default();
        tallies.add(Sent, Tally { count: 3, minor: 300 });
        tallies.go(Sent, Paid, 100);
        tallies.go(Sent, Unknown, 100);
        assert_eq!(tallies.total(), Tally { count: 3, minor: 300 });
        assert_eq!(tallies.on_its_way(), Tally { count: 2, minor: 200 });
    }
}
