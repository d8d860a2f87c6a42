//! How a term is counted.

use serde::{Deserialize, Serialize};

/// The most units of a term.
pub const MOST: i32 = 1_000;

/// How a term is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What it is counted in.
    pub unit: Unit,
    /// How many of them.
    pub amount: i32,
    /// Whether the day counts in which it begins.
    pub first_day: FirstDay,
    /// What becomes of a last day that is a rest day.
    pub last_day: LastDay,
    /// What collective leave is to it.
    pub leave: Leave,
    /// The article that sets the term.
    pub legal_basis: String,
}

/// What a term is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Days that are no rest day.
    WorkingDays,
    /// Days, rest days included.
    CalendarDays,
    /// Hours by the clock.
    Hours,
    /// Months, to the day of the same number.
    Months,
}

/// Whether the day counts in which a term begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstDay {
    /// It does not.
    NotCounted,
    /// It does.
    Counted,
}

/// What becomes of a last day that is a rest day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastDay {
    /// It moves to a working day.
    Moves,
    /// It stays.
    Stays,
}

/// What collective leave is to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leave {
    /// A rest day.
    Rests,
    /// A working day.
    Works,
}

impl Rule {
    /// The rule with so many units more.
    #[must_use]
    pub fn extended(&self, by: i32) -> Self {
        Self { amount: self.amount.saturating_add(by), ..self.clone() }
    }
}
