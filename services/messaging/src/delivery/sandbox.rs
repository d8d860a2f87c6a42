//! The provider that keeps what it is given, and sends nothing.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use rangkai_primitives::Sensitive;

use super::provider::Letter;
use crate::domain::{Answer, Reason};

/// How many hand-overs are kept; older ones go.
const MOST: usize = 1_000;

/// What the sandbox was given, in memory only. It stands in for providers of SMS and e-mail in a
/// demonstration and in tests.
///
/// The end of the number says what the provider does: `00` refuses the address, `01` takes the
/// first attempt and gives no answer in time, `02` answers twice; all others are delivered. Of an
/// e-mail address, the part before the `@` counts.
#[derive(Clone, Debug, Default)]
pub struct Outbox(Arc<Mutex<VecDeque<Sent>>>);

/// One hand-over to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The agency whose message it is.
    pub agency: String,
    /// The same for every attempt of a message: its id.
    pub reference: String,
    /// Which attempt it was, counted from 1.
    pub attempt: i64,
    /// Where it goes.
    pub address: Sensitive<String>,
    /// The line above the text; an SMS does not show it.
    pub subject: Sensitive<String>,
    /// The text.
    pub body: Sensitive<String>,
}

impl Outbox {
    /// Everything that was handed over, the latest last.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Takes a letter, and answers as its address says.
    pub(super) fn take(&self, letter: &Letter<'_>) -> Vec<Answer> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back(Sent {
            agency: letter.agency.to_string(),
            reference: letter.reference.to_string(),
            attempt: letter.attempt,
            address: letter.address.clone(),
            subject: letter.subject.clone(),
            body: letter.body.clone(),
        });
        let number = letter.address.reveal().split('@').next().unwrap_or_default();
        match number.get(number.len().saturating_sub(2)..) {
            Some("00") => vec![Answer::Refused(Reason::AddressRefused)],
            Some("01") if letter.attempt == 1 => vec![Answer::Later(Reason::NoAnswer)],
            Some("02") => vec![Answer::Delivered, Answer::Delivered],
            Some(_) | None => vec![Answer::Delivered],
        }
    }
}
