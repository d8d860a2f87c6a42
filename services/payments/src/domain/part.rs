//! Bills that are paid in parts.

use std::{fmt, str::FromStr, time::Duration};

use rangkai_primitives::{Agency, Id, Money, Timestamp};

use super::{Bill, BillingCode, Refusal, exemption::smallest_step};

const DAY: Duration = Duration::from_hours(24);

/// On which terms a fee can be paid in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalments {
    pub max_parts: i32,
    /// The smallest part, in minor units of the tariff's currency.
    pub min_part_minor: i64,
    pub interval_days: i32,
}

/// One part of a bill, with a code of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub id: Id<Part>,
    /// Its place, from 1 on.
    pub number: i32,
    pub code: BillingCode,
    pub amount: Money,
    pub due_time: Timestamp,
    pub state: PartState,
    pub update_time: Timestamp,
}

/// A part that is not paid in time, with when it was due and whose bill it is a part of.
#[derive(Clone, Debug)]
pub struct LatePart {
    pub agency: Agency,
    pub bill: Id<Bill>,
    pub due_time: Timestamp,
    pub id: Id<Part>,
}

/// Where a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartState {
    Open,
    /// It was not paid in time; it still can be, until its bill ends.
    Overdue,
    Paid,
    /// Its bill ended before it was paid.
    Lapsed,
}

/// A bill in parts before it has any codes: how much each is, and when it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub parts: Vec<(Money, Timestamp)>,
    /// When what is left of the bill expires.
    pub expire_time: Timestamp,
}

impl Instalments {
    /// The terms that fulfil both of two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            max_parts: self.max_parts.min(other.max_parts),
            min_part_minor: self.min_part_minor.max(other.min_part_minor),
            interval_days: self.interval_days.min(other.interval_days),
        }
    }

    /// `total` in `count` parts: the first is due after `first`, the others an interval after one
    /// another, and the bill expires an interval after the last. What does not divide evenly is
    /// paid with the first.
    pub fn plan(
        self,
        total: Money,
        count: i32,
        first: Duration,
        now: Timestamp,
    ) -> Result<Plan, Refusal> {
        let step = smallest_step(total.currency());
        let each = total.minor() / i64::from(count.max(1));
        let each = each - each % step;
        if count > self.max_parts || each < self.min_part_minor.max(step) {
            let smallest = Money::new(total.currency(), self.min_part_minor);
            return Err(Refusal::InstalmentsOutOfTerms { max_parts: self.max_parts, smallest });
        }
        let interval = DAY * self.interval_days.unsigned_abs();
        let mut due = now + first;
        let mut amount = total.minor() - each * i64::from(count - 1);
        let mut parts = Vec::new();
        for _ in 0..count {
            parts.push((Money::new(total.currency(), amount), due));
            amount = each;
            due += interval;
        }
        Ok(Plan { parts, expire_time: due })
    }
}

impl Part {
    /// Whether it can still be paid.
    pub const fn is_unpaid(&self) -> bool {
        matches!(self.state, PartState::Open | PartState::Overdue)
    }

    /// Whether nobody noticed yet that it was not paid in time.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.state == PartState::Open && self.due_time <= now
    }

    /// The part in another state.
    #[must_use]
    pub fn turn(self, state: PartState, now: Timestamp) -> Self {
        Self { state, update_time: now, ..self }
    }
}

impl PartState {
    const ALL: [Self; 4] = [Self::Open, Self::Overdue, Self::Paid, Self::Lapsed];

    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Paid => "paid",
            Self::Lapsed => "lapsed",
        }
    }
}

impl FromStr for PartState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or("is not a state of a part")
    }
}

impl fmt::Display for PartState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rangkai_primitives::Currency;

    #[test]
    fn parts_are_whole_rupiah_and_add_up() {
        let rupiah = |units: i64| Money::new(Currency::IDR, units * 100);
        let terms = Instalments { max_parts: 3, min_part_minor: 2_000_000, interval_days: 30 };
        let now = Timestamp::UNIX_EPOCH;

        let plan = terms.plan(rupiah(100_000), 3, DAY, now).unwrap();

        let amounts: Vec<_> = plan.parts.iter().map(|(amount, _)| *amount).collect();
        assert_eq!(amounts, [rupiah(33_334), rupiah(33_333), rupiah(33_333)]);
        assert_eq!(plan.parts[1].1, now + DAY * 31);
        assert_eq!(plan.expire_time, now + DAY * 91);
        for (total, count) in [(100_000, 4), (59_999, 3)] {
            assert!(terms.plan(rupiah(total), count, DAY, now).is_err(), "{total} in {count}");
        }
    }
}
