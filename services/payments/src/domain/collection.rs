//! Codes and account numbers that are shown to payers, and what is known of their payment.

use std::{fmt, str::FromStr, time::Duration};

use rangkai_primitives::{Id, Money, Sensitive, Timestamp};

use super::{Bill, BillingCode, Channel, ChannelRefusal, next_inquiry};

/// How soon a provider is first asked about what can still be paid: nobody pays and tells faster.
const FIRST_LOOK: Duration = Duration::from_mins(15);
/// The longest pause between two inquiries about what can still be paid: a payment whose notice was
/// lost is known within half a day.
const LONGEST_PAUSE: Duration = Duration::from_hours(12);

/// A code or an account number with which something can be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    pub id: Id<Collection>,
    pub channel: Channel,
    /// Whoever takes the money.
    pub provider: String,
    /// What the provider calls it: the number of a virtual account, or the label of a QR code.
    pub number: String,
    /// What a QR code says; empty for a virtual account.
    pub payload: String,
    /// What it pays; none for a code that stands on a counter.
    pub bill: Option<(Id<Bill>, BillingCode)>,
    pub amount: Option<Money>,
    pub state: CollectionState,
    /// How often the provider was asked and did not answer.
    pub inquiries: usize,
    /// When the provider is asked; none when nobody needs to, or only a person can.
    pub next_inquiry: Option<Timestamp>,
    /// Until when it can be paid; none for a code that stands on a counter.
    pub expire_time: Option<Timestamp>,
    /// Written by whoever resolved it, so it may speak of a person.
    pub reason: Option<Sensitive<String>>,
    pub resolved_by: Option<String>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// Whose collections: each provider is asked about its own beside the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Providers {
    /// One provider, by its name.
    One(String),
    /// Those that are none of these: they are no longer configured.
    Others(Vec<String>),
}

/// What is known of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectionState {
    /// It can be paid.
    Waiting,
    /// Nobody knows whether it was paid; the provider is asked.
    Unknown,
    /// Nobody knows, and the provider did not say: a person looks into it.
    Stuck,
    /// The provider said that it was paid.
    Paid,
    /// It was not paid.
    Ended,
}

impl Collection {
    /// A code or number that can be paid from now on until `expire_time`.
    pub fn open(
        (channel, provider): (Channel, String),
        (number, payload): (String, String),
        bill: Option<&Bill>,
        expire_time: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let opened = Self {
            id: Id::generate(),
            channel,
            provider,
            number,
            payload,
            bill: bill.map(|bill| (bill.id, bill.code.clone())),
            amount: bill.map(Bill::owed),
            state: CollectionState::Waiting,
            inquiries: 0,
            next_inquiry: None,
            expire_time,
            reason: None,
            resolved_by: None,
            create_time: now,
            update_time: now,
        };
        Self { next_inquiry: opened.next_look(now), ..opened }
    }

    /// The code by which its money is recorded: that of its bill, if it stands for one.
    pub fn code(&self) -> &str {
        self.bill.as_ref().map_or(&self.number, |(_, code)| code.as_str())
    }

    /// Whether its payer can still be shown it.
    pub fn can_be_paid(&self, now: Timestamp) -> bool {
        self.state == CollectionState::Waiting
            && self.expire_time.is_none_or(|expire_time| now < expire_time)
    }

    /// Whether it may have been paid, so that nothing else may be shown for the same bill.
    pub fn is_unknown(&self, now: Timestamp) -> bool {
        match self.state {
            CollectionState::Unknown | CollectionState::Stuck => true,
            CollectionState::Waiting => !self.can_be_paid(now),
            CollectionState::Paid | CollectionState::Ended => false,
        }
    }

    /// Whether its provider is to be asked.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next_inquiry.is_some_and(|time| time <= now)
    }

    /// The collection after its provider said that it was paid. A code on a counter goes on.
    #[must_use]
    pub fn pay(self, now: Timestamp) -> Self {
        if self.expire_time.is_none() {
            return self;
        }
        let state = CollectionState::Paid;
        Self { state, next_inquiry: None, update_time: now, ..self }
    }

    /// The collection after its provider said that it does not know. What is known stays known.
    #[must_use]
    pub fn doubt(self, now: Timestamp) -> Self {
        if self.state != CollectionState::Waiting || self.expire_time.is_none() {
            return self;
        }
        let next_inquiry = next_inquiry(0, now);
        Self { state: CollectionState::Unknown, next_inquiry, update_time: now, ..self }
    }

    /// The collection while its provider is asked: nobody else does for a while.
    #[must_use]
    pub fn asked(self, until: Timestamp) -> Self {
        Self { next_inquiry: Some(until), ..self }
    }

    /// The collection after its provider said that nobody paid: over, or still to be paid.
    #[must_use]
    pub fn unpaid(self, now: Timestamp) -> Self {
        let over = self.expire_time.is_none_or(|expire_time| expire_time <= now);
        let (state, next_inquiry) = if over {
            (CollectionState::Ended, None)
        } else {
            (CollectionState::Waiting, self.next_look(now))
        };
        Self { state, next_inquiry, inquiries: 0, update_time: now, ..self }
    }

    /// The collection after its provider did not answer. While it can still be paid nothing has
    /// changed, so that it is only asked again later.
    #[must_use]
    pub fn silence(self, now: Timestamp) -> Self {
        if self.can_be_paid(now) {
            return Self { next_inquiry: self.next_look(now), ..self };
        }
        self.unclear(now)
    }

    /// The collection after its provider said nothing of use: asked again later, and in the end left
    /// to a person.
    #[must_use]
    pub fn unclear(self, now: Timestamp) -> Self {
        // The first silence is what makes it unknown; the pauses count from there.
        let made = if self.state == CollectionState::Unknown { self.inquiries + 1 } else { 0 };
        let next_inquiry = next_inquiry(made, now);
        let state = match next_inquiry {
            Some(_) => CollectionState::Unknown,
            None => CollectionState::Stuck,
        };
        Self { state, inquiries: made, next_inquiry, update_time: now, ..self }
    }

    /// The collection after a person found that it was not paid.
    pub fn resolve(
        self,
        reason: Sensitive<String>,
        person: &str,
        now: Timestamp,
    ) -> Result<Self, ChannelRefusal> {
        if self.state != CollectionState::Stuck {
            return Err(ChannelRefusal::NotStuck { collection: self.id, state: self.state });
        }
        Ok(Self {
            state: CollectionState::Ended,
            reason: Some(reason),
            resolved_by: Some(person.to_owned()),
            update_time: now,
            ..self
        })
    }

    /// When its provider is asked next while it can be paid: after pauses as long as it is old, so
    /// that a code of minutes is asked about at its end alone, and one of days often at first; and in
    /// any case at its end, before it counts as unpaid.
    fn next_look(&self, now: Timestamp) -> Option<Timestamp> {
        let age = (now - self.create_time).to_std().unwrap_or_default();
        let pause = age.clamp(FIRST_LOOK, LONGEST_PAUSE);
        self.expire_time.map(|end| end.min(now + pause))
    }
}

impl CollectionState {
    const ALL: [Self; 5] = [Self::Waiting, Self::Unknown, Self::Stuck, Self::Paid, Self::Ended];

    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Unknown => "unknown",
            Self::Stuck => "stuck",
            Self::Paid => "paid",
            Self::Ended => "ended",
        }
    }
}

impl FromStr for CollectionState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or("is not a state of a collection")
    }
}

impl fmt::Display for CollectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
