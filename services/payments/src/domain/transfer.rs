//! Transfers: what moves money between two accounts, or is about to.

use std::{borrow::Cow, str::FromStr};

use rangkai_primitives::{Currency, Id, Money, Timestamp};
use uuid::Uuid;

use super::{Account, AccountCode, Balances, Direction, Occasion, Reservation};

/// The largest amount of one transfer; all money of a large country is less.
const LARGEST_MINOR: i64 = 1_000_000_000_000_000_000;

/// A line of the journal; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub id: Id<Transfer>,
    pub kind: TransferKind,
    pub debit: Id<Account>,
    pub credit: Id<Account>,
    /// More than nothing.
    pub amount: Money,
    /// What happened, as the books name it.
    pub description: Cow<'static, str>,
    /// The agency's own reference, if it gave one.
    pub reference: Option<String>,
    /// The bill, refund or other thing that it is about, if the block posted it.
    pub source: Option<Uuid>,
    /// The reservation that it is about, if it is about one.
    pub reservation: Option<Id<Reservation>>,
    pub create_time: Timestamp,
}

/// What a transfer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferKind {
    /// Moves money at once.
    Posted,
    /// Sets money aside.
    Reserved,
    /// Moves money that was set aside.
    Captured,
    /// Lets go of money that was set aside.
    Released,
    /// The same, because time was up.
    Expired,
}

/// An amount that is to go from one account to another.
#[derive(Clone, Debug)]
pub struct NewTransfer {
    pub id: Id<Transfer>,
    pub debit: Place,
    pub credit: Place,
    /// More than nothing.
    pub amount: Money,
    pub description: Cow<'static, str>,
    pub reference: Option<String>,
    pub source: Option<Uuid>,
}

/// How a transfer names an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// One of the chart, which the block itself posts to.
    Chart(AccountCode),
    /// One that the agency opened.
    Opened(Id<Account>),
}

/// One line of an account; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: Id<Entry>,
    pub transfer: Id<Transfer>,
    pub account: Id<Account>,
    /// Its place in the account, without gaps.
    pub position: i64,
    pub direction: Direction,
    pub amount: Money,
    pub balance_after: Money,
    pub create_time: Timestamp,
}

/// An entry beside what its transfer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub entry: Entry,
    pub description: String,
    pub reference: Option<String>,
    pub source: Option<Uuid>,
}

/// Why an amount cannot be transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("must be more than nothing")]
    NotPositive,
    #[error("must be at most 10^18 minor units")]
    TooLarge,
    #[error("must be whole rupiah")]
    NotWhole,
}

impl NewTransfer {
    /// The transfer that an occasion asks for; none when the amount is nothing.
    pub fn of(occasion: Occasion, amount: Money, source: Uuid) -> Option<Self> {
        let (debit, credit, name) = occasion.posting();
        (amount.minor() != 0).then(|| Self {
            id: Id::generate(),
            debit: Place::Chart(debit),
            credit: Place::Chart(credit),
            amount,
            description: Cow::Borrowed(name),
            reference: None,
            source: Some(source),
        })
    }

    /// `amount`, if a transfer can be of that.
    pub fn check_amount(amount: Money) -> Result<Money, AmountError> {
        let minor_per_unit = 10_i64.pow(amount.currency().exponent());
        if amount.minor() <= 0 {
            Err(AmountError::NotPositive)
        } else if amount.minor() > LARGEST_MINOR {
            Err(AmountError::TooLarge)
        } else if amount.currency() == Currency::IDR && amount.minor() % minor_per_unit != 0 {
            Err(AmountError::NotWhole)
        } else {
            Ok(amount)
        }
    }
}

impl Transfer {
    /// Moves what `new` says between two accounts, the debited one first.
    pub fn post(new: &NewTransfer, [debit, credit]: [Id<Account>; 2], now: Timestamp) -> Self {
        Self {
            id: new.id,
            kind: TransferKind::Posted,
            debit,
            credit,
            amount: new.amount,
            description: new.description.clone(),
            reference: new.reference.clone(),
            source: new.source,
            reservation: None,
            create_time: now,
        }
    }

    /// Does something about `amount` of a reservation.
    pub fn about(
        reservation: &Reservation,
        kind: TransferKind,
        amount: Money,
        now: Timestamp,
    ) -> Self {
        let reserves = kind == TransferKind::Reserved;
        Self {
            id: if reserves { reservation.transfer() } else { Id::generate() },
            kind,
            debit: reservation.debit,
            credit: reservation.credit,
            amount,
            description: reservation.description.clone(),
            reference: reservation.reference.clone(),
            source: None,
            reservation: Some(reservation.id),
            create_time: now,
        }
    }

    /// Its line in `account`, which is at `after` then.
    pub fn entry(&self, direction: Direction, account: &Account, after: &Balances) -> Entry {
        Entry {
            id: Id::generate(),
            transfer: self.id,
            account: account.id,
            position: after.entry_count,
            direction,
            amount: self.amount,
            balance_after: Money::new(account.currency, after.posted_minor),
            create_time: self.create_time,
        }
    }
}

impl TransferKind {
    const ALL: [Self; 5] =
        [Self::Posted, Self::Reserved, Self::Captured, Self::Released, Self::Expired];

    /// Whether money moved; if so there are two entries.
    pub const fn moves_money(self) -> bool {
        matches!(self, Self::Posted | Self::Captured)
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Reserved => "reserved",
            Self::Captured => "captured",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }
}

impl FromStr for TransferKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or("is not a kind of transfer")
    }
}

impl Entry {
    /// Where a list goes on after an entry: its position, in the guise that lists ask for.
    pub fn place(position: i64) -> Id<Self> {
        Id::from(Uuid::from_u128(u128::from(position.unsigned_abs())))
    }

    /// The position that [`Entry::place`] stands for.
    pub fn position_at(place: Id<Self>) -> i64 {
        i64::try_from(place.uuid().as_u128()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_nothing() {
        let nothing = Money::new(Currency::IDR, 0);
        assert!(NewTransfer::of(Occasion::BillIssued, nothing, Uuid::nil()).is_none());
    }

    #[test]
    fn an_amount_is_positive_bounded_and_whole_in_rupiah() {
        let check = |currency: &str, minor| {
            NewTransfer::check_amount(Money::new(currency.parse().unwrap(), minor)).map(drop)
        };
        assert_eq!(check("IDR", 100), Ok(()));
        assert_eq!(check("USD", 1), Ok(()));
        assert_eq!(check("IDR", LARGEST_MINOR), Ok(()));
        assert_eq!(check("IDR", 101), Err(AmountError::NotWhole));
        assert_eq!(check("USD", LARGEST_MINOR + 1), Err(AmountError::TooLarge));
        assert_eq!(check("USD", 0), Err(AmountError::NotPositive));
        assert_eq!(check("USD", -1), Err(AmountError::NotPositive));
    }
}
