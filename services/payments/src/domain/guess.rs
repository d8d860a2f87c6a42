//! How often a caller may show what redeems nothing.

use std::time::Duration;

use rangkai_primitives::Timestamp;

use super::VoucherRefusal;

/// The limit of wrong numbers and PINs.
#[derive(Clone, Copy, Debug)]
pub struct GuessLimit {
    /// How many a caller has in one window.
    pub guesses: i64,
    /// How long a window is, from its first guess.
    pub window: Duration,
}

/// What a caller guessed in its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guesses {
    pub count: i64,
    pub window_start: Timestamp,
}

impl GuessLimit {
    /// Says no to a caller who has none left.
    pub fn check(&self, guesses: Guesses) -> Result<(), VoucherRefusal> {
        if guesses.count < self.guesses {
            Ok(())
        } else {
            Err(VoucherRefusal::GuessesExhausted(guesses.window_start + self.window))
        }
    }
}
