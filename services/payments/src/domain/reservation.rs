//! Reservations: money that is set aside for a transfer, until it is captured or let go.

use std::{borrow::Cow, fmt, str::FromStr, time::Duration};

use rangkai_primitives::{Id, Money, Timestamp};

use super::{Account, LedgerRefusal, NewTransfer, Transfer};

/// Money set aside for a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The id of the transfer that set it aside, too.
    pub id: Id<Reservation>,
    pub debit: Id<Account>,
    pub credit: Id<Account>,
    pub amount: Money,
    /// How much of it has moved.
    pub captured_minor: i64,
    pub state: ReservationState,
    pub description: Cow<'static, str>,
    pub reference: Option<String>,
    /// When what is left of it is let go, if it is not for ever.
    pub expire_time: Option<Timestamp>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// Where a reservation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationState {
    Open,
    /// Used up, or captured for the last time.
    Captured,
    Released,
    Expired,
}

impl Reservation {
    /// A reservation of everything that `new` would move.
    pub fn of(
        new: &NewTransfer,
        [debit, credit]: [Id<Account>; 2],
        valid_for: Option<Duration>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: new.id.uuid().into(),
            debit,
            credit,
            amount: new.amount,
            captured_minor: 0,
            state: ReservationState::Open,
            description: new.description.clone(),
            reference: new.reference.clone(),
            expire_time: valid_for.map(|span| now + span),
            create_time: now,
            update_time: now,
        }
    }

    /// The id of the transfer that made it.
    pub fn transfer(&self) -> Id<Transfer> {
        self.id.uuid().into()
    }

    /// What is still set aside.
    pub const fn remaining_minor(&self) -> i64 {
        match self.state {
            ReservationState::Open => self.amount.minor() - self.captured_minor,
            ReservationState::Captured | ReservationState::Released | ReservationState::Expired => {
                0
            }
        }
    }

    /// Whether its time is up, whoever has noticed.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state == ReservationState::Open && self.expire_time.is_some_and(|time| time <= now)
    }

    /// The reservation as it is seen at a moment: one that is due has expired.
    pub fn at(self, now: Timestamp) -> Self {
        let state = if self.is_due(now) { ReservationState::Expired } else { self.state };
        Self { state, ..self }
    }

    /// Captures `amount`, or all that is left; `last` lets go of the rest. Answers the reservation
    /// after it, how much moves and how much is let go.
    pub fn capture(
        self,
        amount: Option<Money>,
        last: bool,
        now: Timestamp,
    ) -> Result<(Self, i64, i64), LedgerRefusal> {
        self.expect_open(now)?;
        let remaining = self.remaining_minor();
        let currency = self.amount.currency();
        let moved = amount.map_or(remaining, Money::minor);
        if amount.is_some_and(|amount| amount.currency() != currency) {
            return Err(LedgerRefusal::CurrencyMismatch { account: self.debit, currency });
        }
        if moved > remaining {
            return Err(LedgerRefusal::ReservationExceeded {
                reservation: self.id,
                currency,
                remaining_minor: remaining,
            });
        }
        let rest = remaining - moved;
        let (state, released) = match (rest, last) {
            (0, _) => (ReservationState::Captured, 0),
            (_, true) => (ReservationState::Captured, rest),
            (_, false) => (ReservationState::Open, 0),
        };
        let captured_minor = self.captured_minor + moved;
        Ok((Self { captured_minor, state, update_time: now, ..self }, moved, released))
    }

    /// Lets go of what is left; answers how much that was.
    pub fn release(self, now: Timestamp) -> Result<(Self, i64), LedgerRefusal> {
        self.expect_open(now)?;
        Ok(self.end(ReservationState::Released, now))
    }

    /// Lets go of what is left because time is up; answers how much that was.
    pub fn expire(self, now: Timestamp) -> Result<(Self, i64), LedgerRefusal> {
        if self.is_due(now) {
            return Ok(self.end(ReservationState::Expired, now));
        }
        Err(LedgerRefusal::ReservationNotOpen { reservation: self.id, state: self.state })
    }

    fn end(self, state: ReservationState, now: Timestamp) -> (Self, i64) {
        let rest = self.remaining_minor();
        (Self { state, update_time: now, ..self }, rest)
    }

    fn expect_open(&self, now: Timestamp) -> Result<(), LedgerRefusal> {
        let expired = self.state == ReservationState::Expired;
        if expired || self.is_due(now) {
            return Err(LedgerRefusal::ReservationExpired(self.id));
        }
        if self.state == ReservationState::Open {
            return Ok(());
        }
        Err(LedgerRefusal::ReservationNotOpen { reservation: self.id, state: self.state })
    }
}

impl ReservationState {
    const ALL: [Self; 4] = [Self::Open, Self::Captured, Self::Released, Self::Expired];

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Captured => "captured",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for ReservationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ReservationState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or("is not a state")
    }
}
