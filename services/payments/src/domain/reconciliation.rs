//! Comparing what a bank booked with what is recorded here, and what becomes of a difference.

use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};

use chrono::NaiveDate;
use rangkai_primitives::{Id, Money, Timestamp};

use super::{BankStatement, BankStatementLine, Flow, NewBankStatement, ReconciliationRefusal};

/// Money that is recorded here as having moved at a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub reference: String,
    pub flow: Flow,
    pub amount: Money,
}

/// A difference between a bank and the books.
#[derive(Clone, Debug)]
pub struct Break {
    pub id: Id<Break>,
    pub statement: Id<BankStatement>,
    pub bank_code: String,
    pub day: NaiveDate,
    pub kind: BreakKind,
    pub reference: String,
    pub flow: Flow,
    pub booked: Option<Money>,
    pub recorded: Option<Money>,
    pub state: BreakState,
    pub resolution: Option<BreakResolution>,
    pub reason: String,
    /// Empty until a resolution is proposed.
    pub proposed_by: String,
    /// Empty until it is resolved.
    pub confirmed_by: String,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakKind {
    MissingHere,
    MissingThere,
    AmountDiffers,
    BookedTwice,
}

/// Where a break stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakState {
    Open,
    Proposed,
    Resolved,
}

/// What a break turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakResolution {
    Matched,
    Suspense,
    Charge,
    Explained,
}

/// A difference before it is anybody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub kind: BreakKind,
    pub reference: String,
    pub flow: Flow,
    pub booked: Option<Money>,
    pub recorded: Option<Money>,
}

/// Compares the lines of a statement with what is recorded under their references (`known`) and
/// with what is recorded for its day (`expected`). Answers how many lines fit, and what does not:
/// first by line, then what the bank lacks.
pub fn compare(
    statement: &NewBankStatement,
    known: &[Recorded],
    expected: &[Recorded],
) -> (usize, Vec<Difference>) {
    let known: HashMap<&str, &Recorded> =
        known.iter().map(|recorded| (recorded.reference.as_str(), recorded)).collect();
    let mut seen = HashSet::new();
    let mut differences = Vec::new();
    for line in &statement.lines {
        let again = !seen.insert(line.reference.as_str());
        let recorded = known.get(line.reference.as_str()).copied();
        differences.extend(difference(line, recorded, again));
    }
    let matched = statement.lines.len() - differences.len();
    let lacking = expected.iter().filter(|it| !seen.contains(it.reference.as_str()));
    differences.extend(lacking.map(|recorded| Difference {
        kind: BreakKind::MissingThere,
        reference: recorded.reference.clone(),
        flow: recorded.flow,
        booked: None,
        recorded: Some(recorded.amount),
    }));
    (matched, differences)
}

fn difference(
    line: &BankStatementLine,
    recorded: Option<&Recorded>,
    again: bool,
) -> Option<Difference> {
    let kind = match recorded {
        _ if again => BreakKind::BookedTwice,
        None => BreakKind::MissingHere,
        Some(it) if it.amount == line.amount && it.flow == line.flow => return None,
        Some(_) => BreakKind::AmountDiffers,
    };
    Some(Difference {
        kind,
        reference: line.reference.clone(),
        flow: line.flow,
        booked: Some(line.amount),
        recorded: recorded.map(|it| it.amount),
    })
}

impl Break {
    /// The break that a difference is, found with `statement`.
    pub fn find(it: Difference, statement: &BankStatement, now: Timestamp) -> Self {
        Self {
            id: Id::generate(),
            statement: statement.id,
            bank_code: statement.bank_code.clone(),
            day: statement.day,
            kind: it.kind,
            reference: it.reference,
            flow: it.flow,
            booked: it.booked,
            recorded: it.recorded,
            state: BreakState::Open,
            resolution: None,
            reason: String::new(),
            proposed_by: String::new(),
            confirmed_by: String::new(),
            create_time: now,
            update_time: now,
        }
    }

    /// The break after somebody said what it is; a proposal may be replaced until it is confirmed.
    pub fn propose(
        self,
        resolution: BreakResolution,
        reason: String,
        by: &str,
        now: Timestamp,
    ) -> Result<Self, ReconciliationRefusal> {
        if self.state == BreakState::Resolved {
            return Err(ReconciliationRefusal::BreakResolved(self.id));
        }
        let missing = self.kind == BreakKind::MissingHere;
        let fits = match resolution {
            BreakResolution::Suspense => missing && self.flow == Flow::In,
            BreakResolution::Charge => missing && self.flow == Flow::Out,
            // Both bookings have the same record: only the bank can say which one is wrong.
            BreakResolution::Matched => self.kind != BreakKind::BookedTwice,
            BreakResolution::Explained => true,
        };
        if !fits {
            return Err(ReconciliationRefusal::ResolutionUnfit(self.id));
        }
        Ok(Self {
            state: BreakState::Proposed,
            resolution: Some(resolution),
            reason,
            proposed_by: by.to_owned(),
            update_time: now,
            ..self
        })
    }

    /// The break after a second person confirmed what it is.
    pub fn confirm(self, by: &str, now: Timestamp) -> Result<Self, ReconciliationRefusal> {
        match self.state {
            BreakState::Open => Err(ReconciliationRefusal::BreakNotProposed(self.id)),
            BreakState::Resolved => Err(ReconciliationRefusal::BreakResolved(self.id)),
            BreakState::Proposed if self.proposed_by == by => {
                Err(ReconciliationRefusal::SamePerson)
            }
            BreakState::Proposed => Ok(self.resolved(by, now)),
        }
    }

    /// The break after a later statement had the line that was missing.
    #[must_use]
    pub fn found_later(self, by: &str, now: Timestamp) -> Self {
        Self { resolution: Some(BreakResolution::Matched), ..self }.resolved(by, now)
    }

    fn resolved(self, by: &str, now: Timestamp) -> Self {
        Self { state: BreakState::Resolved, confirmed_by: by.to_owned(), update_time: now, ..self }
    }
}

impl BreakKind {
    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingHere => "missing_here",
            Self::MissingThere => "missing_there",
            Self::AmountDiffers => "amount_differs",
            Self::BookedTwice => "booked_twice",
        }
    }
}

impl FromStr for BreakKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::MissingHere, Self::MissingThere, Self::AmountDiffers, Self::BookedTwice]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or("is not a kind of break")
    }
}

impl BreakState {
    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Proposed => "proposed",
            Self::Resolved => "resolved",
        }
    }
}

impl FromStr for BreakState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Open, Self::Proposed, Self::Resolved]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or("is not a state of a break")
    }
}

impl BreakResolution {
    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Suspense => "suspense",
            Self::Charge => "charge",
            Self::Explained => "explained",
        }
    }
}

impl FromStr for BreakResolution {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Matched, Self::Suspense, Self::Charge, Self::Explained]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or("is not a resolution")
    }
}
