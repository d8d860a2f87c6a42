//! The accounts of the ledger: what each holds, and how far it may go.

use rangkai_primitives::{Currency, Id, Money, Timestamp};

use super::{AccountCode, AccountKind, LedgerRefusal, TransferKind};

/// No balance lies further from nothing than this: far beyond all money there is, and within it no
/// sum of a balance and an amount overflows.
pub const FURTHEST_MINOR: i64 = 9_000_000_000_000_000_000;

/// One account of an agency in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: Id<Account>,
    pub code: String,
    pub kind: AccountKind,
    pub currency: Currency,
    pub balances: Balances,
    /// What is left of the balance without what is reserved is never below this.
    pub floor_minor: i64,
    /// The balance with what is reserved towards it is never above this.
    pub ceiling_minor: Option<i64>,
    pub create_time: Timestamp,
    /// When it was closed, if it was.
    pub close_time: Option<Timestamp>,
}

/// What changes of an account when money moves. Amounts count on the side on which it grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balances {
    /// The sum of its entries.
    pub posted_minor: i64,
    /// What open reservations may take from it.
    pub reserved_out_minor: i64,
    /// What open reservations may bring to it.
    pub reserved_in_minor: i64,
    pub entry_count: i64,
    /// When its newest entry was made, or else the account itself. The times of its entries follow
    /// their positions, so that a period is found without an index of its own.
    pub entry_time: Timestamp,
}

/// What an agency asks for when it opens an account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub code: String,
    pub kind: AccountKind,
    pub currency: Currency,
    pub floor_minor: i64,
    pub ceiling_minor: Option<i64>,
}

/// What a command does to one account.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub posted: i128,
    pub reserved_out: i128,
    pub reserved_in: i128,
}

/// The side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Debit,
    Credit,
}

impl Account {
    /// A fresh account, which holds nothing.
    pub fn open(id: Id<Self>, new: NewAccount, now: Timestamp) -> Result<Self, LedgerRefusal> {
        if new.code.parse::<AccountCode>().is_ok() {
            return Err(LedgerRefusal::AccountReserved(new.code));
        }
        Ok(Self::fresh(id, new, now))
    }

    /// A fresh account of the chart. What the block owes or is owed cannot be less than nothing.
    pub fn of_chart(id: Id<Self>, code: AccountCode, currency: Currency, now: Timestamp) -> Self {
        let new = NewAccount {
            code: code.as_str().to_owned(),
            kind: code.kind(),
            currency,
            floor_minor: 0,
            ceiling_minor: None,
        };
        Self::fresh(id, new, now)
    }

    /// The account, closed; only one that holds nothing and expects nothing.
    pub fn close(self, now: Timestamp) -> Result<Self, LedgerRefusal> {
        self.expect_open()?;
        self.expect_opened_by_hand()?;
        let Balances { posted_minor, reserved_out_minor, reserved_in_minor, .. } = self.balances;
        if (posted_minor, reserved_out_minor, reserved_in_minor) != (0, 0, 0) {
            return Err(LedgerRefusal::AccountNotEmpty(self.id));
        }
        Ok(Self { close_time: Some(now), ..self })
    }

    /// The sum of its entries, as money.
    pub const fn balance(&self) -> Money {
        Money::new(self.currency, self.balances.posted_minor)
    }

    /// Whether the block itself posts to it.
    pub fn is_of_chart(&self) -> bool {
        self.code.parse::<AccountCode>().is_ok()
    }

    /// Refuses an account that was closed.
    pub fn expect_open(&self) -> Result<(), LedgerRefusal> {
        match self.close_time {
            Some(_) => Err(LedgerRefusal::AccountClosed(self.id)),
            None => Ok(()),
        }
    }

    /// Refuses an account of the chart.
    pub fn expect_opened_by_hand(&self) -> Result<(), LedgerRefusal> {
        if self.is_of_chart() {
            return Err(LedgerRefusal::AccountReserved(self.code.clone()));
        }
        Ok(())
    }

    /// The balances after `change`, if the account may go there.
    pub fn after(&self, change: Change) -> Result<Balances, LedgerRefusal> {
        let before = self.balances;
        let posted = i128::from(before.posted_minor) + change.posted;
        let out = i128::from(before.reserved_out_minor) + change.reserved_out;
        let within = i128::from(before.reserved_in_minor) + change.reserved_in;
        let floor = i128::from(self.floor_minor);
        if change.posted < change.reserved_out && posted - out < floor {
            let available =
                i128::from(before.posted_minor) - i128::from(before.reserved_out_minor) - floor;
            return Err(LedgerRefusal::FloorPassed {
                account: self.id,
                code: self.code.clone(),
                currency: self.currency,
                available_minor: available,
            });
        }
        if change.posted + change.reserved_in > 0 {
            self.expect_room(posted + within, before)?;
        }
        let fits = |sum: i128| i64::try_from(sum).map_err(|_| LedgerRefusal::Overflow(self.id));
        Ok(Balances {
            posted_minor: fits(posted)?,
            reserved_out_minor: fits(out)?,
            reserved_in_minor: fits(within)?,
            ..before
        })
    }

    fn expect_room(&self, height: i128, before: Balances) -> Result<(), LedgerRefusal> {
        match self.ceiling_minor.map(i128::from) {
            Some(ceiling) if height > ceiling => Err(LedgerRefusal::CeilingPassed {
                account: self.id,
                currency: self.currency,
                room_minor: ceiling
                    - i128::from(before.posted_minor)
                    - i128::from(before.reserved_in_minor),
            }),
            None if height > i128::from(FURTHEST_MINOR) => Err(LedgerRefusal::Overflow(self.id)),
            Some(_) | None => Ok(()),
        }
    }

    fn fresh(id: Id<Self>, new: NewAccount, now: Timestamp) -> Self {
        let balances = Balances {
            posted_minor: 0,
            reserved_out_minor: 0,
            reserved_in_minor: 0,
            entry_count: 0,
            entry_time: now,
        };
        let NewAccount { code, kind, currency, floor_minor, ceiling_minor } = new;
        Self {
            id,
            code,
            kind,
            currency,
            balances,
            floor_minor,
            ceiling_minor,
            create_time: now,
            close_time: None,
        }
    }
}

impl Change {
    /// What a transfer does to an account whose balance it raises by `minor`, or lowers.
    pub fn of(kind: TransferKind, minor: i128) -> Self {
        let (moved, set_aside) = match kind {
            TransferKind::Posted => (minor, 0),
            TransferKind::Reserved => (0, minor.abs()),
            TransferKind::Captured => (minor, -minor.abs()),
            TransferKind::Released | TransferKind::Expired => (0, -minor.abs()),
        };
        if minor < 0 {
            Self { posted: moved, reserved_out: set_aside, reserved_in: 0 }
        } else {
            Self { posted: moved, reserved_out: 0, reserved_in: set_aside }
        }
    }
}

impl Direction {
    /// What `minor` on this side does to the balance of an account of `kind`.
    pub fn change(self, kind: AccountKind, minor: i64) -> i128 {
        let minor = i128::from(minor);
        if kind.grows_by_debit() == matches!(self, Self::Debit) { minor } else { -minor }
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }
}

impl std::str::FromStr for Direction {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Debit, Self::Credit]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or("is not a side")
    }
}
