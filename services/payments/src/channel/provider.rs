//! Asking a provider what became of a payment that it said nothing of.

use std::time::Duration;

use rangkai_primitives::{Money, Timestamp};

use super::{Provider, config::Inquiry, sandbox};
use crate::domain::Collection;

/// What a provider says about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Somebody paid.
    Paid {
        /// Its number of the payment.
        reference: String,
        amount: Money,
        time: Timestamp,
    },
    /// Nobody paid so far.
    Unpaid,
    /// It does not answer, or does not know either.
    Silence,
}

impl Provider {
    /// Asks what became of `collection`; no answer within `patience` is none.
    pub async fn inquire(&self, collection: &Collection, patience: Duration) -> Answer {
        let asking = async {
            match self.inquiry {
                Inquiry::None => Answer::Silence,
                Inquiry::Sandbox => sandbox::answer(collection).await,
            }
        };
        tokio::time::timeout(patience, asking).await.unwrap_or(Answer::Silence)
    }
}
