//! The states of envelopes, and why they pause, as words.

use std::{fmt, str::FromStr};

/// Where an envelope stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeState {
    /// Instructions come in.
    Open,
    /// They are all in.
    Sealed,
    Validating,
    Validated,
    Approved,
    /// Its instructions are sent.
    Released,
    Paused,
    Completed,
    Cancelled,
}

/// Why an envelope was paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseReason {
    /// A person asked for it.
    Asked,
    /// Too many instructions failed.
    Failures,
    /// The sums by state are not the control total.
    Sums,
    /// A rail said the contrary of what it had said.
    Contradiction,
}

impl EnvelopeState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Sealed,
        Self::Validating,
        Self::Validated,
        Self::Approved,
        Self::Released,
        Self::Paused,
        Self::Completed,
        Self::Cancelled,
    ];

    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sealed => "sealed",
            Self::Validating => "validating",
            Self::Validated => "validated",
            Self::Approved => "approved",
            Self::Released => "released",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl PauseReason {
    const ALL: [Self; 4] = [Self::Asked, Self::Failures, Self::Sums, Self::Contradiction];

    /// The reason in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Failures => "failures",
            Self::Sums => "sums",
            Self::Contradiction => "contradiction",
        }
    }
}

impl FromStr for EnvelopeState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or("is not a state of an envelope")
    }
}

impl FromStr for PauseReason {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|why| why.as_str() == text).ok_or("is not a reason to pause")
    }
}

impl fmt::Display for EnvelopeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
