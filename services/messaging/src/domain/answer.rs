//! What comes of an attempt to send, and when to try again.

use std::{fmt, str::FromStr, time::Duration};

use rangkai_primitives::Timestamp;

use super::template::words;

/// What a provider said about one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It took the message.
    Delivered,
    /// It never will.
    Refused(Reason),
    /// It did not, or nobody knows; another attempt may help.
    Later(Reason),
}

/// Why a message failed, or is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The provider does not know the address, or does not deliver to it.
    AddressRefused,
    /// The provider does not take this message.
    ProviderRefused,
    /// The provider cannot be reached, or cannot work now.
    ProviderUnavailable,
    /// The provider did not answer; it may have taken the message all the same.
    NoAnswer,
    /// The message does not open with the block's key.
    Unreadable,
    /// Its time was over.
    Expired,
}

words!(Reason:
    AddressRefused = "address_refused",
    ProviderRefused = "provider_refused",
    ProviderUnavailable = "provider_unavailable",
    NoAnswer = "no_answer",
    Unreadable = "unreadable",
    Expired = "expired"
);

/// How long to wait after each attempt; the last step repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder(Vec<Duration>);

impl Ladder {
    /// Steps in seconds; none when there is no step, or one that does not wait.
    pub fn of(seconds: &[u64]) -> Option<Self> {
        let fit = !seconds.is_empty() && seconds.iter().all(|step| (1..=86_400).contains(step));
        fit.then(|| Self(seconds.iter().copied().map(Duration::from_secs).collect()))
    }

    /// When to try again after the attempt numbered `attempt`, counted from 1.
    pub fn next(&self, attempt: i64, now: Timestamp) -> Timestamp {
        let step = usize::try_from(attempt.saturating_sub(1)).unwrap_or_default();
        let wait = self.0.get(step).or(self.0.last()).copied().unwrap_or_default();
        now + wait
    }
}
