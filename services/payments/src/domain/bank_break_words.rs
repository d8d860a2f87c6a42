//! What a break is, where it stands and what it turned out to be, in words.

use std::str::FromStr;

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakKind {
    MissingHere,
    MissingThere,
    AmountDiffers,
    BookedTwice,
    /// It is recorded here without the number by which it could be found there.
    Unnumbered,
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
    /// The bank owes it.
    Claim,
    /// The bank holds it, and it is not the agency's.
    Excess,
    /// The bank mended what an earlier break shows.
    Corrected,
    /// Somebody found the number that was missing.
    Identified,
}

impl BreakKind {
    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingHere => "missing_here",
            Self::MissingThere => "missing_there",
            Self::AmountDiffers => "amount_differs",
            Self::BookedTwice => "booked_twice",
            Self::Unnumbered => "unnumbered",
        }
    }
}

impl FromStr for BreakKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [
            Self::MissingHere,
            Self::MissingThere,
            Self::AmountDiffers,
            Self::BookedTwice,
            Self::Unnumbered,
        ]
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
    const ALL: [Self; 8] = [
        Self::Matched,
        Self::Suspense,
        Self::Charge,
        Self::Explained,
        Self::Claim,
        Self::Excess,
        Self::Corrected,
        Self::Identified,
    ];

    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Suspense => "suspense",
            Self::Charge => "charge",
            Self::Explained => "explained",
            Self::Claim => "claim",
            Self::Excess => "excess",
            Self::Corrected => "corrected",
            Self::Identified => "identified",
        }
    }
}

impl FromStr for BreakResolution {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or("is not a resolution")
    }
}
